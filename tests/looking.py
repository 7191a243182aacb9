"""What everybody sees of a site: every address that it has, as each of them reads it, to be compared later.

What may rightly differ from one moment to the next is left out; of pages the words stay, of answers in JSON
every value with its place.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx
import msgspec

from tests.everything import THINGS
from tests.making import BANNED, FAR, GUEST, LETTERS, LINKED, PROGRAM, READER, STAFF, STRANGER
from tests.whole import Made

STORY = ("{*_at}", "{*_at}/feed.atom", "/api/v1/stories/{*}", "/api/v1/stories/{*}/comments?limit=100",
    "/wp-json/wp/v2/posts/{*_short}")  # fmt: skip
"""Where a story is."""

COMMENT = ("{*_at}", "/api/v1/stories/{*_in}/comments/{*}", "/wp-json/wp/v2/comments/{*_short}")  # fmt: skip
AROUND = ("{*_at}/reply", "/api/v1/stories/{*_in}/comments/{*}/replies", "/oembed?url={site}{*_at}")
"""Where a comment is, and what is about it, which is looked at of some."""

SOME = ("quoted", "along", "brought", "plain_comment", "held", "below_retired")
PUBLIC = (
    "/", "/en", "/es", "/en/feed.atom", "/en/feed.json", "/es/feed.atom", "/sitemap.xml", "/robots.txt",
    "/en/authors/The%20newsroom/feed.atom", "/en/authors/The%20newsroom/feed.json",
    "/pictures/plan.png", "/photos/{photo}", "/api/v1/site", "/api/v1/stories", "/api/v1/stories?language=es",
    "/api/v1/stories?page=/en/flight", "/api/v1/stories?page={page}", "/api/v1/comments?limit=100",
    "/api/v1/counts?page=/en/flight&page={page}", "/embed/counts?page={site}/en/flight&page={page}",
    "/embed/newest", "/embed/discussed?language=en", "/embed/discussion?page={page}&language=en",
    "/embed/discussion?page={moved_page}&language=en", "/embed/discussion?page={read_page}&language=en",
    "/embed/discussion?page={poll_page}&story=poll&language=en",
    "/embed/discussion?page={otra}&story=poll&language=es", "/embed/page?page={page}&language=en",
    "/wp-json", "/wp-json/wp/v2", "/wp-json/wp/v2/comments?per_page=100", "/wp-json/wp/v2/posts",
    "/wp-json/wp/v2/posts?per_page=100", "/?p=1", "/2015/01/bridge-closed/", "/plans/of/old",
    "/en/before", "/en/between", "/en/before/comments/{along}", "/es/vuelo",
    "/en/embargoedberry", "/en/draftberry", "/en/between/feed.atom", "/en/silent",
    "/en/flight?order=newest", "/en/flight/feed.json",
)  # fmt: skip
OWN = ("/me", "/me/export.json", "/me/export.html", "/en/flight", "{plain_at}",
    "/stories/{flight}/viewer?language=en", "/stories/{plain}/viewer?language=en")  # fmt: skip
PROGRAMS = ("/api/v1/me", "/api/v1/me/comments", "/api/v1/me/replies", "/api/v1/me/export",
    "/api/v1/stories/{flight}/mine", "/api/v1/stories/{flight}/comments/{signed}")  # fmt: skip
LINKS = ("/preview/{embargoed_preview}", "/preview/{draft_preview}", "/me/replies/feed.atom?key={feed_key}",
    "/me/replies/feed.json?key={feed_key}")  # fmt: skip

ARTICLE = re.compile(r'<article class="comment[^>]* data-id="(\d+)".*?</article>', re.DOTALL)
UNSEEN = re.compile(r"<head>.*?</head>|<script.*?</script>|<style.*?</style>|<!--.*?-->", re.DOTALL)
PARTS = re.compile(r"<bdi>.*?</bdi>|<div class=\"text\".*?</div>|[▲▼] [\d., ]*", re.DOTALL)
"""Of a comment: whose it is, its text, and its votes."""

TAG = re.compile(r"<[^>]*>")
PASSING = {"updated", "etag", "seen_at", "expires", "cache_age", "moment", "now"}
"""Names of values that differ from one look to the next."""


class Seen(msgspec.Struct):
    """One answer: its last status, whether it came after 301s, what it says, and its very words."""

    status: int
    moved: bool
    says: set[str]
    words: str


Look = dict[str, dict[str, Seen]]
"""What each of them sees, by the addresses as they are written here."""


def list_addresses(made: Made) -> Iterator[tuple[str, str]]:
    """Who asks for what."""
    for several, below in ((made.stories, STORY), (made.comments, COMMENT), (SOME, AROUND)):
        for name in several:
            yield from ((STRANGER, each.replace("*", name)) for each in below)
    yield from ((STRANGER, each) for each in PUBLIC)
    yield from ((LINKED, each) for each in LINKS)
    yield from ((PROGRAM, each) for each in PROGRAMS)
    for somebody in (GUEST, READER):
        yield from ((somebody, each) for each in OWN)
    for somebody in (STAFF, LETTERS, BANNED):
        yield from ((somebody, each) for each in OWN[:2])
    yield from ((FAR, each) for each in OWN if each.startswith("/stories"))
    for thing in THINGS.values():
        yield from ((somebody, address) for somebody, address, _ in thing.seen)


def look_around(there: str, site: str, made: Made) -> Look:
    """Everything that everybody sees of a site that calls itself `site` and listens `there`."""
    found: Look = {}
    with closing(httpx.Client(base_url=there, timeout=30)) as client:
        for somebody, address in list_addresses(made):
            asked = address.format(site=site, **made.names)
            headers = made.holds.get(somebody, {})
            found.setdefault(somebody, {})[address] = see(client, asked, headers, site)
    return found


def see(client: httpx.Client, address: str, headers: Mapping[str, str], site: str) -> Seen:
    answer, moved = client.get(address, headers=headers), False
    while answer.status_code == 301 and answer.headers["location"] != address:
        address, moved = answer.headers["location"].removeprefix(site), True
        client.cookies.clear()
        answer = client.get(address, headers=headers)
    client.cookies.clear()
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind.startswith("image/"):
        words = f"{kind} {hashlib.sha256(answer.content).hexdigest()}"
    else:
        words = answer.text.replace(site, "{site}")
    says = set(read(kind, words)) if answer.status_code < 400 else set()
    return Seen(answer.status_code, moved, says, f"{words} {answer.headers.get('location', '')}")


def read(kind: str, words: str) -> Iterator[str]:
    """What an answer says, one thing after another."""
    if kind.endswith("json"):
        yield from read_values(json.loads(words))
    elif kind == "text/html":
        plain = UNSEEN.sub("", words)
        yield from (f"comment {found[1]}: {read_comment(found[0])}" for found in ARTICLE.finditer(plain))
        yield from read_texts(ARTICLE.sub("", plain))
    else:
        yield from read_texts(words)


def read_comment(piece: str) -> str:
    """Who says what, how it is found, and whether it waits."""
    parts = [" ".join(html.unescape(TAG.sub(" ", found)).split()) for found in PARTS.findall(piece)]
    return " | ".join([*parts, *re.findall(r"class=\"comment ([a-z ]+)\"", piece)])


def read_texts(page: str) -> Iterator[str]:
    yield from (" ".join(html.unescape(text).split()) for text in TAG.split(page) if text.strip())


def read_values(value: Any, place: str = "") -> Iterator[str]:
    """`comments[123].name: Ana`; things that have an id are known by it, wherever in a list they stand."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in PASSING:
                yield from read_values(each, f"{place}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            named = "url" if isinstance(each, dict) and "date_published" in each else "id"  # as a feed's item
            known = each.get(named, number) if isinstance(each, dict) else number
            yield from read_values(each, f"{place}[{known}]")
    elif "<article" in str(value):
        yield from (f"{place}: {each}" for each in read("text/html", value))
    else:
        yield f"{place}: {value}"


def list_faults(look: Look, without: Collection[str] = ()) -> Iterator[str]:
    """What is not seen that should be, and what is that should not. `without`: things that are not there."""
    for name, thing in THINGS.items():
        for somebody, address, words in thing.seen if name not in without else ():
            seen = look[somebody][address]
            if seen.status != 200 or words not in seen.words:
                yield f"{name}: {somebody} does not read “{words}” at {address} ({seen.status})"
        may_know = {*thing.known_to, *(somebody for somebody, _, _ in thing.seen)}
        for somebody, address, seen in flatten(look):
            if thing.secret and thing.secret in seen.words and somebody not in may_know:
                yield f"{name}: {somebody} reads “{thing.secret}” at {address}"


def flatten(look: Look) -> Iterator[tuple[str, str, Seen]]:
    for somebody, answers in look.items():
        for address, seen in answers.items():
            yield somebody, address, seen


def list_differences(before: Look, after: Look, may_differ: re.Pattern[str]) -> Iterator[str]:
    """What a reader could see and cannot any more, or sees only now; but for what `may_differ`, of which each
    line is written as this says it."""
    for somebody, address, was in flatten(before):
        now = after[somebody][address]
        lines = [f"-> {now.status} (was {was.status})"] if now.status != was.status else []
        lines += [f"- {each}" for each in sorted(was.says - now.says)]
        lines += [f"+ {each}" for each in sorted(now.says - was.says)]
        for line in lines:
            whole = f"{somebody} at {address} {line}"
            if not may_differ.search(whole):
                yield whole[:300]
