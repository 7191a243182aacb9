"""Databases as earlier releases left them, to be brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piensas.model.moment import Clock
from piensas.store.database import normal_url
from piensas.store.upgrading import upgrade
from tests.postgres import new_database

EMPTY = {int: 0, str: "", bytes: b"", bool: False}
"""What is not among these is JSON, and a list."""


class OldSite:
    """A database at an earlier revision: its rows are put in and looked at by their columns' names."""

    def __init__(self, url: str, revision: str) -> None:
        self.url = url
        self.revision = revision
        upgrade(url, revision)
        self._engine = sa.create_engine(normal_url(url), poolclass=sa.NullPool)

    def put(self, table: str, **values: Any) -> None:
        """A row of site 1; what is not given is empty."""
        there = self._table(table)
        empty = {
            column.name: EMPTY.get(column.type.python_type, [])
            for column in there.columns
            if not column.nullable and column.server_default is None
        }
        with self._engine.begin() as db:
            db.execute(sa.insert(there), empty | {"site_id": 1} | values)

    def fill(self, whole: Iterable[tuple[str, list[dict[str, Any]]]]) -> dict[str, list[str]]:
        """Puts in all rows of many tables, without what it has no room for: the names of the columns that it
        has, by table."""
        there = sa.MetaData()
        there.reflect(self._engine)
        with self._engine.begin() as db:
            for name, rows in whole:
                table = there.tables.get(name)
                if table is not None and rows:
                    kept = [{column.name: row[column.name] for column in table.columns} for row in rows]
                    db.execute(sa.insert(table), kept)
        ours = (table for name, table in there.tables.items() if name != "alembic_version")
        return {table.name: [column.name for column in table.columns] for table in ours}

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """In the order of the primary key."""
        there = self._table(table)
        with self._engine.begin() as db:
            found = db.execute(
                sa.select(*(there.c[name] for name in columns)).order_by(*there.primary_key.columns)
            )
            return [tuple(row) for row in found]

    def upgrade(self) -> None:
        upgrade(self.url)

    def _table(self, name: str) -> sa.Table:
        return sa.Table(name, sa.MetaData(), autoload_with=self._engine)


@contextmanager
def empty_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a database without any tables."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'old.db'}"
        return
    server = request.getfixturevalue("postgresql")
    with new_database(server, f"old_{Clock()().id}", "template0") as url:
        yield url
