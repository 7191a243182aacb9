"""Whatever stands in whatever field, what it costs grows no faster than its length, up to each limit and past
it; the second half of what `tests/test_parameters.py` says of values that are short."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any
from urllib.parse import quote

import pytest

from piensas.markup.comment import render_html, render_markdown
from piensas.markup.story import render_wordpress_story
from piensas.web.api.answers import BASE
from piensas.web.api.routes import FOR_PROGRAMS
from piensas.web.app import HANDLERS
from piensas.web.shapes import DraftShape
from tests.newsroom import Newsroom, Person, guest
from tests.providers import Tricksters
from tests.test_parameters import READ

UNITS = {
    "marks": "a\u0301\u0316",
    "brackets": "[",
    "links": "[a](",
    "backticks": "`",
    "references": "&#",
    "shortcodes": "[caption ",
    "digits": "9",
    "spaces": "a ",
    "percents": "%41",
    "quotations": "> ",
    "emphasis": "*a_",
    "families": "👩\u200d👩\u200d👧",
    "tags": "<b",
    "slashes": "/../",
    "separators": "a=b&",
    "at": "a@",
}
DRAFT = (
    "text",
    "name",
    "email",
    "website",
    "parent",
    "draft",
    "language",
    "save_details",
    "identity",
    "display_name",
)
WRITTEN: dict[str, tuple[str, ...]] = {
    "POST /stories/{story}/comments": DRAFT,
    "POST /stories/{story}/preview": DRAFT,
    "POST /stories/{story}/comments/{comment}/text": ("text",),
    "POST /stories/{story}/comments/{comment}/withdrawal": (),
    "POST /stories/{story}/comments/{comment}/vote": ("value",),
    "POST /signin/{provider}": (*DRAFT, "window", "add", "ticket", "ways"),
    "POST /signin/change": DRAFT,
    "POST /signin/code": ("state", "code", "name"),
    "POST /signin/letter": ("key", "name"),
    "POST /signout": DRAFT,
    "POST /me/name": ("name",),
    "POST /me/programs": ("name", "read"),
    "POST /me/claim": (),
    "POST /me/sessions/{session}/end": (),
    "POST /me/identities/{identity}/drop": (),
    "POST /me/erasure": ("comments", "sure"),
    "POST /embed/discussion": ("page", "story", "title", "language"),
    "POST /embed/session": ("ticket",),
    "POST /wp-json/wp/v2/comments": (
        *("post", "content", "parent", "author_name", "author_email", "author_url"),
    ),
    "POST /webmention": ("source", "target"),
    "POST /staff/passkey/new": ("key",),
    "POST /staff/passkey": ("key", "answer", "name"),
    "POST /staff/invitation": ("key",),
    "POST /staff": ("answer",),
    "POST /api/v1/stories/{story}/comments": (
        "text",
        "name",
        "email",
        "website",
        "parent",
        "draft",
        "language",
    ),
    "PATCH /api/v1/stories/{story}/comments/{comment}": ("text",),
    "DELETE /api/v1/stories/{story}/comments/{comment}": (),
    "PUT /api/v1/stories/{story}/comments/{comment}/vote": ("value",),
    "DELETE /api/v1/stories/{story}/comments/{comment}/vote": (),
    "PATCH /api/v1/me": ("name",),
}
"""Every address at which something is done, and the fields that it reads."""

UNREAD = {
    "POST /api/v1/stories/{story}/comments": {"parent", "draft", "language"},
    "POST /wp-json/wp/v2/comments": {"post", "parent"},
    "PUT /api/v1/stories/{story}/comments/{comment}/vote": {"value"},
}
"""Fields that are numbers or words of a few: every value here is refused as unreadable."""

NOISE = 0.02
"""Seconds of processor time that a request may cost for no reason of its own."""
IN_A_QUERY, IN_A_BODY = (1_000, 8_000), (32_768, 262_144)
"""Characters: both below what is too long as a whole; the last is past the limit of every field."""
MOST = 16
"""Times as much for eight times the length: twice what its growth allows, where a square has 64."""
AGAIN = count()
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is read, tidied and refused is so before any database is asked."""


def test_every_address_at_which_something_is_done_is_in_the_table() -> None:
    everything = [("", handler) for handler in HANDLERS] + [(BASE, handler) for handler in FOR_PROGRAMS]
    found = {
        f"{method} {start}" + re.sub(r":\w+", "", path)
        for start, handler in everything
        for method in handler.http_methods - {"GET", "HEAD", "OPTIONS"}
        for path in handler.paths
    }
    assert found == set(WRITTEN)


