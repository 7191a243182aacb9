"""What is to be measured, and the site that it is measured on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from bench.databases import Database
from bench.seed import plant_site, write_settings


class Rounds(Struct, frozen=True):
    """How often something is measured, and for how many seconds each time."""

    number: int
    seconds: int


class Scale(Struct, frozen=True):
    """The sizes of the threads, how many listen, and two kinds of rounds: where much is compared, many short
    ones; where each begins with a copy of the site, few long ones."""

    sizes: tuple[int, ...]
    listeners: int
    short: Rounds
    long: Rounds


class Plan(Struct, frozen=True):
    """The scale, the database, and the settings file of the planted site in `folder`."""

    scale: Scale
    database: Database
    folder: Path
    file: Path

    @property
    def sizes(self) -> tuple[int, ...]:
        return self.scale.sizes

    @property
    def short(self) -> Rounds:
        return self.scale.short

    @property
    def long(self) -> Rounds:
        return self.scale.long

    @property
    def small(self) -> int:
        """The size that others are compared with: the first whose page is full."""
        return next((size for size in self.sizes if size >= 100), self.sizes[-1])

    @property
    def large(self) -> int:
        return self.sizes[-1]

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """The settings file of a fresh copy, to be written to; all of it on disk before that begins."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name, self.database.copy() as url:
            folder = Path(name) / "copy"
            shutil.copytree(self.file.parent, folder)
            file = write_settings(folder, url)
            os.sync()
            yield file


@contextmanager
def open_plan(scale: Scale, database: Database) -> Iterator[Plan]:
    with tempfile.TemporaryDirectory(prefix="piensas-bench-") as name, database.plant() as url:
        folder = Path(name)
        file = plant_site(folder / "site", url, scale.sizes)
        database.settle()
        yield Plan(scale, database, folder, file)
