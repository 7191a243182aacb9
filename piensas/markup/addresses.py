"""Addresses in what people write: where they end, and how they are shown."""

from __future__ import annotations

import html
import re
import unicodedata

from ada_url import URL, idna_to_unicode

from piensas.model.lookalike import plainest

SENTENCE_MARKS = "。．，、；：！？…‥｡､،؛؟۔।॥၊။።፣፤፥፦፧፨។៕՝։"
ENDING = ("Pi", "Pf", "Ps", "Pe", "Cf", "Zs", "Zl", "Zp")
"""Quotation marks, brackets, spaces and what is not seen; of those in ASCII, CommonMark takes care."""

ENDS = SENTENCE_MARKS + "".join(
    each for each in map(chr, range(0x80, 0x10000)) if unicodedata.category(each) in ENDING
)
ADDRESS = re.compile(rf"(?<!\w)(?:https?://|www\.)[^\s{re.escape(ENDS)}]+", re.IGNORECASE)
PARTS = re.compile(r"(https?://)?([^/?#:@]*)(.*)", re.IGNORECASE | re.DOTALL)
TOGETHER = {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}
"""Scripts that are written in one word (UTS 39, 5.2)."""


def link_addresses(words: str) -> str:
    """HTML of plain text in which each address is a link that ends where the sentence around it does."""
    parts, done = [], 0
    for found in ADDRESS.finditer(words):
        address = end_address(found[0])
        if PARTS.fullmatch(address)[2].strip("."):  # type: ignore[index]  # whatever it is, it has parts
            parts += [html.escape(words[done : found.start()]), link(address)]
            done = found.start() + len(address)
    return "".join([*parts, html.escape(words[done:])])


def end_address(address: str) -> str:
    """Without the marks behind it, and a bracket that was opened before it (GFM, 6.9)."""
    spare = address.count(")") - address.count("(")
    while address[-1] in "?!.,:;*_~'\"" or (address[-1] == ")" and spare > 0):
        spare -= address[-1] == ")"
        address = address[:-1]
    return address


def link(address: str) -> str:
    """The words alone where no browser would find anything there."""
    scheme, host, rest = PARTS.fullmatch(address).groups()  # type: ignore[union-attr]  # as above
    try:
        there = URL(f"{scheme or 'https://'}{host}{rest}")
    except ValueError:
        return html.escape(address)
    words = f"{scheme or ''}{show_host(host, there.hostname)}{rest}"
    return f'<a href="{html.escape(there.href)}">{html.escape(words)}</a>'


def show_host(typed: str, plain: str) -> str:
    """A host as people read it, unless they could take it for another."""
    if typed.isascii() and "xn--" not in typed.lower():
        return typed
    shown = idna_to_unicode(plain.encode())
    return shown if all(map(is_readable, shown.split("."))) else plain


def is_readable(label: str) -> bool:
    """Of scripts that belong together, and not all of it letters that look like Latin ones."""
    letters = [each for each in label if not each.isascii()]
    scripts = {unicodedata.name(each, "?").split()[0] for each in label if each.isalpha()}
    if scripts <= TOGETHER:
        return True
    return len(scripts) == 1 and not all(plainest(each).isascii() for each in letters)
