"""What tests share: both databases, and a newsroom on each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from piensas.model.moment import Clock
from piensas.model.rules import Rules
from piensas.model.site import Site
from piensas.store.database import Database
from piensas.store.upgrading import upgrade
from tests.newsroom import Change, Newsroom, open_newsroom
from tests.old_sites import OldSite, empty_database
from tests.postgres import new_database, run_postgresql
from tests.providers import Tricksters, open_letter_box, open_providers, with_providers

OpenNewsroom = Callable[..., Newsroom]
MakeOldSite = Callable[[str], OldSite]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL server."""
    with (
        tempfile.TemporaryDirectory(prefix="piensas-", ignore_cleanup_errors=True) as folder,
        run_postgresql(Path(folder)) as server,
    ):
        yield server


@pytest.fixture(params=("sqlite", "postgresql"))
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'piensas.db'}"
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
    upgrade(database_url)
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
