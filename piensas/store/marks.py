"""Whether anything may have changed since a page was made ready, asked at every request.

A mark is a few bytes that differ from what they were before as soon as any process has committed.
Whoever sees another mark than before looks up the story's revision; that decides.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import secrets
import tempfile
import threading
import time
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

import psycopg
import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from piensas.store.deadlines import Deadlines
from piensas.store.engines import LIVELY

log = structlog.get_logger()
WAL_INDEX_HEADER = 48
SIZE = 8
CHANNEL = "piensas"
BEAT, LEASE = 0.5, 2.0
"""Seconds: between two notices to oneself; how long after one was sent its arrival counts."""


class Mark(Protocol):
    def read(self) -> bytes: ...
    def bump(self) -> None:
        """Called by the writer after each commit, before anybody is told of it."""

    def close(self) -> None: ...


def open_sqlite_mark(path: Path, engine: Engine) -> Mark:
    """The WAL index's header where a test shows that it moves with a commit, else the slower PRAGMA."""
    mark = WalIndexMark(path, engine.connect())
    before = mark.read()
    try:
        with engine.begin() as connection:
            connection.execute(text("PRAGMA user_version = 1"))
    except OperationalError as locked:
        log.warning("wal_index_untested", fault=str(locked))
    else:
        if mark.read() != before:
            return mark
    mark.close()
    log.warning("wal_index_unreadable", fallback="PRAGMA data_version", path=str(path))
    return VersionMark(engine.connect())


class WalIndexMark:
    """The 48 bytes that SQLite itself compares to notice others' commits: 0.1 µs a look.

    Source: sqlite.org/walformat.html, section 2.1. Closing any descriptor of the file would drop the locks
    that SQLite holds on it for this process, so that one is shared by all marks on the same database and
    closed with the last of them, after its connections.
    """

    _shared: ClassVar[dict[Path, tuple[BinaryIO, mmap.mmap, list[WalIndexMark]]]] = {}

    def __init__(self, path: Path, keeps_it_alive: Connection) -> None:
        self._path = path
        self._connection = keeps_it_alive
        with keeps_it_alive.begin():
            keeps_it_alive.execute(text("SELECT count(*) FROM sqlite_schema")).all()
        if path not in self._shared:
            file = open(f"{path}-shm", "rb")  # noqa: SIM115  # closed with the last mark
            self._shared[path] = file, mmap.mmap(file.fileno(), WAL_INDEX_HEADER, access=mmap.ACCESS_READ), []
        _, self._map, users = self._shared[path]
        users.append(self)

    def read(self) -> bytes:
        return self._map[:WAL_INDEX_HEADER]

    def bump(self) -> None:
        """SQLite has done it."""

    def close(self) -> None:
        self._connection.close()
        file, shared, users = self._shared[self._path]
        users.remove(self)
        if not users:
            del self._shared[self._path]
            shared.close()
            file.close()


class VersionMark:
    """What SQLite says about others' commits when asked by a connection that never writes: 3 µs."""

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.connection.cursor()
        self._connection = connection

    def read(self) -> bytes:
        return str(self._cursor.execute("PRAGMA data_version").fetchone()[0]).encode()

    def bump(self) -> None:
        """SQLite has done it."""

    def close(self) -> None:
        self._connection.close()


class NoticeMark:
    """For PostgreSQL: eight random bytes shared by this machine's processes, renewed at every commit.

    Commits of other machines arrive as notices. That they do is known only from a notice to oneself that has
    gone the whole way a moment ago: while this process cannot hear, no two looks give the same mark, so that
    every page is checked.
    """

    def __init__(self, url: URL, deadlines: Deadlines) -> None:
        self._map = map_shared_file(url)
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._deadlines = deadlines
        self._heard_until = 0.0
        self._own = f"piensas_{secrets.token_hex(8)}"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="notices", daemon=True)
        self._thread.start()

    def read(self) -> bytes:
        return self._map[:SIZE] if time.monotonic() < self._heard_until else os.urandom(SIZE)

    def bump(self) -> None:
        self._map[:SIZE] = os.urandom(SIZE)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._map.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, **LIVELY) as connection:
                    self._hear(connection)
            except psycopg.Error as fault:
                log.warning("notices_lost", fault=str(fault))
            self._closing.wait(0.5)

    def _hear(self, connection: psycopg.Connection) -> None:
        sent = 0.0
        while not self._closing.is_set():
            with self._deadlines.within(LEASE):
                self._deadlines.hold(connection)
                if not sent:
                    connection.execute(f"LISTEN {CHANNEL}")
                    connection.execute(f"LISTEN {self._own}")
                    self.bump()
                if time.monotonic() - sent > BEAT:
                    sent = time.monotonic()
                    connection.execute(f"NOTIFY {self._own}")
                for notice in connection.notifies(timeout=0.1, stop_after=1):
                    if notice.channel == self._own:
                        self._heard_until = sent + LEASE
                    else:
                        self.bump()


def map_shared_file(url: URL) -> mmap.mmap:
    """Eight bytes in a file that only this user may open, the same for every process on this URL."""
    name = hashlib.sha256(url.render_as_string(hide_password=False).encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"piensas-{os.getuid()}-{name}.mark"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if os.fstat(descriptor).st_uid != os.getuid():
        os.close(descriptor)
        raise PermissionError(f"{path} belongs to somebody else.")
    os.ftruncate(descriptor, SIZE)
    shared = mmap.mmap(descriptor, SIZE)
    os.close(descriptor)
    return shared
