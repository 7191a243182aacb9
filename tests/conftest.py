"""What tests share: both databases, and a newsroom on each."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import msgspec
import pytest

from piensas.model.moment import Clock
from piensas.model.rules import Rules
from piensas.model.site import Site
from piensas.store.database import Database
from tests.browser.matrix import SEEN, Walk, draw_matrix
from tests.newsroom import Change, Newsroom, open_newsroom
from tests.old_sites import OldSite, empty_database
from tests.postgres import new_database
from tests.providers import Tricksters, open_letter_box, open_providers, with_providers
from tests.rounds import Rounds, rounds_of
from tests.shared import Shared

OpenNewsroom = Callable[..., Newsroom]
MakeOldSite = Callable[[str], OldSite]
SHARED = pytest.StashKey[Shared]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="try whatever happens by chance many more times")


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get("shared")
    config.stash[SHARED] = Shared(Path(given or tempfile.mkdtemp(prefix="piensas-")))
    examples = rounds_of(config).examples
    hypothesis.settings.register_profile("piensas", max_examples=examples, deadline=None)
    hypothesis.settings.load_profile("piensas")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a process that is to run tests where what they share is."""
    node.workerinput["shared"] = str(node.config.stash[SHARED].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """What is shared ends with the process that began, whatever has become of the others."""
    if not hasattr(config, "workerinput"):
        config.stash[SHARED].close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    said = [told for report in terminalreporter.getreports("") for told in report.user_properties]
    walks = [msgspec.convert(value, Walk) for name, value in said if name == SEEN]
    if walks:
        terminalreporter.section("under other sites' pages")
        for line in draw_matrix(sorted(walks, key=lambda walk: walk.cells)):
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config) -> Shared:
    return pytestconfig.stash[SHARED]


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> Rounds:
    return rounds_of(pytestconfig)


@pytest.fixture(scope="session")
def postgresql(shared: Shared) -> str:
    """The address of a real PostgreSQL server."""
    return shared.find_postgresql()


@pytest.fixture(params=("sqlite", "postgresql"))
def database_url(request: pytest.FixtureRequest, shared: Shared, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield shared.copy_database(tmp_path / "piensas.db")
        return
    server = request.getfixturevalue("postgresql")
    with new_database(server, f"test_{Clock()().id}") as url:
        yield url


@pytest.fixture(params=("sqlite", "postgresql"))
def old_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeOldSite]:
    """Makes a database as it was at a revision."""
    with empty_database(request.param, request, tmp_path) as url:
        yield lambda revision: OldSite(url, revision)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open database with all its tables and nothing in them."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def site() -> Site:
    """A bilingual site that publishes guests' comments at once."""
    return Site(languages=("en", "es"), rules=Rules(hold_first_comment=False, seconds_between_comments=0))


@pytest.fixture
def open_site(database_url: str, tmp_path: Path) -> Iterator[OpenNewsroom]:
    """Opens a newsroom with the rules given to it."""
    with ExitStack() as stack:

        def open_with(change: Change = lambda settings: settings, **rules: Any) -> Newsroom:
            return stack.enter_context(open_newsroom(database_url, tmp_path / "stories", change, **rules))

        yield open_with


@pytest.fixture
def providers() -> Iterator[Tricksters]:
    with open_providers() as stand_ins:
        yield stand_ins


@pytest.fixture
def signing_in(open_site: OpenNewsroom, providers: Tricksters) -> Iterator[Newsroom]:
    """A site with every way to sign in."""
    with open_letter_box(providers) as mail:
        yield open_site(lambda settings: with_providers(settings, providers, mail))


@pytest.fixture
def newsroom(open_site: OpenNewsroom) -> Newsroom:
    """A site with one story in two languages."""
    return open_site()


def pytest_collection_finish() -> None:
    """What is here by now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
