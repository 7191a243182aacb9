"""What the processes that run the tests make once for all of them: databases to copy, and PostgreSQL."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from piensas.store.upgrading import upgrade
from tests.postgres import start_postgresql, stop_postgresql


class Shared:
    """A folder that all of them know. The first to need a thing makes it; the others wait for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_postgresql(self) -> str:
        """The address of a real PostgreSQL server, which has a template with all our tables."""
        return self._find("server", self._start_postgresql).read_text()

    def copy_database(self, there: Path) -> str:
        """The URL of a new SQLite file with all our tables and nothing in them."""
        blank = self._find("blank.db", lambda file: upgrade(f"sqlite:///{file}"))
        return f"sqlite:///{shutil.copy(blank, there)}"

    def find_folder(self, name: str, make: Callable[[Path], None]) -> Path:
        """A folder that is filled once, to be copied; `make` is given it empty."""

        def fill(folder: Path) -> None:
            folder.mkdir()
            make(folder)

        return self._find(name, fill)

    def close(self) -> None:
        stop_postgresql(self.folder / "postgresql")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_postgresql(self, file: Path) -> None:
        folder = self.folder / "postgresql"
        folder.mkdir()
        file.write_text(start_postgresql(folder))

    def _find(self, name: str, make: Callable[[Path], None]) -> Path:
        found = self.folder / name
        with self._turn():
            if not found.exists():
                begun = self.folder / f"begun-{name}"
                make(begun)
                begun.rename(found)
        return found

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with (self.folder / "turn").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
