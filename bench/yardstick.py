"""How fast the machine is on which we measure: what the bare server takes there, in the same rounds.

Goals in microseconds, or per second, are of the machine on which they were set. What is measured on another,
or there on a worse day, is brought to it, or they would be goals for whoever owns the machine.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.load import Contest
from bench.report import many

BARE = "bare ASGI, the same bytes"
PLAIN = 32.0
"""Microseconds of CPU that it took for a plain page of 140 KB where the goals were set (November 2026): what
is drawn and answered for one reader grows and shrinks with it, from one machine to the next."""

PACKED = 22.0
"""The same for a page of 12 KB, br, which is hardly more than the kernel's work: so do comments that come in
and are written to the disk."""


def slowness(found: Contest, then: float) -> float:
    """How many times as long as then the bare server takes now."""
    return found.cost(BARE) / then


def beside(factor: float) -> Callable[[float], str]:
    """Says a figure that was brought to the machine of the goals, with what was measured here, which is that
    many times as much."""
    return lambda figure: f"{many(figure)} (here {many(figure * factor)})"
