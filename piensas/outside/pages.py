"""Pages of other sites are asked: does one link to a story, and what is it called?"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterable, Sequence

import msgspec

from piensas.outside.fetching import Fetched, Host, NotFetched, fetch_page
from piensas.outside.reading import LONGEST_LINK, Answer, Question

LARGEST_PAGE = 1 << 19
SECONDS = 10.0
GONE = (404, 410)
PAGES = ("text/html", "application/xhtml+xml")
NOTHING = Answer(is_linked=False, title="")


async def find_link(source: str, targets: Sequence[str]) -> str | None:
    """The title of the page, None where it links to no target or is no more (W3C Webmention, 3.2.2).

    Raises NotFetched where it could not be looked at now.
    """
    page = await fetch_page(source, limit=LARGEST_PAGE, seconds=SECONDS)
    if page.status in GONE:
        return None
    found = await read_apart(page, targets)
    return found.title if found.is_linked else None


async def find_title(address: str, hosts: Iterable[Host]) -> str:
    """What a page of a known site is called; empty where it does not say. Raises NotFetched."""
    page = await fetch_page(address, limit=LARGEST_PAGE, seconds=SECONDS, hosts=hosts)
    return (await read_apart(page, ())).title


async def read_apart(page: Fetched, targets: Sequence[str]) -> Answer:
    """What is in the page, read in a process of its own; nothing in what is no page."""
    if page.status != 200:
        raise NotFetched(f"the answer was {page.status}")
    if page.kind not in PAGES or len(page.address) > LONGEST_LINK:
        return NOTHING
    question = msgspec.json.encode(Question(page.address, page.charset, list(targets)))
    command = (sys.executable, "-I", "-m", "piensas.outside.reading")
    reader = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await reader.communicate(question + b"\n" + page.content)
    except TimeoutError as fault:
        reader.kill()
        await reader.wait()
        raise NotFetched("the page takes too long to read") from fault
    if reader.returncode != 0:
        raise NotFetched("the page is larger than it looks")
    return msgspec.json.decode(said, type=Answer)
