"""What stands before the framework: ready pages go out at once, everything else goes in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from operator import itemgetter
from typing import Any
from urllib.parse import unquote_plus

from piensas.model.refusals import Unavailable
from piensas.web.gate import Gate
from piensas.web.proofs import Proof
from piensas.web.ready import (
    Life,
    ReadyPage,
    ReadyPages,
    choose_encoding,
    has_etag,
    is_personal,
    read_wishes,
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PROOF = "piensas.proof"
HEAD = "piensas.head"
"""Whether only the headers are wanted, for an answer that would not end."""
NOTHING: Message = {"type": "http.response.body", "body": b""}
FOR_EACH = b"/stories/"
"""What a page's script asks about its story is answered to each reader alone."""
LONGEST_QUERY = 4_096
"""Bytes; what is asked for at greater length is drawn for who asks, and not kept."""
MEANINGFUL = frozenset({"order", "after", "before", "p", "page_id", "language"})
ABOUT_A_PAGE = frozenset({"order", "after", "page", "story", "language"})
FOR_PROGRAMS = frozenset({"order", "after", "limit", "page", "language"})
ROOMS = ((b"/embed/", ABOUT_A_PAGE), (b"/api/", FOR_PROGRAMS))


class FrontDoor:
    """An ASGI application around the framework's.

    A handler whose answer may be kept puts its `Proof` into the scope, or None if it is true for ever.
    Requests of readers with a session and without scripts always go in: those pages are drawn for them.
    The protocol, which stands before it, finds the pages and the gate here.
    """

    def __init__(self, app: Any, pages: ReadyPages, gate: Gate) -> None:
        self.app = app
        self.pages = pages
        self._drawing: dict[bytes, asyncio.Future[ReadyPage | None]] = {}
        self.gate = gate

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return

        address, query = scope["raw_path"], scope["query_string"]
        accepted, known, cookies = read_wishes(scope["headers"])
        is_for_all = not (cookies and is_personal(cookies))
        if query:
            is_for_all = is_for_all and len(query) <= LONGEST_QUERY and not address.startswith(FOR_EACH)
            address = address_of(address, query)
        earlier = page = self.pages.find(address) if is_for_all else None
        if page is not None and not self._is_true_here(page):
            page = await self._ask_again(address, page)
        if page is None and is_for_all:
            page = await self._wait_for_another(address)
        if page is None:
            page = await self._draw(address if is_for_all else b"", earlier is not None, scope, receive, send)
            if page is None:
                return

        variant = page.variant(choose_encoding(accepted, len(page.body)))
        is_known = known and has_etag(known, page.etag)
        await send(variant.unchanged if is_known else variant.start)
        await send(NOTHING if is_known or scope["method"] == "HEAD" else variant.end)

    async def _wait_for_another(self, address: bytes) -> ReadyPage | None:
        """The page that somebody else's request is drawing at this moment, where it is the same for all."""
        drawing = self._drawing.get(address)
        page = await asyncio.shield(drawing) if drawing else None
        return await self._ask_again(address, page) if page else None

    async def _draw(
        self, address: bytes, is_awaited: bool, scope: Message, receive: Receive, send: Send
    ) -> ReadyPage | None:
        """The page as the framework makes it, kept for others where it has an address that is the same for
        all; None where it has gone out already. If there was one before, all who ask meanwhile wait for this
        one."""
        drawing: asyncio.Future[ReadyPage | None] = asyncio.get_running_loop().create_future()
        if is_awaited:
            self._drawing.setdefault(address, drawing)
        kept = None
        try:
            answer = Answer(send)
            inside = dict(scope, method="GET") | {HEAD: scope["method"] == "HEAD"}
            await self.app(inside, receive, answer.take)
            page = answer.page(life_of(inside), inside.get(PROOF))
            if page and page.life != "once" and address:
                self.pages.keep(address, page)
                kept = page
            return page
        finally:
            if self._drawing.get(address) is drawing:
                del self._drawing[address]
            drawing.set_result(kept)

    def _is_true_here(self, page: ReadyPage) -> bool:
        """While the store cannot be asked, what was true last counts as true."""
        try:
            return self.pages.is_true_here(page)
        except Unavailable:
            return True

    async def _ask_again(self, address: bytes, page: ReadyPage) -> ReadyPage | None:
        """The page if it is true, or the one that somebody has drawn meanwhile."""
        try:
            if await self.pages.is_true(page):
                return page
        except Unavailable:
            return page
        newer = self.pages.find(address)
        if newer is page:
            self.pages.drop(address)
        elif newer is not None and self._is_true_here(newer):
            return newer
        return None


class Answer:
    """Holds back a complete 200 answer; anything else, and what has an ETag already, is passed on as it
    comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body: bytes | None = None

    async def take(self, message: Message) -> None:
        if (
            message["type"] == "http.response.start"
            and message["status"] == 200
            and not has_own_etag(message)
        ):
            self._start = message
        elif self._start is not None and self._body is None and not message.get("more_body", False):
            self._body = message.get("body", b"")
        else:
            if self._start is not None and self._body is None:
                start, self._start = self._start, None
                await self._send(start)
            await self._send(message)

    def page(self, life: Life, proof: Proof | None) -> ReadyPage | None:
        """The answer as a page, unless it has gone out already."""
        if self._start is None or self._body is None:
            return None
        headers = [(k, v) for k, v in self._start["headers"] if k != b"content-length"]
        return ReadyPage(200, headers, self._body, life, proof, mark=proof.mark if proof else b"")


def life_of(scope: Message) -> Life:
    """As its handler has said: nothing of what is to be handed out again."""
    if PROOF not in scope:
        return "once"
    return "for ever" if scope[PROOF] is None else "while true"


def has_own_etag(start: Message) -> bool:
    return any(name.lower() == b"etag" for name, _ in start["headers"])


def address_of(path: bytes, query: bytes) -> bytes:
    """Path and query without the parameters that mean nothing to us, such as a campaign's name.

    What is left stands as it was written, in the order of the names alone: two addresses are one only where
    every handler reads the same in both, also where a name is doubled or says nothing.
    """
    meaningful = names_for(path)
    pairs = ((unquote_plus(pair.partition(b"=")[0].decode("latin-1")), pair) for pair in query.split(b"&"))
    known = sorted((each for each in pairs if each[0] in meaningful), key=itemgetter(0))
    return path + b"?" + b"&".join(pair for _, pair in known) if known else path


def names_for(path: bytes) -> frozenset[str]:
    """The parameters that mean something there. To a file, which has an ending, none does."""
    if b"." in path.rpartition(b"/")[2]:
        return frozenset()
    return next((names for start, names in ROOMS if path.startswith(start)), MEANINGFUL)
