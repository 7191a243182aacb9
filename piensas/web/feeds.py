"""Feeds of the site and of each discussion: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from sqlalchemy import Connection

from piensas.drawing.language import as_iso
from piensas.drawing.pen import front_address, pen_of
from piensas.model.comment import PublicComment
from piensas.model.refusals import NotFound
from piensas.model.story import Edition, Headline, Story
from piensas.store.stories import find_edition_by_slug, list_headlines
from piensas.store.threads import list_newest
from piensas.web.answers import keep, page_answer
from piensas.web.front import list_versions, versions
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.ready import Proof
from piensas.web.redirects import moved_or_missing
from piensas.web.stories import proof_of

LONGEST = 50
ATOM = "application/atom+xml"
JSON = "application/feed+json"


class Entry(Struct):
    """An entry of a feed. Times are milliseconds since 1970."""

    title: str
    address: str
    published_at: int
    updated_at: int
    authors: tuple[str, ...]
    summary: str = ""
    html: str = ""


class Feed(Struct):
    """`address` is the path of the page that it follows, without a slash at the end."""

    title: str
    address: str
    updated_at: int
    entries: list[Entry]


@get(["/{language:str}/feed.atom", "/{language:str}/feed.json"])
async def site_feed(
    request: Request, press: NamedDependency[Press], language: FromPath[str]
) -> Response[bytes]:
    if language not in press.site.languages:
        raise NotFound
    mark = press.pages.mark()
    headlines = await press.db.read(list_headlines, press.site.id, language, LONGEST, None)
    feed = Feed(
        title=press.site.name,
        address=front_address(press.site, language).rstrip("/") or f"/{language}",
        updated_at=max((h.updated_at or h.published_at for h in headlines), default=0),
        entries=[story_entry(headline) for headline in headlines],
    )
    proof = Proof(list_versions, (press.site.id, language, LONGEST, None), versions(headlines), mark)
    return keep(request, draw(request, press, language, feed), proof)


@get(["/{language:str}/{slug:str}/feed.atom", "/{language:str}/{slug:str}/feed.json"])
async def story_feed(
    request: Request, press: NamedDependency[Press], language: FromPath[str], slug: FromPath[str]
) -> Response[bytes]:
    mark = press.pages.mark()
    found = await press.db.read(read_feed, press.site.id, language, slug)
    if found is None:
        return await moved_or_missing(request, press)
    story, edition, comments = found
    speech = pen_of(press.site, language).speech
    feed = Feed(
        title=speech.gettext("Comments on “%(title)s”") % {"title": edition.title},
        address=edition.address,
        updated_at=max((c.edited_at or c.written_at for c in comments), default=edition.published_at),
        entries=[comment_entry(each, edition, speech.gettext("Comment by %(name)s")) for each in comments],
    )
    return keep(request, draw(request, press, language, feed), proof_of(press, story, mark))


def read_feed(
    db: Connection, site_id: int, language: str, slug: str
) -> tuple[Story, Edition, list[PublicComment]] | None:
    found = find_edition_by_slug(db, site_id, language, slug)
    if found is None or found[0].discussion == "off":
        return None
    return found[0], found[1], list_newest(db, found[0], LONGEST)


def story_entry(headline: Headline) -> Entry:
    return Entry(
        headline.title,
        headline.address,
        headline.published_at,
        headline.updated_at or headline.published_at,
        headline.authors,
        headline.summary,
    )


def comment_entry(comment: PublicComment, edition: Edition, title: str) -> Entry:
    return Entry(
        title % {"name": comment.name},
        f"{edition.address}/comments/{comment.id}",
        comment.written_at,
        comment.edited_at or comment.written_at,
        (comment.name,),
        html=comment.html,
    )


def draw(request: Request, press: Press, language: str, feed: Feed) -> Response[bytes]:
    """In the form that the address ends with."""
    if request.url.path.endswith(".json"):
        return page_answer(msgspec.json.encode(as_json_feed(press.site.address, language, feed)), kind=JSON)
    words = pen_of(press.site, language).draw(
        "feed.xml", title=feed.title, address=feed.address, updated_at=feed.updated_at, entries=feed.entries
    )
    return page_answer(words, kind=ATOM)


def as_json_feed(site: str, language: str, feed: Feed) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": site + feed.address,
        "feed_url": f"{site}{feed.address}/feed.json",
        "language": language,
        "items": [
            {
                "id": site + entry.address,
                "url": site + entry.address,
                "title": entry.title,
                "date_published": as_iso(entry.published_at),
                "date_modified": as_iso(entry.updated_at),
                "authors": [{"name": name} for name in entry.authors if name],
                **({"content_html": entry.html} if entry.html else {"content_text": entry.summary}),
            }
            for entry in feed.entries
        ],
    }
