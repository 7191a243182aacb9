"""Stand-in providers and a mail server under test, and somebody who signs in with them."""

from __future__ import annotations

import asyncio
import html
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from demo.stand_ins import Grant, StandIns, build_app
from piensas.settings import Mail, OpenId, Settings, SignIn
from tests.newsroom import Newsroom, Person, wait_until

FOUR = ("wordpress", "google", "x", "facebook")
Message = dict[str, Any]


class Trick(msgspec.Struct):
    """What a hostile provider answers instead, at the paths that end like this."""

    where: str
    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    seconds: float = 0
    drops: bool = False


class Tricksters(StandIns):
    """Stand-ins whose claims and answers a test can bend, and who count who asks them."""

    def __init__(self) -> None:
        super().__init__()
        self.address = ""
        self.trick: Trick | None = None
        self.bend: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self.bend_token: Callable[[str], str] = str
        self.bend_profile: Callable[[dict[str, Any]], Any] = dict
        self.asked: list[str] = []

    def claims(self, base: str, grant: Grant) -> dict[str, Any]:
        return self.bend(super().claims(base, grant))

    def sign(self, claims: dict[str, Any]) -> str:
        return self.bend_token(super().sign(claims))

    def about(self, base: str, grant: Grant) -> dict[str, Any]:
        return self.bend_profile(super().about(base, grant))  # type: ignore[no-any-return]  # or whatever it is bent to

    def wrap(self, app: Any) -> Any:
        async def answer(scope: Message, receive: Any, send: Any) -> None:
            trick = self.trick
            if scope["type"] == "http":
                self.asked.append(scope["path"])
            if scope["type"] != "http" or trick is None or not scope["path"].endswith(trick.where):
                await app(scope, receive, send)
                return
            await asyncio.sleep(trick.seconds)
            if trick.drops:
                raise RuntimeError("dropped, as the test wants")
            headers = [(b"content-type", trick.kind.encode())]
            await send({"type": "http.response.start", "status": trick.status, "headers": headers})
            await send({"type": "http.response.body", "body": trick.body})

        return answer


class Curt(uvicorn.Server):
    """Waits for nobody when it stops, and leaves no connection open behind it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.force_exit = True
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # type: ignore[union-attr]  # it is there once it is connected
        await asyncio.sleep(0)


@contextmanager
def open_providers() -> Iterator[Tricksters]:
    """Stand-ins on a free port of this machine."""
    stand_ins = Tricksters()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        stand_ins.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(stand_ins.wrap(build_app(stand_ins)), log_level="critical", lifespan="off")
        server = Curt(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield stand_ins
        finally:
            server.should_exit = True
            thread.join(20)


class LetterBox(Controller):
    """A mail server that hangs up before it stops: who is just bringing a letter would wait for it."""

    def __init__(self, stand_ins: StandIns) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        super().__init__(stand_ins, hostname="127.0.0.1", port=self._listening.getsockname()[1])
        self._calls: list[SMTP] = []

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)

    def factory(self) -> SMTP:
        self._calls.append(super().factory())
        return self._calls[-1]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(20)
        self.stop()

    async def _hang_up(self) -> None:
        """A server that is closed while somebody is being let in would leave them standing for ever."""
        self.loop.remove_reader(self._listening.fileno())
        for _ in range(5):  # who has just been let in is heard of
            await asyncio.sleep(0)
        while going_on := [call for call in self._calls if call.transport]:
            for call in going_on:
                call.transport.abort()
            await asyncio.sleep(0)
        self.server.close()


@contextmanager
def open_letter_box(stand_ins: StandIns) -> Iterator[Mail]:
    """A real SMTP server that keeps what it is given; how to reach it."""
    box = LetterBox(stand_ins)
    box.start()
    try:
        yield Mail(host="127.0.0.1", port=box.port, security="none", sender="The Question <news@example.org>")
    finally:
        box.close()


def with_providers(settings: Settings, stand_ins: Tricksters, mail: Mail | None = None) -> Settings:
    club = OpenId(
        issuer=f"{stand_ins.address}/openid", client_id="piensas", client_secret="secret", label="Club"
    )
    return msgspec.structs.replace(
        settings, signin=SignIn(stand_in=stand_ins.address), openid={"club": club}, mail=mail or Mail()
    )


class Errand(msgspec.Struct):
    """Where a browser is being sent, and with what."""

    provider: str
    asked: dict[str, str]

    @property
    def state(self) -> str:
        return self.asked["state"]


def leave(
    person: Person, provider: str, *, place: str = "", headers: dict[str, str] | None = None, **fields: str
) -> Errand:
    """Presses a provider's icon, without scripts."""
    query = f"?story={place or person.newsroom.story_id}" if place != "me" else ""
    answer = person.send(f"/signin/{provider}{query}", {"language": "en"} | fields, **(headers or {}))
    assert answer.status_code == 200, answer.text
    found = re.search(r'<a href="(http[^"]+)" rel="noreferrer">', answer.text)
    assert found, answer.text
    return Errand(provider, dict(parse_qsl(urlsplit(html.unescape(found[1])).query)))


def come_back(person: Person, stand_ins: StandIns, errand: Errand, **who: str) -> httpx.Response:
    """Says who they are at the provider, and follows the way back."""
    somebody = {"subject": "1001", "name": "Ana", "email": "ana@example.org"} | who
    name = "openid" if errand.provider == "club" else errand.provider
    there = urlsplit(stand_ins.redirect(name, errand.asked, somebody))
    return person.get(f"{there.path}?{there.query}")


def sign_in(
    person: Person, stand_ins: StandIns, provider: str = "google", *, place: str = "", **who: str
) -> httpx.Response:
    answer = come_back(person, stand_ins, leave(person, provider, place=place), **who)
    assert answer.status_code == 303, answer.text
    return answer


def me(person: Person) -> Any:
    """Everything that the site has about somebody who is signed in."""
    answer = person.get("/me/export.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def reader_id(person: Person) -> str:
    return str(me(person)["reader"]["id"])


def is_signed_in(person: Person) -> bool:
    page = person.get("/me")
    return page.status_code == 200 and "How you log in" in page.text


def latest_letter(stand_ins: StandIns, number: int = 1) -> EmailMessage:
    """The letter that comes last, once so many have come."""
    wait_until(lambda: len(stand_ins.letters) >= number)
    letter = BytesParser(policy=policy.default).parsebytes(stand_ins.letters[-1])
    assert isinstance(letter, EmailMessage)
    return letter


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def code_of(letter: EmailMessage) -> str:
    found = re.search(r"\b(\d{4} \d{4})\b", text_of(letter))
    assert found
    return found[1]


def link_of(letter: EmailMessage) -> str:
    found = re.search(r"https?://\S+/signin/letter\S+", text_of(letter))
    assert found
    return found[0]


def newsroom_host(newsroom: Newsroom) -> str:
    return urlsplit(newsroom.address).netloc
