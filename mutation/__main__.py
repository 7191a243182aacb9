"""Makes small mistakes, one at a time, and says which of them no test notices. Exit code 1 if there are any
that do not stand in mutation/same.toml, which lists those that change nothing, with a reason for each."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import click
import msgspec
import pytest
from rich.console import Console

from mutation.mutants import Mutant, list_mutants
from mutation.reach import FOLDER, Reach, read_reach
from mutation.trial import Found, copy_project, prepare, run_tests, try_mutant

CORES = len(os.sched_getaffinity(0))
RESULTS = FOLDER / "results.jsonl"
SAME = Path(__file__).with_name("same.toml")
Task = tuple[Mutant, list[str], float]
"""With the tests that should notice it, and the seconds that they should take."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--changed", metavar="REVISION", help="Only in lines that have changed since; for ten minutes.")
@click.option("--minutes", type=click.IntRange(1), help="No longer; what is tried by then is left to chance.")
@click.option("--reach", is_flag=True, help="Find out anew which tests come by which lines.")
def main(paths: tuple[Path, ...], changed: str | None, minutes: int | None, reach: bool) -> None:
    """Make small mistakes in PATHS and see whether a test notices."""
    if reach or not any(FOLDER.glob("lines.*")):
        find_reach()
    limit = minutes or (10 if changed else None)
    end = time.monotonic() + 60 * limit if limit else None
    known = read_reach()
    tasks = [plan(each, known) for each in list_asked(paths, changed)]
    random.Random(1).shuffle(tasks)  # noqa: S311  # no secret
    prepare()
    require_green(known, tasks)
    found = list(try_all(tasks, end))
    sys.exit(report(found, len(tasks)))


def plan(mutant: Mutant, known: Reach) -> Task:
    tests = known.choose(mutant.file, mutant.lines, mutant.name)
    return mutant, tests, known.expect(tests)


def find_reach() -> None:
    for file in FOLDER.glob("*.*"):
        file.unlink()
    words = ["-m", "pytest", "-q", "-n", str(CORES), "-p", "mutation.reach", "--ignore=tests/browser"]
    subprocess.run([sys.executable, *words], check=False)  # noqa: S603  # ours; what fails guards nothing


def list_asked(paths: Sequence[Path], changed: str | None) -> Iterator[Mutant]:
    lines = read_changed(changed) if changed else None
    asked = paths or (Path("piensas"),)
    files = sorted({file for path in asked for file in ([path] if path.is_file() else path.rglob("*.py"))})
    for file in files:
        if "migrations" not in file.parts and (lines is None or str(file) in lines):
            yield from list_mutants(file, lines[str(file)] if lines else None)


def read_changed(revision: str) -> dict[str, set[int]]:
    """The lines that are new since, by file."""
    command = ["/usr/bin/git", "diff", "--unified=0", "--no-color", revision, "--", "piensas"]
    diff = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    found: dict[str, set[int]] = defaultdict(set)
    file = ""
    for line in diff.splitlines():
        if line.startswith("+++ b/"):
            file = line[6:]
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, number = int(hunk[1]), int(hunk[2] or 1)
            found[file] |= set(range(first, first + number))
    return found


def require_green(known: Reach, tasks: Sequence[Task]) -> None:
    """A test that fails without a mistake would notice all of them."""
    tests = sorted({test for _, several, _ in tasks for test in several}, key=known.rank)
    with tempfile.TemporaryDirectory() as name:
        copy_project(Path(name))
        for start in range(0, len(tests), 400):
            part = tests[start : start + 400]
            if run_tests(Path(name), part, known.expect(part)) != pytest.ExitCode.OK:
                raise click.ClickException("Some tests fail as it is: see to them, or give --reach.")


def try_all(tasks: Sequence[Task], end: float | None) -> Iterator[Found]:
    """As they are done; what was tried before is not tried again."""
    before = read_results()
    left = [task for task in tasks if key_of(task[0]) not in before]
    yield from (before[key_of(task[0])] for task in tasks if key_of(task[0]) in before)
    fork = get_context("fork")
    with ExitStack() as stack:
        copies = fork.SimpleQueue()
        for _ in range(CORES):
            copies.put(stack.enter_context(tempfile.TemporaryDirectory(prefix="piensas-mutation-")))
        pool = stack.enter_context(fork.Pool(CORES, move_in, (copies,)))
        results = stack.enter_context(RESULTS.open("ab"))
        for number, found in enumerate(pool.imap_unordered(try_one, left), 1):
            results.write(msgspec.json.encode((key_of(found.mutant), hash_of_tests(), found)) + b"\n")
            results.flush()
            yield found
            if number % 50 == 0:
                print(f"{number} of {len(left)}", file=sys.stderr)
            if end and time.monotonic() > end:
                return


def move_in(copies: SimpleQueue[str]) -> None:
    """Each process lives in a copy of its own."""
    copy = Path(copies.get())
    copy_project(copy)
    os.chdir(copy)


def try_one(task: Task) -> Found:
    return try_mutant(Path.cwd(), *task)


def key_of(mutant: Mutant) -> str:
    """The same as long as its file is."""
    return f"{mutant.file} {hash_of(mutant.file)} {mutant.kind} {mutant.number}"


@cache
def hash_of(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


@cache
def hash_of_tests() -> str:
    files = sorted(Path("tests").rglob("*.py"))
    return hashlib.sha256("".join(hash_of(str(file)) for file in files).encode()).hexdigest()[:16]


def read_results() -> dict[str, Found]:
    """Those that hold still: what went unnoticed is tried again when the tests are others."""
    lines = RESULTS.read_bytes().splitlines() if RESULTS.exists() else []
    results = (msgspec.json.decode(line, type=tuple[str, str, Found]) for line in lines)
    return {
        key: found for key, tests, found in results if found.outcome == "noticed" or tests == hash_of_tests()
    }


def report(found: Sequence[Found], tried: int) -> int:
    """Prints what was not noticed, and how much was, by file; how many were neither noticed nor the same."""
    same = {(each["file"], each["was"], each["becomes"]) for each in read_same()}
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for each in sorted(found, key=lambda each: (each.mutant.file, each.mutant.lines, each.mutant.kind)):
        outcome: str = each.outcome
        if outcome == "unnoticed" and (each.mutant.file, each.mutant.was, each.becomes) in same:
            outcome = "same"
        sums[each.mutant.file][outcome] += 1
        if outcome == "unnoticed":
            place = f"{each.mutant.file}:{each.mutant.lines[0]} ({each.tests} tests)"
            print(f"{place}\n  - {each.mutant.was}\n  + {each.becomes}")
    print("\n".join(lines_of(sums)))
    if len(found) < tried:
        Console(stderr=True).print(f"Time was up: {tried - len(found)} of {tried} were not tried.")
    return min(1, sum(each["unnoticed"] for each in sums.values()))


def lines_of(sums: dict[str, Counter[str]]) -> Iterable[str]:
    """A table for docs/testing.md."""
    yield "| file | mistakes | noticed | the same | unnoticed | score |"
    yield "| --- | --: | --: | --: | --: | --: |"
    for file, each in sorted(sums.items()):
        counted = each["noticed"] + each["unnoticed"]
        score = f"{each['noticed'] / counted:.0%}" if counted else ""
        numbers = (counted + each["same"], each["noticed"], each["same"], each["unnoticed"])
        yield f"| {file} | {' | '.join(map(str, numbers))} | {score} |"


def read_same() -> list[dict[str, str]]:
    return list(tomllib.loads(SAME.read_text("utf-8")).get("same", [])) if SAME.exists() else []


if __name__ == "__main__":
    main()
