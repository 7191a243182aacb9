"""Reads one page of a stranger's, in a process of its own that has little memory and little time:

    python -m piensas.outside.reading < QUESTION AND PAGE > ANSWER

The first line of what comes in is a `Question`, the rest the page. A page can be written so that the tree
that browsers make of it is a thousand times as large; that ends this process and no other.
"""

from __future__ import annotations

import html
import re
import resource
import sys
from urllib.parse import urljoin

import msgspec
import nh3

MEMORY = 512 << 20
"""Bytes of addresses, the interpreter's included."""
SECONDS = 5
"""Of a processor's time."""
MOST_LINKS = 2_000
LONGEST_LINK = 1_000
CHARSETS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16")
LINKS = {"a": {"href"}, "area": {"href"}, "img": {"src"}, "video": {"src"}, "audio": {"src"}}
NAMES = {"meta": {"content", "property"}, "que-piensas": {"data-title"}}
TITLES = (
    re.compile(r'<que-piensas data-title="([^"]*)"'),
    re.compile(r'<meta (?=[^>]*property="og:title")[^>]*content="([^"]*)"'),
    re.compile(r"<title>([^<]*)"),
)


class Question(msgspec.Struct):
    """The page's address and the charset that it was sent with; the addresses of which one is looked for."""

    address: str
    charset: str
    targets: list[str]


class Answer(msgspec.Struct):
    """Whether the page links to one of the targets, and its title: for us, for sharing, or in its head."""

    is_linked: bool
    title: str


def read_page(question: Question, page: bytes) -> Answer:
    """Read as browsers do, so that what is only in a comment or in a script is neither link nor title."""
    links: set[str] = set()

    def note(tag: str, name: str, value: str) -> str | None:
        if name in LINKS.get(tag, ()) and len(value) <= LONGEST_LINK and len(links) < MOST_LINKS:
            links.add(value)
        return value if name in NAMES.get(tag, ()) else None

    charset = question.charset.lower()
    words = page.decode(charset if charset in CHARSETS else "utf-8", "replace")
    tags = {*LINKS, *NAMES, "title"}
    plain = nh3.clean(words, tags=tags, attributes=LINKS | NAMES, attribute_filter=note, link_rel=None)
    found = next((title for each in TITLES if (title := each.search(plain))), None)
    targets = {plain_address(target) for target in question.targets}
    is_linked = any(leads_to(question.address, link) in targets for link in links)
    return Answer(is_linked, html.unescape(found[1]).strip() if found else "")


def leads_to(address: str, link: str) -> str:
    try:
        return plain_address(urljoin(address, link.strip()))
    except ValueError:
        return ""


def plain_address(address: str) -> str:
    """Without what names no other page: query, fragment, and a slash at the end."""
    return address.partition("#")[0].partition("?")[0].rstrip("/")


def answer() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    question, _, page = sys.stdin.buffer.read().partition(b"\n")
    found = read_page(msgspec.json.decode(question, type=Question), page)
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    answer()
