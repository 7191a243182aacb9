"""Addresses by which a story was known before, here or on the site it came from."""

from __future__ import annotations

from litestar import Response

from piensas.model.refusals import NotFound
from piensas.store.stories import find_address
from piensas.web.answers import moved
from piensas.web.http import Request
from piensas.web.press import Press


async def moved_or_missing(request: Request, press: Press) -> Response[bytes]:
    """Leads to where the page is now; refuses what was never here."""
    for address in known_spellings(request.url.path, request.url.query):
        there = await press.db.read(find_address, press.site.id, address)
        if there and there != address:
            return moved(there)
    raise NotFound


def known_spellings(path: str, query: str) -> list[str]:
    """With and without the slash at the end, and with the query where there is one."""
    plain = path.rstrip("/") or "/"
    if query:
        return [f"{plain}?{query}", plain]
    return [plain]
