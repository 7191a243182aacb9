"""Whatever stands in the place of a parameter, the site answers: no such thing, or not so, and never 500."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlsplit

from piensas.web.api.answers import BASE
from piensas.web.api.routes import FOR_PROGRAMS
from piensas.web.app import HANDLERS
from tests.newsroom import Newsroom, guest

READ: dict[str, tuple[str, ...]] = {
    "/": ("p", "page_id", "before"),
    "/{language}": ("before", "p"),
    "/{language}/feed.atom": (),
    "/{language}/feed.json": (),
    "/{language}/{slug}/feed.atom": (),
    "/{language}/{slug}/feed.json": (),
    "/{language}/authors/{author}/feed.atom": (),
    "/{language}/authors/{author}/feed.json": (),
    "/me/replies/feed.atom": ("key", "language"),
    "/me/replies/feed.json": ("key", "language"),
    "/oembed": ("url", "format", "maxwidth"),
    "/sitemap.xml": (),
    "/robots.txt": (),
    "/static/{version}/{name}": (),
    "/pictures/{name}": (),
    "/photos/{name}": (),
    "/{language}/{slug}": ("order", "after"),
    "/{language}/{slug}/comments/{comment}": ("after",),
    "/{language}/{slug}/comments/{comment}/reply": (),
    "/{language}/{slug}/comments/{comment}/edit": (),
    "/{language}/{slug}/comments/{comment}/withdrawal": (),
    "/stories/{story}/viewer": ("language", "since"),
    "/stories/{story}/events": ("language", "since", "age", "revision"),
    "/preview/{key}": (),
    "/signin": ("story", "language"),
    "/signin/{provider}/callback": ("state", "code", "iss", "error"),
    "/signin/letter": ("key",),
    "/me": ("language",),
    "/me/export.json": (),
    "/me/export.html": ("language",),
    "/me/erasure": ("language",),
    "/embed.js": (),
    "/count.js": (),
    "/embed/{version}/style.css": (),
    "/embed/discussion": ("page", "story", "language", "order", "after"),
    "/embed/counts": ("page", "story", "language"),
    "/embed/page": ("page", "story", "language"),
    "/lists.js": (),
    "/embed/newest": ("limit", "language"),
    "/embed/discussed": ("limit", "language"),
    "/wp-json": (),
    "/wp-json/wp/v2": (),
    "/wp-json/wp/v2/comments": (
        *("post", "post[]", "parent", "include", "after", "before", "order", "orderby"),
        *("per_page", "page", "offset", "status", "context"),
    ),
    "/wp-json/wp/v2/comments/{comment}": (),
    "/wp-json/wp/v2/posts": ("per_page",),
    "/wp-json/wp/v2/posts/{story}": (),
    "/staff": (),
    "/staff/invitation": ("key",),
    "/{part0}/{part1}/{part2}": ("p",),
    "/api/v1/site": (),
    "/api/v1/stories": ("language", "page", "limit", "after"),
    "/api/v1/stories/{story}": (),
    "/api/v1/stories/{story}/comments": ("order", "limit", "after"),
    "/api/v1/stories/{story}/comments/{comment}": (),
    "/api/v1/stories/{story}/comments/{comment}/replies": ("limit", "after"),
    "/api/v1/comments": ("limit", "after"),
    "/api/v1/counts": ("page",),
    "/api/v1/me": (),
    "/api/v1/me/comments": ("limit", "after"),
    "/api/v1/me/replies": ("limit", "after"),
    "/api/v1/stories/{story}/mine": (),
    "/api/v1/me/export": (),
}
"""Every address that can be asked for, and the parameters that it reads."""

NUMBERS = [0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**32, 2**53, 2**63 - 2, 2**63 - 1, 2**63, 2**64, -1, -(2**63)]
ABSURD = [
    *map(str, NUMBERS),
    "",
    "9" * 5_000,
    "0" * 5_000 + "1",
    "1e9",
    "1e400",
    "0x10",
    "NaN",
    "Infinity",
    "1.5",
    "1_000",
    "%D9%A3",
    "%C2%B2",
    "%20",
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF",
    "%C3",
    "%",
    "%zz",
    "a" * 300,
    "a" * 10_000,
    "..%2F..%2Fetc%2Fpasswd",
    "..",
    "%2F%2Felsewhere.example",
    "%5C",
    "%27%22%3Cscript%3E",
    quote("🏥👩‍⚕️"),
    quote("مستشفى"),
    "%E2%80%AE",
    "%0D%0AX-Injected%3A%20x",
    "0001-01-01T00%3A00%3A00",
    "9999-12-31T23%3A59%3A59-23%3A59",
    "0001-01-01T00%3A00%3A00%2B23%3A59",
    "null",
    "true",
    "%7B%7D",
]
TUPLES = [f"{a}.{b}" for a in NUMBERS for b in (0, 2**31, 2**63 - 1, 2**63)]
CURSORS = [f"{a}.{b}.{c}" for a in NUMBERS[-4:] for b in (0, 2**31, 2**63 - 1) for c in (0, 2**31, 2**63 - 1)]
ENDS = {"name": ["", ".png", ".css"]}
IN_PLACES = frozenset({"after", "before", "since"})


def list_routes() -> set[str]:
    everything = [("", handler) for handler in HANDLERS] + [(BASE, handler) for handler in FOR_PROGRAMS]
    return {
        start + re.sub(r":\w+", "", path)
        for start, handler in everything
        if "GET" in handler.http_methods
        for path in handler.paths
        if "part3" not in path
    }


def test_every_address_and_parameter_is_in_the_table() -> None:
    assert list_routes() | {"/stories/{story}/events"} == set(READ)


def test_no_parameter_is_too_absurd_for_an_answer(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    comment = reader.comment("A thought.")
    reader.comment("An answer.", parent=comment)
    token = make_token(newsroom)
    usual = {"language": "en", "slug": "flight", "story": newsroom.story_id, "comment": comment}
    usual |= {"version": "x", "name": "piensas.css", "provider": "google", "author": comment}
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in reader.client.cookies.items())}
    headers |= {"authorization": f"Bearer {token}"}
    failed = []
    address = urlsplit(newsroom.address)
    assert address.hostname
    with closing(http.client.HTTPConnection(address.hostname, address.port or 80, timeout=60)) as connection:
        for path, target in list_targets(usual, newsroom):
            status = ask(connection, target, headers if path.startswith(("/me", BASE)) else {})
            if status >= 500:
                failed.append(f"{status} {target[:200]}")
    assert not failed, "\n".join(failed)


def list_targets(usual: dict[str, str], newsroom: Newsroom) -> Iterator[tuple[str, str]]:
    """A path of the table, and a target to ask for: one absurd value in the place of one parameter."""
    for path, parameters in READ.items():
        names = re.findall(r"{(\w+)}", path)
        filled = {name: usual.get(name, "x") for name in names}
        for name in names:
            for value in (each + end for each in ABSURD for end in ENDS.get(name, [""])):
                yield path, path.format(**filled | {name: value})
        good = path.format(**filled)
        for name in parameters:
            for query in list_queries(name, newsroom, usual["comment"]):
                yield path, f"{good}?{query}"
        yield path, f"{good}?{'&'.join(f'p{n}={n}' for n in range(5_000))}"
        yield path, f"{good}?{'&' * 20_000}"


def list_queries(name: str, newsroom: Newsroom, comment: str) -> Iterator[str]:
    values = ABSURD + (TUPLES + CURSORS if name in IN_PLACES else [])
    if name in ("page", "url"):
        values = values + [quote(newsroom.address + "/en/", "") + value for value in ABSURD]
    for value in values:
        yield f"{name}={value}"
        if name == "maxwidth":
            permalink = f"{newsroom.address}{newsroom.story}/comments/{comment}"
            yield f"url={quote(permalink, '')}&maxwidth={value}"
    for order in ("oldest", "newest", "best", "discussed"):
        if name == "after":
            yield from (f"order={order}&after={value}" for value in CURSORS)
    yield f"{name}=1&{name}=2"
    yield "&".join([f"{name}={n}" for n in range(99)])
    yield "&".join([f"{name}=x"] * 3_000)


def ask(connection: http.client.HTTPConnection, target: str, headers: dict[str, str]) -> int:
    if target.partition("?")[0].endswith("/events"):
        connection.request("HEAD", target)
    else:
        connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def make_token(newsroom: Newsroom) -> str:
    """The token of a guest who writes by a program."""
    answer = newsroom.person().client.post(newsroom.discussion, json=guest("By a program."))
    assert answer.status_code == 201
    return str(answer.json()["token"])
