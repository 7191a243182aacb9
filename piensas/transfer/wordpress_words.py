"""The words and addresses of a WordPress export as Piensas writes them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, unquote, urlsplit

from piensas.markup.comment import plain_text, render_html
from piensas.model.wording import tidy_line

LONGEST_SLUG = 200
LONGEST_ADDRESS = 1_000
SPELT = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
NOWHERE = urlsplit("")


def plain_words(html: str) -> str:
    """One line of text without tags and entities."""
    return tidy_line(plain_text(render_html(html))) if html else ""


def fit_slug(name: str) -> str:
    """A post's name in the letters that our addresses have, empty where none of it can be written so."""
    spelt = unicodedata.normalize("NFKD", unquote(name).casefold().translate(SPELT))
    plain = re.sub(r"[^a-z0-9]+", "-", spelt.encode("ascii", "ignore").decode())
    return plain.strip("-")[:LONGEST_SLUG].strip("-")


def split_address(address: str) -> SplitResult:
    try:
        return urlsplit(address.strip())
    except ValueError:
        return NOWHERE


def host_of(address: str) -> str:
    """The host, with its port, of an address; `www.` makes no difference."""
    host = split_address(address).netloc.rpartition("@")[2].lower()
    return host.removeprefix("www.")[:LONGEST_ADDRESS]


def known_address(address: str) -> str:
    """An address' path, decoded and without a slash at its end, and its query: as redirects look it up."""
    parts = split_address(address)
    if not parts.netloc and not parts.path:
        return ""
    path = unquote(parts.path).rstrip("/") or "/"
    whole = f"{path}?{parts.query}" if parts.query else path
    return whole if len(whole) <= LONGEST_ADDRESS and whole.isprintable() else ""
