"""Whose turn it is to write, among the processes that share one SQLite file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

Turn = Callable[[], AbstractContextManager[None]]

no_turn: Turn = nullcontext
"""PostgreSQL arranges this itself."""


class FileTurn:
    """A lock file around each batch: fairer than SQLite's own waiting, gone when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
