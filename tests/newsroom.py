"""A small newsroom under test: a site that answers requests, and the people who use it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from litestar.testing import TestClient

from piensas.model.moment import Clock
from piensas.model.rules import Rules
from piensas.model.site import Site
from piensas.settings import DatabaseSettings, ServerSettings, Settings, StoriesSettings
from piensas.store.upgrading import upgrade
from piensas.web.app import build_app
from piensas.web.press import Press

START = 1_790_000_000.0
"""The hour at which every test begins, in seconds since 1970."""

STORY = """---
title: {title}
slug: {slug}
published: 2026-09-01T08:00:00Z
authors: [The newsroom]
sources: [Reuters]
summary: {summary}
---

{text}
"""


class Hands:
    """The hands of the test's clock: it stands still until they are turned."""

    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds

    def turn(self, *, seconds: float = 0, minutes: float = 0, days: float = 0) -> None:
        self.seconds += seconds + 60 * minutes + 86_400 * days


class Person:
    """Somebody with a browser: cookies of their own, and forms or scripts to send with."""

    def __init__(self, client: TestClient[Any], newsroom: Newsroom) -> None:
        self.client = client
        self.newsroom = newsroom

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers, follow_redirects=False)

    def send(self, path: str, fields: dict[str, str], **headers: str) -> Any:
        """Sends a form from one of the site's own pages."""
        own = {"Sec-Fetch-Site": "same-origin"} | headers
        return self.client.post(path, data=fields, headers=own, follow_redirects=False)

    def send_json(self, path: str, body: Any, **headers: str) -> Any:
        own = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"} | headers
        return self.client.post(path, json=body, headers=own, follow_redirects=False)

    def post(self, text: str = "A thought.", **fields: str) -> Any:
        """Posts a comment as a guest, with scripts."""
        whole = {"text": text, "name": "Night reader", "email": "night@example.org"} | fields
        return self.send_json(self.newsroom.comments, whole)

    def post_form(self, text: str = "A thought.", **fields: str) -> Any:
        """Posts a comment as a guest, without scripts."""
        whole = {"text": text, "name": "Night reader", "email": "night@example.org", "language": "en"} | fields
        return self.send(self.newsroom.comments, whole)

    def comment(self, text: str = "A thought.", **fields: str) -> str:
        """The id of a comment that was published or held."""
        answer = self.post(text, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["comment"]["id"])

    def read(self, path: str | None = None) -> str:
        answer = self.get(path or self.newsroom.story)
        assert answer.status_code == 200, answer.text
        return str(answer.text)


class Newsroom:
    """The site under test and one of its stories."""

    story = "/en/flight"
    historia = "/es/vuelo"

    def __init__(self, client: TestClient[Any], press: Press, hands: Hands) -> None:
        self.client = client
        self.press = press
        self.hands = hands
        self._names = itertools.count(1)
        self.story_id = self._find_story()
        self.comments = f"/stories/{self.story_id}/comments"

    @property
    def db(self) -> Any:
        return self.press.db

    def person(self) -> Person:
        """Somebody new, in a browser that has never been here."""
        client = TestClient(self.client.app, base_url="http://localhost:8000")
        client.blocking_portal = self.client.blocking_portal
        return Person(client, self)

    def _find_story(self) -> str:
        for _ in range(200):
            page = self.client.get(self.story)
            if page.status_code == 200:
                return str(page.text.split('data-story="', 1)[1].split('"', 1)[0])
            self.client.portal_call(0.02)
        raise AssertionError("The story was not published.")


def settings_for(url: str, folder: Path, **rules: Any) -> Settings:
    chosen = {"hold_first_comment": False, "seconds_between_comments": 0} | rules
    policy = Rules(**chosen)
    site = Site(name="The Daily Question", languages=("en", "es"), rules=policy)
    return Settings(
        site=site,
        discussion=policy,
        stories=StoriesSettings(str(folder)),
        database=DatabaseSettings(url),
        server=ServerSettings(),
    )
