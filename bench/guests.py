"""The readers who post during a measurement: each a guest of their own, three in ten with a reply."""

from __future__ import annotations

from collections.abc import Sequence

from bench.seed import say
from piensas.web.shapes import DraftShape


def invent(number: int, answerable: Sequence[str]) -> DraftShape:
    """What guest `number` sends: as from the page's box, with an id for the draft."""
    is_reply = number % 10 in (3, 6, 9)
    return DraftShape(
        text=f"Guest {number}: {say(number, 200)}",
        name=f"Guest {number}",
        email=f"guest{number}@example.org",
        draft=f"bench-{number:08}",
        parent=answerable[number % len(answerable)] if is_reply else None,
        language="en",
    )
