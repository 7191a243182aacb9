"""Pages of other sites are read: does one link to a story, and what is it called?"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterable
from urllib.parse import urljoin

import nh3
from msgspec import Struct

from piensas.outside.fetching import Fetched, Host, NotFetched, fetch_page

LARGEST_PAGE = 1 << 20
SECONDS = 10.0
GONE = (404, 410)
PAGES = ("text/html", "application/xhtml+xml")
LINKS = {"a": {"href"}, "area": {"href"}, "img": {"src"}, "video": {"src"}, "audio": {"src"}}
NAMES = {"meta": {"content", "property"}, "que-piensas": {"data-title"}}
TITLE = re.compile(r"<title>([^<]*)")
OUR_TITLE = re.compile(r'<que-piensas data-title="([^"]*)"')
SHARED_TITLE = re.compile(r'<meta (?=[^>]*property="og:title")[^>]*content="([^"]*)"')


class PageWords(Struct, frozen=True):
    """Where a page links to, and what it is called: for us, for sharing, or in its head."""

    links: list[str]
    title: str


async def find_link(source: str, target: str) -> str | None:
    """The title of the page, None where it does not link to the target or is no more (W3C Webmention, 3.2.2).

    Raises NotFetched where it could not be looked at now.
    """
    page = await fetch_page(source, limit=LARGEST_PAGE, seconds=SECONDS)
    if page.status in GONE:
        return None
    words = await read_words(page)
    is_linked = words and any(is_same(page.address, link, target) for link in words.links)
    return words.title if words and is_linked else None


async def find_title(address: str, hosts: Iterable[Host]) -> str:
    """What a page of a known site is called; empty where it does not say. Raises NotFetched."""
    words = await read_words(await fetch_page(address, limit=LARGEST_PAGE, seconds=SECONDS, hosts=hosts))
    return words.title if words else ""


async def read_words(page: Fetched) -> PageWords | None:
    """None for what is no page."""
    if page.status != 200:
        raise NotFetched(f"the answer was {page.status}")
    return await asyncio.to_thread(read_page, page.text) if page.kind in PAGES else None


def read_page(words: str) -> PageWords:
    """Read as browsers do, so that what is only in a comment or in a script is neither link nor title."""
    links: list[str] = []

    def note(tag: str, name: str, value: str) -> str | None:
        if tag in NAMES:
            return value
        links.append(value)
        return None

    tags = {*LINKS, *NAMES, "title"}
    plain = nh3.clean(words, tags=tags, attributes=LINKS | NAMES, attribute_filter=note, link_rel=None)
    found = OUR_TITLE.search(plain) or SHARED_TITLE.search(plain) or TITLE.search(plain)
    return PageWords(links, html.unescape(found[1]).strip() if found else "")


def is_same(address: str, link: str, target: str) -> bool:
    """Does a link on the page at `address` lead to the target? The whole address, and no part of one."""
    try:
        return urljoin(address, link.strip()).partition("#")[0] == target.partition("#")[0]
    except ValueError:
        return False
