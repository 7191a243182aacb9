"""What tests share: both databases, a site on each, and a client that speaks to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from piensas.model.moment import Clock
from piensas.model.rules import Rules
from piensas.model.site import Site
from piensas.store.database import Database
from piensas.store.upgrading import upgrade
from tests.newsroom import Newsroom, open_newsroom
from tests.postgres import new_database, run_postgresql

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="piensas-", ignore_cleanup_errors=True) as folder:
        with run_postgresql(Path(folder)) as server:
            yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'piensas.db'}"
        return
    server = request.getfixturevalue("postgresql")
    with new_database(server, f"test_{Clock()().id}") as url:
        yield url


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
def newsroom(database_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    """A site with one story in two languages, answering requests in this process."""
    with open_newsroom(database_url, tmp_path / "stories") as opened:
        yield opened
