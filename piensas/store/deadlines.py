"""An end to waiting for a server: what a database has not answered in time is not waited for any longer.

PostgreSQL's own limits are the server's, and a server that has stopped, or a network that swallows what it
is given, keeps none. The kernel's limits on a connection (`engines.py`) do not hold where something in
between still acknowledges every byte.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from os import dup

import msgspec
import psycopg
from sqlalchemy import Connection

LOOK = 0.25
"""Seconds between two looks at who has waited too long."""

Within = Callable[[float], AbstractContextManager[None]]


class Wait(msgspec.Struct):
    """Until when a thread waits, by the monotonic clock, and for which connection."""

    until: float
    connection: psycopg.Connection | None = None
    is_over: bool = False


class Deadlines:
    """The waits of one process. A connection whose time is over is shut, so that its thread gets an error."""

    def __init__(self) -> None:
        self._waits: dict[int, Wait] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
        self._thread.start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Everything that this thread asks of a connection that it has named has to be answered in time."""
        thread = threading.get_ident()
        self._waits[thread] = Wait(time.monotonic() + seconds)
        try:
            yield
        finally:
            with self._lock:
                del self._waits[thread]

    def hold(self, connection: psycopg.Connection | None) -> None:
        """This thread waits for this connection from now on, or for none."""
        wait = self._waits.get(threading.get_ident())
        if wait is not None:
            wait.connection = connection

    def is_over(self) -> bool:
        """Has this thread waited as long as it may?"""
        wait = self._waits.get(threading.get_ident())
        return wait is not None and (wait.is_over or time.monotonic() >= wait.until)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closing.wait(LOOK):
            now = time.monotonic()
            with self._lock:
                for wait in list(self._waits.values()):
                    if now >= wait.until and wait.connection is not None:
                        wait.is_over = True
                        shut(wait.connection)


def shut(connection: psycopg.Connection) -> None:
    """Ends a connection under whoever waits for it; the descriptor stays theirs to close."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=dup(connection.pgconn.socket)) as its:
        its.shutdown(socket.SHUT_RDWR)


def driver_of(connection: Connection) -> psycopg.Connection | None:
    """The driver's own connection to PostgreSQL."""
    found = connection.connection.dbapi_connection
    return found if isinstance(found, psycopg.Connection) else None


def no_deadline(seconds: float) -> AbstractContextManager[None]:
    """SQLite's own patience (`engines.BUSY`) ends every wait."""
    return nullcontext()
