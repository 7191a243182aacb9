"""A small newsroom under test: a site served over HTTP, and the people who use it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import uvicorn

from piensas.model.moment import Clock
from piensas.model.rules import Rules
from piensas.model.site import Site
from piensas.settings import DatabaseSettings, ServerSettings, Settings, StoriesSettings
from piensas.store.database import Database
from piensas.store.upgrading import upgrade
from piensas.web.app import build_app
from piensas.web.folder import publish_folder
from piensas.web.protocol import find_protocol

START = 1_790_000_000.0
"""The hour at which every test begins, in seconds since 1970: 21 September 2026."""

STORY = """---
title: {title}
slug: {slug}
published: 2026-09-20T08:00:00Z
authors: [The newsroom]
sources: [Reuters]
summary: {summary}
---

{text}
"""
FILES = {
    "flight.en.md": {
        "title": "No more specialists will be sent",
        "slug": "flight",
        "summary": "What was said, and by whom.",
        "text": "The first paragraph.\n\n> A quotation.",
    },
    "flight.es.md": {
        "title": "No se enviarán más especialistas",
        "slug": "vuelo",
        "summary": "Qué se dijo y quién lo dijo.",
        "text": "El primer párrafo.",
    },
}


class Hands:
    """The hands of the test's clock: it stands still until they are turned."""

    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds

    def turn(self, *, seconds: float = 0, minutes: float = 0, days: float = 0) -> None:
        self.seconds += seconds + 60 * minutes + 86_400 * days


class Newsroom:
    """A site with one story in two languages, and a second look at its database."""

    story = "/en/flight"
    historia = "/es/vuelo"

    def __init__(self, address: str, settings: Settings, db: Database, hands: Hands) -> None:
        self.address = address
        self.settings = settings
        self.db = db
        self.hands = hands
        self.people: list[Person] = []
        self.story_id = self.person().read().split('data-story="', 1)[1].split('"', 1)[0]
        self.comments = f"/stories/{self.story_id}/comments"
        self.discussion = f"/api/v1{self.comments}"

    @property
    def site(self) -> Site:
        return self.settings.site

    def person(self) -> Person:
        """Somebody in a browser that has never been here."""
        self.people.append(Person(self))
        return self.people[-1]

    def close(self) -> None:
        for person in self.people:
            person.client.close()


class Person:
    """Somebody with a browser: cookies of their own, and forms or scripts to send with."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.client = httpx.Client(base_url=newsroom.address, timeout=30, verify=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})

    def read(self, path: str = "") -> str:
        answer = self.get(path or self.newsroom.story)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Sends a form from one of the site's own pages."""
        own = {"sec-fetch-site": "same-origin"} | {n.replace("_", "-"): v for n, v in headers.items()}
        return self.client.post(path, data=fields, headers=own)

    def send_json(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Sends what the page's script sends, or a program."""
        own = {"sec-fetch-site": "same-origin", "accept": "application/json"}
        return self.client.post(
            path, json=body, headers=own | {n.replace("_", "-"): v for n, v in headers.items()}
        )

    def post(self, text: str = "A thought.", **fields: str) -> httpx.Response:
        """Posts a comment as a guest, with scripts."""
        return self.send_json(self.newsroom.comments, guest(text) | fields)

    def post_form(self, text: str = "A thought.", **fields: str) -> httpx.Response:
        """Posts a comment as a guest, without scripts."""
        return self.send(self.newsroom.comments, guest(text) | {"language": "en"} | fields)

    def comment(self, text: str = "A thought.", **fields: str) -> str:
        """The id of a comment that has been taken."""
        answer = self.post(text, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["comment"]["id"])

    def change(self, comment: str, verb: str, **fields: str) -> httpx.Response:
        """`verb` is text, withdrawal or vote."""
        return self.send_json(f"{self.newsroom.comments}/{comment}/{verb}", fields)

    def thread(self, **query: str) -> Any:
        """The discussion as programs read it."""
        as_many = {"limit": str(min(self.newsroom.site.rules.page_size, 100))}
        answer = self.client.get(self.newsroom.discussion, params=as_many | query)
        assert answer.status_code == 200, answer.text
        after = parse_qs(urlsplit(answer.links.get("next", {}).get("url", "")).query).get("after", [None])[0]
        return answer.json() | {"next": after}


def guest(text: str) -> dict[str, str]:
    return {"text": text, "name": "Night reader", "email": "night@example.org"}


def settings_for(url: str, folder: Path, **rules: Any) -> Settings:
    chosen = {"hold_first_comment": False, "seconds_between_comments": 0} | rules
    policy = Rules(**chosen)
    return Settings(
        site=Site(name="The Daily Question", languages=("en", "es"), rules=policy),
        discussion=policy,
        stories=StoriesSettings(str(folder)),
        database=DatabaseSettings(url),
        server=ServerSettings(trusted_proxies=("127.0.0.1",)),
    )


def write_stories(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, words in FILES.items():
        (folder / name).write_text(STORY.format(**words), "utf-8")


Change = Callable[[Settings], Settings]


def unchanged(settings: Settings) -> Settings:
    return settings


@contextmanager
def open_newsroom(
    url: str, folder: Path, change: Change = unchanged, host: str = "127.0.0.1", **rules: Any
) -> Iterator[Newsroom]:
    """Serves a site on a free port, in this process, with a clock that the test turns."""
    settings = change(settings_for(url, folder, **rules))
    hands = Hands()
    write_stories(folder)
    upgrade(url)
    with ExitStack() as stack:
        db = Database(url)
        stack.callback(db.close)
        publish_folder(db, settings.site, folder, Clock(hands))
        address = stack.enter_context(serve(settings, Clock(hands), host))
        newsroom = Newsroom(address, settings, db, hands)
        stack.callback(newsroom.close)
        yield newsroom


@contextmanager
def serve(settings: Settings, clock: Clock | None = None, host: str = "127.0.0.1") -> Iterator[str]:
    """The address at which the site listens. `host` is one of this machine's names for itself, or a whole
    address by which the site is reached through another server."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        is_behind = "://" in host
        address = f"http://{'127.0.0.1' if is_behind else host}:{listening.getsockname()[1]}"
        at_home = msgspec.structs.replace(settings.site, address=host if is_behind else address)
        app = build_app(msgspec.structs.replace(settings, site=at_home), clock)
        config = uvicorn.Config(
            app, http=find_protocol(), loop="uvloop", ws="none", proxy_headers=False, log_level="error"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """What the condition says once it says something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        threading.Event().wait(0.01)
    raise AssertionError("It did not come about.")
