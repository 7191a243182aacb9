"""Whoever does not answer is left alone for a while, so that nobody else waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 3
REST = 30.0
"""Seconds for which nothing is asked after so many failures in a row."""


class Breaker:
    """One for each provider and process."""

    def __init__(self, tell: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._failures = 0
        self._until = 0.0

    @property
    def rests(self) -> bool:
        return self._tell() < self._until

    def note(self, *, went_well: bool) -> None:
        self._failures = 0 if went_well else self._failures + 1
        if self._failures >= FAILURES:
            self._until = self._tell() + REST
            self._failures = FAILURES - 1
