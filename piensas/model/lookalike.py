"""Names that look like those of the people who run the site."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

SPACES = str.maketrans("", "", " \u00a0\t.-_'’·")


def is_lookalike(name: str, reserved: Iterable[str]) -> bool:
    """Could a reader take the name for one of these, whatever letters it is written with (UTS 39)?"""
    shape = skeleton(name)
    return bool(shape) and any(shape == skeleton(each) for each in reserved)


@lru_cache(1_024)
def skeleton(name: str) -> str:
    """The name with every letter replaced by the plainest one that looks like it."""
    letters = (
        each for each in unicodedata.normalize("NFKD", name) if unicodedata.category(each) not in MARKS
    )
    plain = "".join(plainest(each) for each in letters).translate(SPACES)
    return plain.replace("rn", "m").replace("vv", "w")


@lru_cache(4_096)
def plainest(letter: str) -> str:
    """The Latin letter or digit that looks like this one, large or small; itself where there is none."""
    for other in (letter, *list_alike(letter), *list_alike(letter.upper())):
        low = other.casefold()
        if low.isascii():
            return ALIKE.get(low, low)
    return letter.casefold()


MARKS = ("Mn", "Cf")
ALIKE = {"0": "o", "1": "l", "i": "l", "|": "l", "5": "s"}


def list_alike(letter: str) -> list[str]:
    if letter.isascii():
        return []
    from confusable_homoglyphs import confusables  # reads its tables when it is imported

    found: dict[str, list[dict[str, Any]]] = confusables.confusables_data
    return [each["c"] for each in found.get(letter, [])]
