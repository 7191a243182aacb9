"""Addresses by which a story was known before, here or on the site it came from."""

from __future__ import annotations

import re

from litestar import Response

from piensas.model.refusals import NotFound
from piensas.store.stories import find_address
from piensas.web.answers import moved
from piensas.web.http import Request
from piensas.web.press import Press

BELOW = re.compile(r"(/comments/[0-9]{1,19}(?:/(?:reply|edit|withdrawal))?|/feed\.(?:atom|json))$")
"""What stands below the address of every story, under whichever it was known."""


async def moved_or_missing(request: Request, press: Press) -> Response[bytes]:
    """Leads to where the page is now; refuses what was never here."""
    path, query = request.url.path, request.url.query
    for address in known_spellings(path, query):
        there = await press.db.read(find_address, press.site.id, address)
        if there and there != address:
            return moved(there)
    story, below, _ = BELOW.split(path, maxsplit=1) if BELOW.search(path) else ("", "", "")
    there = await press.db.read(find_address, press.site.id, story) if story else None
    if there and there != story:
        return moved(f"{there}{below}?{query}" if query else f"{there}{below}")
    raise NotFound


def known_spellings(path: str, query: str) -> list[str]:
    """With and without the slash at the end, and with the query where there is one."""
    plain = path.rstrip("/") or "/"
    if query:
        return [f"{plain}?{query}", plain]
    return [plain]
