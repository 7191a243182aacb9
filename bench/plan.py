"""What is to be measured, and the site that it is measured on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from bench.seed import plant_site


class Plan(Struct, frozen=True):
    """The sizes of the threads, the seconds of a round, and the settings file of the planted site."""

    sizes: tuple[int, ...]
    seconds: int
    folder: Path
    file: Path

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
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name) / "copy"
            shutil.copytree(self.file.parent, folder)
            os.sync()
            yield folder / self.file.name


@contextmanager
def open_plan(sizes: Sequence[int], seconds: int) -> Iterator[Plan]:
    with tempfile.TemporaryDirectory(prefix="piensas-bench-") as name:
        folder = Path(name)
        ordered = tuple(sorted(sizes))
        yield Plan(ordered, seconds, folder, plant_site(folder / "site", ordered))
