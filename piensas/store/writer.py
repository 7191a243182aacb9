"""The one thread of a process that writes: deeds that wait together are committed together.

Each deed runs under its own savepoint, so that one that is refused leaves no trace but, of some, that it
was asked for, and does not disturb the others. Nobody is told of success before the commit.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError, SQLAlchemyError

from piensas.model.refusals import Refusal, Unavailable
from piensas.store.deadlines import Deadlines, driver_of, no_deadline
from piensas.store.marks import CHANNEL
from piensas.store.prepared import Prepared
from piensas.store.turns import Turn

log = structlog.get_logger()
T = TypeVar("T")
LARGEST_BATCH = 128
SAVE = Prepared(text("SAVEPOINT deed"))
ROLL_BACK = Prepared(text("ROLLBACK TO SAVEPOINT deed"))
RELEASE = Prepared(text("RELEASE SAVEPOINT deed"))
FOR_READERS, FOR_PROGRAMS = 6.0, 60.0
"""Seconds in which a network's database has to take a batch: of readers' deeds, or where a command line's is
among them."""


class Waiting(NamedTuple):
    """A deed in the queue. Deeds of a batch run in rising `order`, the same in every process."""

    order: int
    is_awaited: bool
    deed: Callable[[Connection], Any]
    future: Future[Any]


class Writer:
    """Starts with its first deed; `close` lets those that wait finish."""

    def __init__(
        self,
        engine: Engine,
        turn: Turn,
        tell: Callable[[], None],
        is_there: Callable[[], bool],
        deadlines: Deadlines | None,
    ) -> None:
        self._engine = engine
        self._is_there = is_there
        self._turn = turn
        self._tell = tell
        self._deadlines = deadlines
        self._within = deadlines.within if deadlines else no_deadline
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._connection: Connection | None = None
        self._started = threading.Lock()

    def submit(self, deed: Callable[[Connection], T], order: int, *, is_awaited: bool = False) -> Future[T]:
        """`is_awaited`: by a reader, who is told to come again before long."""
        future: Future[T] = Future()
        self._queue.put(Waiting(order, is_awaited, deed, future))
        with self._started:
            if not self._thread.is_alive():
                self._thread.start()
        return future

    def close(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while batch := self._take():
            wanted = [waiting for waiting in batch if waiting.future.set_running_or_notify_cancel()]
            if wanted:
                self._carry_out(sorted(wanted, key=lambda waiting: waiting.order))
        if self._connection:
            self._connection.close()

    def _take(self) -> list[Waiting]:
        """What waits now, at least one; empty when the writer is to stop."""
        batch = []
        waiting = self._queue.get()
        while waiting is not None:
            batch.append(waiting)
            if len(batch) == LARGEST_BATCH or self._queue.empty():
                return batch
            waiting = self._queue.get()
        if batch:
            self._queue.put(None)
        return batch

    def _carry_out(self, batch: list[Waiting]) -> None:
        seconds = FOR_READERS if all(waiting.is_awaited for waiting in batch) else FOR_PROGRAMS
        try:
            with self._within(seconds):
                outcomes = self._commit(batch)
        except Exception as fault:
            self._drop_connection()
            if len(batch) > 1 and is_deadlock(fault):
                for waiting in batch:
                    self._carry_out([waiting])
            else:
                for waiting in batch:
                    waiting.future.set_exception(as_refusal(fault))
            return

        for waiting, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                waiting.future.set_exception(outcome)
            else:
                waiting.future.set_result(outcome)

    def _commit(self, batch: list[Waiting]) -> list[Any]:
        """The deeds' results or exceptions, once they are on disk."""
        with self._turn():
            if not self._is_there():
                log.error("database_moved", hint="Put its file back, or start the site again.")
                raise Unavailable
            if self._connection is None:
                self._connection = self._engine.connect()
            if self._deadlines:
                self._deadlines.hold(driver_of(self._connection))
            with self._connection.begin():
                outcomes = [attempt(self._connection, waiting.deed) for waiting in batch]
                if self._connection.dialect.name == "postgresql":
                    self._connection.execute(text(f"NOTIFY {CHANNEL}"))
            self._tell()
        return outcomes

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def attempt(connection: Connection, deed: Callable[[Connection], T]) -> T | Exception:
    """Carries out a deed under a savepoint. One that lost a race sees the winner's work and runs again."""
    try:
        try:
            with savepoint(connection):
                return deed(connection)
        except IntegrityError:
            with savepoint(connection):
                return deed(connection)
    except (OperationalError, InternalError):
        raise
    except Exception as refusal:
        return refusal


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Always of the same name, unlike SQLAlchemy's own, so that the statements are prepared once."""
    SAVE.do(connection)
    try:
        yield
    except BaseException as fault:
        if connection.invalidated:
            raise  # there is nothing to roll back to: the database has forgotten us
        if not (isinstance(fault, Refusal) and fault.is_counted):
            ROLL_BACK.do(connection)
        RELEASE.do(connection)
        raise
    RELEASE.do(connection)


def is_deadlock(fault: Exception) -> bool:
    """Another process wrote to the same stories in another order: one by one there is no order."""
    return isinstance(fault, DBAPIError) and getattr(fault.orig, "sqlstate", "") in ("40P01", "40001")


def as_refusal(fault: Exception) -> Exception:
    """What the database does to all deeds of a batch is nobody's own mistake: they may come again."""
    return Unavailable() if isinstance(fault, SQLAlchemyError) else fault
