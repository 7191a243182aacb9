"""The databases that are measured, and what we want of each: a file of SQLite's, a PostgreSQL of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from msgspec import Struct

from bench.machine import Broken, find_cores, pin
from tests.postgres import TEMPLATE, new_database, run_postgresql

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
PLANTED = "planted"


class Wanted(Struct, frozen=True):
    """Goals on one core: pages not in memory and comments a second; microseconds of CPU for a page that is
    drawn for a reader without scripts and, where we have a goal, for the second small answer."""

    pages: int
    deeds: int
    comments: int
    drawn: int
    small: int | None = None


class Database(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def wanted(self) -> Wanted: ...

    def plant(self) -> AbstractContextManager[str]:
        """The URL of an empty database, for the site that the others are copies of."""

    def settle(self) -> None:
        """What a database would do in its own time is done before anything is measured."""

    def copy(self) -> AbstractContextManager[str]:
        """The URL of a copy of what was planted, where the site's files have been copied to already."""


class Sqlite:
    name = "SQLite"
    wanted = Wanted(pages=1_500, deeds=1_500, comments=1_400, drawn=2_000, small=350)

    def plant(self) -> AbstractContextManager[str]:
        return nullcontext("sqlite:///piensas.db")

    def settle(self) -> None:
        os.sync()

    def copy(self) -> AbstractContextManager[str]:
        return self.plant()


class Postgresql:
    name = "PostgreSQL"
    wanted = Wanted(pages=1_000, deeds=300, comments=300, drawn=5_000)

    def __init__(self, server: str) -> None:
        self.server = server
        self._numbers = count()

    def plant(self) -> AbstractContextManager[str]:
        return new_database(self.server, PLANTED, TEMPLATE)

    def settle(self) -> None:
        with psycopg.connect(f"{self.server}/{PLANTED}", autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")

    def copy(self) -> AbstractContextManager[str]:
        return new_database(self.server, f"copy_{next(self._numbers)}", PLANTED)


@contextmanager
def open_postgresql() -> Iterator[Postgresql]:
    """A server whose commits are on disk, beside the load, so that the measured core is the site's alone."""
    with (
        tempfile.TemporaryDirectory(prefix="piensas-bench-", ignore_cleanup_errors=True) as name,
        run_postgresql(Path(name)) as server,
    ):
        make_durable(server)
        pin(int((Path(name) / "data" / "postmaster.pid").read_text().split()[0]), find_cores()[1])
        yield Postgresql(server)


def make_durable(server: str) -> None:
    """The tests' servers forget what a power failure would; these are as in earnest, or nothing is said."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in DURABLE:
            connection.execute(f"ALTER SYSTEM SET {name} = on")
        connection.execute("SELECT pg_reload_conf()")
    with psycopg.connect(f"{server}/postgres") as connection:
        found = {name: (connection.execute(f"SHOW {name}").fetchone() or ("",))[0] for name in DURABLE}
    if set(found.values()) != {"on"}:
        raise Broken(f"PostgreSQL's commits would not be on disk: {found}")
