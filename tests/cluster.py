"""A PostgreSQL server of a test's own, to be stopped and started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.postgres import find_programs, new_database, run_as_user


class Cluster:
    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.server = server

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database whose commits are on disk; the server runs again when it is dropped."""
        with new_database(self.server, "stopped") as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER DATABASE stopped SET synchronous_commit = on")
            try:
                yield url
            finally:
                self._run("-w", "-l", self.folder / "log", "restart")

    def stop(self) -> None:
        self._run("-m", "immediate", "stop")

    def start(self) -> None:
        self._run("-w", "-l", self.folder / "log", "start")

    def _run(self, *words: object) -> None:
        run_as_user([find_programs() / "pg_ctl", "-D", self.folder / "data", *words])
