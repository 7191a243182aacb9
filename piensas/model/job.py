"""What must happen later: saved in the same transaction as the deed that promised it."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["letter", "mention", "page", "release"]
MINUTE = 60_000
LEASE = 2 * MINUTE
"""Milliseconds that a worker has for a job before another takes it over."""
PATIENCE = 24 * 60 * MINUTE


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`what` is the key of the row that it is about; a job holds no words of anybody's."""

    site_id: int
    id: int
    kind: Kind
    what: str
    due_at: int
    tries: int = 0


def pause_after(tries: int) -> int:
    """Milliseconds until the next attempt: half a minute, then twice as long each time."""
    return int(min(MINUTE // 2 * 2 ** (tries - 1), 60 * MINUTE))