def test_every_field_of_the_box_is_in_the_table() -> None:
    assert DraftShape.__struct_fields__ == DRAFT


def cost_of(work: Callable[[], object]) -> float:
    """Seconds of this process's processors, the server's among them: the least of three."""
    costs = []
    for _ in range(3):
        begun = time.process_time()
        work()
        costs.append(time.process_time() - begun)
        if costs[-1] < NOISE:
            break
    return min(costs)


def grows_as(what: str, lengths: tuple[int, ...], ask: Callable[[str], object]) -> list[str]:
    """What is wrong with how the cost grows, where it grows faster than the lengths."""
    wrong = []
    for name, unit in UNITS.items():
        costs = [cost_of(lambda n=length, u=unit: ask((u * n)[:n])) for length in lengths]  # type: ignore[misc]
        for before, after in pairwise(costs):
            if after > MOST * max(before, NOISE):
                wrong.append(f"{what}, {name}: {[round(cost, 3) for cost in costs]}")
    return wrong


@ON_ONE
@pytest.mark.parametrize("path", sorted(path for path in READ if READ[path] and "/events" not in path))
def test_a_parameter_costs_no_more_than_its_length(newsroom: Newsroom, path: str) -> None:
    reader = newsroom.person()
    there = fill(path, newsroom, reader.comment("A thought."))

    def ask(name: str) -> Callable[[str], None]:
        def one(value: str) -> None:
            query = quote(value, safe="")[: 3 * len(value)]
            assert reader.get(f"{there}?{name}={query}").status_code < 500

        return one

    wrong = [each for name in READ[path] for each in grows_as(f"{path} {name}", IN_A_QUERY, ask(name))]
    assert wrong == []


@ON_ONE
@pytest.mark.parametrize("route", sorted(WRITTEN))
def test_a_field_costs_no_more_than_its_length(
    signing_in: Newsroom, providers: Tricksters, route: str
) -> None:
    method, path = route.split()
    writer, comment = begin(signing_in)
    there = fill(path, signing_in, comment)
    wrong, read = [], set()

    def ask(name: str) -> Callable[[str], None]:
        def one(value: str) -> None:
            signing_in.hands.turn(seconds=11)
            status = send(writer, method, there, usual_for(route) | {name: value})
            assert status < 500, (name, value[:20])
            if status not in (400, 404, 405):
                read.add(name)

        return one

    for name in WRITTEN[route]:
        wrong += grows_as(f"{route} {name}", IN_A_BODY, ask(name))
    assert wrong == []
    assert set(WRITTEN[route]) - read == UNREAD.get(route, set())


def begin(newsroom: Newsroom) -> tuple[Person, str]:
    """A guest with a comment, by a browser and by a program alike."""
    writer = newsroom.person()
    made = writer.client.post(newsroom.discussion, json=guest("By a program.")).json()
    writer.client.headers["authorization"] = f"Bearer {made['token']}"
    return writer, writer.comment("A thought.") if "id" not in made else made["id"]


def usual_for(route: str) -> dict[str, Any]:
    """What a route needs besides the field that is tried."""
    if "wp-json" in route:
        return {"post": 1, "content": f"Number {next(AGAIN)}."}
    if route == "POST /api/v1/stories/{story}/comments" or WRITTEN[route][:1] == ("text",):
        return {"text": f"Number {next(AGAIN)}."}
    return {}


def send(writer: Person, method: str, path: str, fields: dict[str, Any]) -> int:
    own = {"sec-fetch-site": "same-origin"}
    if path.startswith((BASE, "/staff")) or "wp-json" in path:
        return writer.client.request(method, path, json=fields, headers=own).status_code
    return writer.client.request(method, path, data=fields, headers=own).status_code


def fill(path: str, newsroom: Newsroom, comment: str) -> str:
    usual = {"language": "en", "slug": "flight", "story": newsroom.story_id, "comment": comment}
    usual |= {"version": "x", "name": "piensas.css", "provider": "google", "author": comment}
    return re.sub(r"{(\w+)}", lambda found: usual.get(found[1], "x"), path)


@pytest.mark.parametrize("render", [render_markdown, render_html, render_wordpress_story])
def test_what_is_imported_or_drawn_costs_no_more_than_its_length(render: Callable[[str], object]) -> None:
    assert grows_as(render.__name__, (8_192, 65_536), render) == []
