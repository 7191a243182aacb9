"""One database, SQLite or PostgreSQL: questions are asked of it, deeds are carried out in it.

A question or a deed is a function whose first argument is a connection. On SQLite questions are
answered at once on the calling thread (that is faster than any hand-over); on PostgreSQL in a
small pool of threads. Deeds go through the one writer of this process.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from piensas.model.refusals import Unavailable
from piensas.store.deadlines import Deadlines, driver_of, no_deadline
from piensas.store.engines import open_postgresql, open_sqlite
from piensas.store.marks import Mark, NoticeMark, open_sqlite_mark
from piensas.store.turns import FileTurn, Turn, no_turn
from piensas.store.writer import Writer

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that anybody waits for a deed before being told to try again."""
TO_ANSWER = 3.0
"""Seconds in which a network's database has to answer a question that a reader waits for."""
TO_ANSWER_PROGRAMS = 15.0
"""As above, for any other question that is not asked at length."""
FILE = "sqlite:///"


class Database:
    """The open database of one process. Close it to let the last deeds finish."""

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.is_local = self.url.get_backend_name() == "sqlite"
        self._held = threading.local()
        self._all_held: set[Connection] = set()
        self.mark: Mark
        self._deadlines: Deadlines | None = None
        if self.is_local:
            path = sqlite_path(self.url)
            self._questions = open_sqlite(path, "BEGIN")
            deeds = open_sqlite(path, "BEGIN IMMEDIATE")
            turn: Turn = FileTurn(path.with_name(path.name + ".lock"))
            with turn():
                self.mark = open_sqlite_mark(path, self._questions)
            is_there = watch_file(path)
        else:
            self._deadlines = Deadlines()
            self._questions = deeds = open_postgresql(self.url, self._deadlines)
            turn = no_turn
            is_there = always
            self.mark = NoticeMark(self.url, self._deadlines)
            self._threads = ThreadPoolExecutor(8, "question")
        self._deeds = deeds
        self._within = self._deadlines.within if self._deadlines else no_deadline
        self._writer = Writer(deeds, turn, self.mark.bump, is_there, self._deadlines)

    def ask(self, question: Callable[..., T], *args: Any) -> T:
        """The answer to a question, from one consistent state of the database."""
        with self._within(TO_ANSWER_PROGRAMS):
            return self.ask_at_length(question, *args)

    def ask_at_length(self, question: Callable[..., T], *args: Any) -> T:
        """As `ask`, for as long as it takes: for a command line, where somebody sees that it goes on."""
        try:
            return self._ask_once(question, *args)
        except OperationalError as fault:
            self._let_go()
            if self._deadlines and self._deadlines.is_over():
                raise Unavailable from fault
        try:
            return self._ask_once(question, *args)
        except OperationalError as fault:
            self._let_go()
            raise Unavailable from fault

    async def read(self, question: Callable[..., T], *args: Any) -> T:
        """As `ask`, without stopping the event loop for a network, and for no longer than `TO_ANSWER`."""
        if self.is_local:
            return self.ask_at_length(question, *args)
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._ask_in_time, question, *args)
        try:
            return await asyncio.wait_for(asked, TO_ANSWER)
        except TimeoutError as late:
            raise Unavailable from late

    def do(self, deed: Callable[[Connection], T], order: int = 0) -> T:
        """Carries out a deed; when it returns, the deed is on disk."""
        return self._writer.submit(deed, order).result()

    def do_all(self, deeds: Iterable[Callable[[Connection], T]]) -> list[T]:
        """As `do`, for deeds that may share a commit; each is still whole or not done at all."""
        waiting = [self._writer.submit(deed, 0) for deed in deeds]
        return [future.result() for future in waiting]

    async def write(self, deed: Callable[[Connection], T], order: int = 0) -> T:
        """As `do`, without stopping the event loop. Deeds of one batch run in rising `order`."""
        future = asyncio.wrap_future(self._writer.submit(deed, order, is_awaited=True))
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError as late:
            raise Unavailable from late

    def forget_log(self) -> None:
        """What was erased is no more in SQLite's write-ahead log either, unless somebody reads from it now.
        PostgreSQL's is recycled by its server."""
        if self.is_local:
            with self._deeds.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._writer.close()
        if not self.is_local:
            self._threads.shutdown()
        for connection in list(self._all_held):
            connection.close()
        self.mark.close()
        self._questions.dispose()
        self._deeds.dispose()
        if self._deadlines:
            self._deadlines.close()

    def _ask_in_time(self, question: Callable[..., T], *args: Any) -> T:
        with self._within(TO_ANSWER):
            return self.ask_at_length(question, *args)

    def _ask_once(self, question: Callable[..., T], *args: Any) -> T:
        connection = self._connection()
        with connection.begin():
            return question(connection, *args)

    def _connection(self) -> Connection:
        """This thread's own connection, kept open: opening one costs more than most questions."""
        connection: Connection | None = getattr(self._held, "connection", None)
        if connection is None or connection.closed or connection.invalidated:
            connection = self._held.connection = self._open()
            self._all_held.add(connection)
        if self._deadlines:
            self._deadlines.hold(driver_of(connection))
        return connection

    def _open(self) -> Connection:
        """For questions: all statements of one see the same state, whoever commits between them."""
        connection = self._questions.connect()
        if self.is_local:
            return connection
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _let_go(self) -> None:
        connection: Connection | None = getattr(self._held, "connection", None)
        if self._deadlines:
            self._deadlines.hold(None)
        if connection is not None:
            self._held.connection = None
            self._all_held.discard(connection)
            connection.close()


def normal_url(url: str) -> URL:
    """`sqlite:///file` or `postgresql://…`, with the driver that we use."""
    if url.startswith(FILE) and url != FILE:
        return URL.create("sqlite", database=url.removeprefix(FILE))  # a ? or a % in it is the file's name
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        raise ValueError(f"The database must be sqlite:///FILE or postgresql://…, not {url!r}.")
    return parsed.set(drivername="postgresql+psycopg")


def watch_file(path: Path) -> Callable[[], bool]:
    """Whether the file at a path is still the one that is there now. What is written to a file that has been
    moved away is acknowledged, and gone at the next start."""
    known = os.stat(path)

    def is_there() -> bool:
        try:
            found = os.stat(path)
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == (known.st_ino, known.st_dev)

    return is_there


def always() -> bool:
    return True


def sqlite_path(url: URL) -> Path:
    return Path(url.database or "").absolute()
