"""One mistake at a time in a copy of the project, and whether a test fails with it."""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from difflib import ndiff
from pathlib import Path
from typing import Literal

import pytest
from msgspec import Struct

from mutation.mutants import Mutant, make

Outcome = Literal["noticed", "unnoticed", "no mistake"]
PATIENCE = 15.0
"""Seconds after which tests that should take none hang, which is a way to notice; others are given thrice
what they should take besides."""

FOR_ALL = (
    "sqlalchemy.dialects.sqlite sqlalchemy.dialects.postgresql litestar jinja2 babel.dates PIL.Image httpx "
    "httpx2 uvicorn nh3 comrak psycopg alembic.command authlib webauthn html5lib structlog "
    "click.testing rich.table email_validator joserfc.jwt playwright.sync_api "
    "aiosmtplib aiosmtpd.controller"
).split()
"""What every test needs and no mistake is made in: imported once, before the trials part from here."""

QUIETLY = "-x -q -p no:cacheprovider -p no:xdist -W ignore::pytest.PytestAssertRewriteWarning".split()
"""Until the first failure; that plugins of pytest's are imported already is no fault."""


class Found(Struct):
    """What came of a mistake; `becomes` is the first line that is another."""

    mutant: Mutant
    outcome: Outcome
    becomes: str = ""
    tests: int = 0


def prepare() -> None:
    for name in FOR_ALL:
        importlib.import_module(name)


def copy_project(there: Path) -> None:
    """All files that are, or would be, in the repository; the packages are shared."""
    listed = subprocess.run(
        ["/usr/bin/git", "ls-files", "-co", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if Path(name).is_file():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, there / name)
    for shared in (".venv", "node_modules"):
        (there / shared).symlink_to(Path(shared).resolve())


def try_mutant(there: Path, mutant: Mutant, tests: Sequence[str], seconds: float = 0) -> Found:
    """`there` is a copy that nobody else uses meanwhile; `seconds` is what these tests should take."""
    file = there / mutant.file
    source = file.read_text("utf-8")
    made = make(mutant, source)
    if made is None:
        return Found(mutant, "no mistake")
    becomes = next(
        (line[2:].strip() for line in ndiff(source.splitlines(), made.splitlines()) if line[0] == "+"), ""
    )
    with changed(file, made):
        is_noticed = bool(tests) and run_tests(there, tests, seconds) != pytest.ExitCode.OK
    return Found(mutant, "noticed" if is_noticed else "unnoticed", becomes, len(tests))


@contextlib.contextmanager
def changed(file: Path, content: str) -> Iterator[None]:
    before = file.read_bytes()
    file.write_text(content, "utf-8")
    try:
        yield
    finally:
        file.write_bytes(before)


def run_tests(there: Path, tests: Sequence[str], seconds: float = 0) -> int:
    """pytest's exit code, in a process of its own that has the copy and nothing else of the project."""
    child = os.fork()
    if child == 0:
        run_here(there, tests)
    code = wait(child, PATIENCE + 3 * seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return code


def run_here(there: Path, tests: Sequence[str]) -> None:
    code: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        os.setsid()
        os.chdir(there)
        sys.path.insert(0, str(there))
        sys.dont_write_bytecode = True
        os.environ |= {"PYTHONPATH": str(there), "PYTHONDONTWRITEBYTECODE": "1"}
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        code = pytest.main([*QUIETLY, *tests])
    finally:
        os._exit(code)


def wait(child: int, longest: float) -> int:
    """The exit code of a child, or another than 0 if it took too long, in seconds."""
    ended = os.pidfd_open(child)
    try:
        if not select.select([ended], [], [], longest)[0]:
            os.killpg(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(ended)
