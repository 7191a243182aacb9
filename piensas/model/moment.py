"""When a deed happens, and the id it may give to what it makes.

An id is a whole number of 63 bits: 42 bits of milliseconds since 1970-01-01 UTC, then 21 bits that
keep ids of the same millisecond apart. Sorting by id is sorting by time.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

import msgspec

APART = 21
SECOND = 1_000
DAY = 86_400 * SECOND


class Moment(msgspec.Struct, frozen=True):
    """One instant and the one new id that belongs to it."""

    id: int

    @property
    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time_of(self.id)


def time_of(id: int) -> int:
    """The milliseconds since 1970-01-01 UTC at which an id was made."""
    return id >> APART


def first_id_at(millis: int) -> int:
    """The smallest id of a millisecond; every id made later is greater."""
    return max(millis, 0) << APART


class Clock:
    """Hands out moments whose ids only ever grow, and differ from those of other processes."""

    def __init__(self, tell: Callable[[], float] = time.time) -> None:
        self._tell = tell
        self._salt = secrets.randbelow(1 << APART)
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> Moment:
        with self._lock:
            self._last = max(first_id_at(int(self._tell() * SECOND)) | self._salt, self._last + 1)
            return Moment(self._last)
