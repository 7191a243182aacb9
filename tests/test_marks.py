"""A commit is noticed at once by who made it, and soon by every other process and machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from piensas.store import marks
from piensas.store.database import Database
from piensas.store.marks import VersionMark
from piensas.store.paces import save_paces
from tests.newsroom import wait_until
from tests.test_proofs import settle


def commit(db: Database, number: int) -> None:
    db.do(lambda connection: save_paces(connection, 1, [f"key {number}"], number))


def test_who_is_told_that_a_deed_is_done_sees_another_mark(db: Database) -> None:
    """Not some milliseconds later: a page that was ready before would be an old one."""
    settle(db)
    for number in range(30):
        before = db.mark.read()
        commit(db, number)
        assert db.mark.read() != before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_another_machine_hears_of_every_commit(
    db: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite is on one machine."""
    monkeypatch.setattr(marks.tempfile, "gettempdir", lambda: str(tmp_path))
    there = Database(database_url)
    try:
        for number in range(3):
            settle(there)
            before = there.mark.read()
            assert there.mark.read() == before
            commit(db, number)
            wait_until(lambda: there.mark.read() != before, 5)  # noqa: B023
    finally:
        there.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_the_log_cannot_be_looked_into_sqlite_says_that_somebody_has_committed(db: Database) -> None:
    engine = create_engine(db.url)
    mark = VersionMark(engine.connect())
    try:
        for number in range(3):
            before = mark.read()
            assert mark.read() == before
            commit(db, number)
            assert mark.read() != before
    finally:
        mark.close()
        engine.dispose()
