"""What people type, made tidy: in time that grows no faster than the text."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BLANK = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
"""Drawn as nothing: white space, Default_Ignorable_Code_Point (UAX 44) and the empty cell of Braille."""
MOST_MARKS = 30
"""As many non-starters in a row as the Stream-Safe Text Format has (UAX 15, 13); no language writes more."""


def list_non_starters(first: int, last: int) -> str:
    """What composes with what stands before it, or decomposes to such a character."""
    return "".join(each for each in map(chr, range(first, last)) if not is_starter(each))


def is_starter(letter: str) -> bool:
    if unicodedata.combining(letter):
        return False
    plain = unicodedata.decomposition(letter)
    return not plain or plain[0] == "<" or unicodedata.combining(chr(int(plain.split()[0], 16))) == 0


MARKS = list_non_starters(0x300, 0x10000)
RARE_MARKS = list_non_starters(0x10000, 0x1F000)
MAY_BE_TOO_MANY = re.compile(f"[{MARKS}\U00010000-\U0001efff]{{{MOST_MARKS + 1}}}")
"""Quicker, as the engine looks for few ranges beyond the first plane; right as far as it says no."""
TOO_MANY_MARKS = re.compile(f"([{MARKS}{RARE_MARKS}]{{{MOST_MARKS}}})[{MARKS}{RARE_MARKS}]+")


def tidy_text(text: str) -> str:
    """NFC, `\\n` line ends, no control characters or halves of surrogate pairs, no blank ends.

    Marks beyond the thirtieth on one letter are dropped: NFC takes the square of their number.
    """
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isascii():
        if MAY_BE_TOO_MANY.search(text):
            text = TOO_MANY_MARKS.sub(r"\1", text)
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def tidy_line(line: str) -> str:
    """As `tidy_text`, on one line, and without marks that turn the direction of what follows."""
    return " ".join(DIRECTION.sub("", tidy_text(line)).split())


def is_blank(text: str) -> bool:
    """Nothing in it can be seen."""
    return BLANK.fullmatch(text) is not None
