"""Ids for programs that read numbers as JavaScript does, exactly up to 2^53 (RFC 8259, 6)."""

from __future__ import annotations

from piensas.model.moment import APART

KEPT = 11
MASK = (1 << KEPT) - 1


def short_of(id: int) -> int:
    """The id's milliseconds, and the eleven bits that its maker counts with within one of them."""
    return id >> APART << KEPT | id & MASK


def range_of(short: int) -> tuple[int, int]:
    """The smallest and the greatest id that may be meant: all of one millisecond."""
    first = short >> KEPT << APART
    return first, first + (1 << APART) - 1
