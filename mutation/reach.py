"""Which tests come by which lines, and how long each takes: a plugin of pytest's writes it down, and what it
wrote is read here."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import coverage
import pytest
from msgspec import Struct

FOLDER = Path(".mutation")
LONGEST = 20.0
"""Seconds of tests that one mutant is given."""

MOST = 120
"""Tests that one mutant is given."""


class Watch:
    """Of one process that runs tests."""

    def __init__(self, name: str) -> None:
        FOLDER.mkdir(exist_ok=True)
        self.times: dict[str, float] = {}
        self.failed: set[str] = set()
        self.file = FOLDER / f"times.{name}.json"
        self.coverage = coverage.Coverage(
            data_file=str(FOLDER / f"lines.{name}"), source=["piensas"], config_file=False, messages=False
        )
        self.coverage.start()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        began = time.monotonic()
        yield
        self.times[item.nodeid] = time.monotonic() - began
        self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        passed = {test: seconds for test, seconds in self.times.items() if test not in self.failed}
        self.file.write_text(json.dumps(passed))


def pytest_configure(config: pytest.Config) -> None:
    """The process that only hands out tests to others runs none."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        config.pluginmanager.register(Watch(os.environ.get("PYTEST_XDIST_WORKER", "main")))


class Reach(Struct):
    """Tests by file and line, the seconds of each, and how many lines it comes by."""

    lines: dict[str, dict[int, set[str]]]
    seconds: dict[str, float]
    width: Counter[str]

    def choose(self, file: str, span: tuple[int, int], name: str = "") -> list[str]:
        """Those that come by these lines; where none does, as with what is done at import, by the lines that
        say the name which is given a value there, or by the file. Soonest over and closest to it first."""
        here = self.lines.get(file, {})
        found = union(here.get(line, set()) for line in range(span[0], span[1] + 1))
        tests = found or (self.find_users(name) if name else set()) or union(here.values())
        chosen, left = [], LONGEST
        for test in sorted(tests, key=self.rank)[:MOST]:
            left -= self.seconds.get(test, 1.0)
            chosen.append(test)
            if left < 0:
                break
        return chosen

    def find_users(self, name: str) -> set[str]:
        """The tests that come by lines with this word."""
        word = re.compile(rf"\b{name}\b")
        return union(
            tests
            for file, lines in self.lines.items()
            for number, words in enumerate(read_lines(file), 1)
            if word.search(words) and (tests := lines.get(number))
        )

    def expect(self, tests: Iterable[str]) -> float:
        """Seconds that these take."""
        return sum(self.seconds.get(test, 1.0) for test in tests)

    def rank(self, test: str) -> tuple[bool, float]:
        return "postgresql" in test, (0.05 + self.seconds.get(test, 1.0)) * self.width[test]


def union(sets: Iterable[set[str]]) -> set[str]:
    return set[str]().union(*sets)


@cache
def read_lines(file: str) -> list[str]:
    return Path(file).read_text("utf-8").splitlines()


def read_reach(folder: Path = FOLDER) -> Reach:
    seconds: dict[str, float] = {}
    for file in folder.glob("times.*.json"):
        seconds |= json.loads(file.read_text())
    lines: dict[str, dict[int, set[str]]] = {}
    width: Counter[str] = Counter()
    for path in folder.glob("lines.*"):
        data = coverage.CoverageData(str(path))
        data.read()
        for measured in data.measured_files():
            here = lines.setdefault(str(Path(measured).relative_to(Path.cwd())), {})
            for line, tests in data.contexts_by_lineno(measured).items():
                known = {test for test in tests if test in seconds}
                here.setdefault(line, set()).update(known)
                width.update(known)
    return Reach(lines, seconds, width)
