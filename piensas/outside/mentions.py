"""A page that says to link to a story is looked at (W3C Webmention, 3.2.2)."""

from __future__ import annotations

import asyncio
import html
import re
from urllib.parse import urljoin

import nh3

from piensas.outside.fetching import NotFetched, fetch_page

LARGEST_PAGE = 1 << 20
SECONDS = 10.0
GONE = (404, 410)
PAGES = ("text/html", "application/xhtml+xml")
LINKS = {"a": {"href"}, "area": {"href"}, "img": {"src"}, "video": {"src"}, "audio": {"src"}}
TITLE = re.compile(r"<title>([^<]*)")


async def find_link(source: str, target: str) -> str | None:
    """The title of the page, None where it does not link to the target or is no more.

    Raises NotFetched where it could not be looked at now.
    """
    page = await fetch_page(source, limit=LARGEST_PAGE, seconds=SECONDS)
    if page.status in GONE:
        return None
    if page.status != 200:
        raise NotFetched(f"the answer was {page.status}")
    if page.kind not in PAGES:
        return None
    links, title = await asyncio.to_thread(read_page, page.text)
    return title if any(is_same(page.address, link, target) for link in links) else None


def read_page(words: str) -> tuple[list[str], str]:
    """Where a page links to, and what it is called. Read as browsers do, so that what is only in a comment
    or in a script is no link."""
    links: list[str] = []

    def note(tag: str, name: str, value: str) -> None:
        links.append(value)

    plain = nh3.clean(words, tags={*LINKS, "title"}, attributes=LINKS, attribute_filter=note, link_rel=None)
    title = TITLE.search(plain)
    return links, html.unescape(title[1]) if title else ""


def is_same(address: str, link: str, target: str) -> bool:
    """Does a link on the page at `address` lead to the target? The whole address, and no part of one."""
    try:
        return urljoin(address, link.strip()).partition("#")[0] == target.partition("#")[0]
    except ValueError:
        return False
