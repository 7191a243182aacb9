"""A page that has changed is drawn once, however many ask for it at that moment."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from piensas.store.database import Database
from piensas.store.sites import save_site
from piensas.web.front_door import PROOF, FrontDoor
from piensas.web.gate import Gate
from piensas.web.proofs import Proof
from piensas.web.ready import ReadyPages

READERS = 20


class Slow:
    """A framework that takes its time; how often it was asked, and how many wait."""

    def __init__(self, pages: ReadyPages, *, keeps: bool = True) -> None:
        self.pages = pages
        self.keeps = keeps
        self.asked = 0
        self.go_on = asyncio.Event()
        self.answer: object = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        mark, number = self.pages.mark(), self.asked
        await self.go_on.wait()
        if self.keeps:
            scope[PROOF] = Proof(lambda _db: self.answer, (), self.answer, mark)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page %d" % number})


async def ask(door: FrontDoor, cookie: bytes = b"") -> bytes:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "raw_path": b"/en/flight", "query_string": b"", "headers": []}
    scope["headers"] = [(b"cookie", cookie)] if cookie else []
    await door(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    return b"".join(message.get("body", b"") for message in sent)


async def ask_at_once(app: Slow, door: FrontDoor, cookie: bytes = b"") -> list[bytes]:
    waiting = [asyncio.create_task(ask(door, cookie)) for _ in range(READERS)]
    for _ in range(READERS):
        await asyncio.sleep(0)
    app.go_on.set()
    return await asyncio.gather(*waiting)


def commit(app: Slow, db: Database) -> None:
    """Something has happened that concerns the page."""
    app.answer = object()
    app.go_on.clear()
    db.do(lambda connection: save_site(connection, app.asked + 1, b"a secret"))


def test_all_who_wait_are_given_the_page_that_one_has_drawn(db: Database) -> None:
    async def walk() -> None:
        pages = ReadyPages(db, 1 << 20, lambda: 0)
        app = Slow(pages)
        door = FrontDoor(app, pages, Gate((), 100))
        app.go_on.set()
        assert await ask(door) == b"page 1"
        commit(app, db)
        assert set(await ask_at_once(app, door)) == {b"page 2"}
        assert app.asked == 2

    asyncio.run(walk())


@pytest.mark.parametrize("cookie", [b"", b"piensas=x"])
def test_what_is_not_the_same_for_all_is_drawn_for_each(db: Database, cookie: bytes) -> None:
    """Nobody waits for another's own page, or for a stream that does not end."""

    async def walk() -> None:
        pages = ReadyPages(db, 1 << 20, lambda: 0)
        app = Slow(pages, keeps=False)
        door = FrontDoor(app, pages, Gate((), 100))
        found = await ask_at_once(app, door, cookie)
        assert len(set(found)) == app.asked == READERS

    asyncio.run(walk())


def test_when_the_one_who_draws_gives_up_the_others_draw(db: Database) -> None:
    async def walk() -> None:
        pages = ReadyPages(db, 1 << 20, lambda: 0)
        app = Slow(pages)
        door = FrontDoor(app, pages, Gate((), 100))
        app.go_on.set()
        await ask(door)
        commit(app, db)
        first = asyncio.create_task(ask(door))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        while app.asked < 2:
            await asyncio.sleep(0)
        second = asyncio.create_task(ask(door))
        await asyncio.sleep(0)
        first.cancel()
        app.go_on.set()
        assert (await second).startswith(b"page")
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(walk())
