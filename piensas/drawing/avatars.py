"""Avatars drawn by us from a name: no request to anybody."""

from __future__ import annotations

from functools import lru_cache

HUES = 12


@lru_cache(4_096)
def initials(name: str) -> str:
    """One or two letters for a name; a dot where it has none."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return "".join(letters).upper() or "·"


@lru_cache(4_096)
def hue(name: str) -> int:
    """Which of the twelve colours belongs to a name."""
    return mix(name) % HUES


@lru_cache(4_096)
def pattern(name: str) -> str:
    """An SVG path of a symmetric five-by-five pattern that belongs to a name."""
    bits = mix(name) >> 4
    cells = ((row, column) for row in range(5) for column in range(3) if bits >> (row * 3 + column) & 1)
    return "".join(f"M{x} {row}h1v1h-1z" for row, column in cells for x in sorted({column, 4 - column}))


def mix(name: str) -> int:
    """32 bits of FNV-1a over the name's code points; the box draws the same in the browser."""
    hash = 0x811C9DC5
    for letter in name:
        hash = ((hash ^ ord(letter)) * 0x01000193) & 0xFFFFFFFF
    return hash
