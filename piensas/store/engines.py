"""How each database is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from piensas.store.deadlines import Deadlines

BUSY = 4_000
"""Milliseconds that SQLite waits for another program's lock before a deed is refused."""

LIVELY: dict[str, Any] = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 4_000,
}
"""By which the kernel notices within some seconds (but for the last, milliseconds) that nobody is there."""


def open_sqlite(path: Path, begin: str) -> Engine:
    """Write-ahead log, every commit on disk, and transactions that begin when we say so.

    The driver's own way of beginning transactions would make every savepoint its own commit. A new file is
    its owner's alone: readers' addresses are in it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(0o600)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")

    def begin_as_told(connection: Any) -> None:
        connection.cursor().execute(begin)

    # A listener for "begin" would do, but the presence of one makes every statement slower.
    engine.dialect.do_begin = begin_as_told  # type: ignore[assignment,method-assign]
    return engine


def open_postgresql(url: URL, deadlines: Deadlines | None = None) -> Engine:
    """Bounded waiting everywhere: for a connection, a lock and a statement."""
    engine = create_engine(
        url,
        pool_size=9,
        max_overflow=4,
        pool_timeout=3,
        pool_pre_ping=False,
        hide_parameters=True,
        connect_args=LIVELY
        | {"options": "-c statement_timeout=8000 -c lock_timeout=4000 -c random_page_cost=1.1"},
    )

    def hold(connection: psycopg.Connection, _: object) -> None:
        if deadlines:
            deadlines.hold(connection)

    event.listen(engine, "connect", hold, insert=True)  # before SQLAlchemy asks it what it is
    return engine
