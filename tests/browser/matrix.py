"""What a reader could do under other sites' pages, browser by browser (S23): said after the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec import Struct, field

STEPS = ("guest posts", "edits it", "signs in", "posts", "stays signed in", "logs out")
HEADINGS = ("browser", "set-up", "third parties' cookies", *STEPS)
UNSEEN = "NO"
SEEN = "walk"
"""Under this name a test's report has a walk, whichever process it was tested in."""


class Walk(Struct):
    """One walk through the steps; where each of them was seen to work."""

    browser: str
    set_up: str
    cookies: str
    saw: dict[str, str] = field(default_factory=dict)

    def see(self, step: str) -> None:
        assert step in STEPS
        self.saw[step] = "yes"

    @property
    def cells(self) -> tuple[str, ...]:
        return self.browser, self.set_up, self.cookies, *(self.saw.get(step, UNSEEN) for step in STEPS)


def draw_matrix(walks: Sequence[Walk]) -> Iterator[str]:
    """The lines of a table."""
    rows = [HEADINGS, *(walk.cells for walk in walks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    line = tuple("-" * width for width in widths)
    for row in chain(rows[:1], [line], rows[1:]):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
