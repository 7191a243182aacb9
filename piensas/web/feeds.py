"""Feeds of the site and of each discussion: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from sqlalchemy import Connection

from piensas.drawing.language import Speech, as_iso
from piensas.drawing.pen import front_address, pen_of
from piensas.markup.comment import plain_text
from piensas.model.comment import PublicComment
from piensas.model.elsewhere import choose_language
from piensas.model.moment import time_of
from piensas.model.refusals import NotFound, ScopeMissing
from piensas.model.session import sign
from piensas.model.site import Site
from piensas.model.story import Edition, Headline, Story
from piensas.store.stories import find_edition_by_slug, list_beginnings, list_headlines, list_headlines_by
from piensas.store.threads import list_newest, list_replies_to
from piensas.web.answers import keep, page_answer
from piensas.web.api.caller import find_program
from piensas.web.api.reading import find_pages
from piensas.web.api.shapes import Pages
from piensas.web.front import list_versions, versions
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.proofs import Proof
from piensas.web.redirects import moved_or_missing
from piensas.web.stories import proof_of

LONGEST_NAME = 200
"""Letters of an author's name."""
LONGEST = 50
LONGEST_OPENING = 4_000
LONGEST_SUMMARY = 500
FIRST = re.compile(r"(?<=</p>)")
ATOM = "application/atom+xml"
JSON = "application/feed+json"


NAMES = UUID("1f0c9a52-6d6e-5d0b-9c39-6f0d1b2a7e44")
"""In which our own names for what stands in feeds are made into ids (RFC 9562, 5.5)."""


class Entry(Struct):
    """An entry of a feed. Times are milliseconds since 1970. `id` stays what it is for ever, whatever becomes
    of its address: programs show what has a new one as new."""

    id: str
    title: str
    address: str
    published_at: int
    updated_at: int
    authors: tuple[str, ...]
    summary: str = ""
    html: str = ""


class Feed(Struct):
    """`address` is the path that it stands below, without a slash at the end; `home` the page that it
    follows, where that is another. Its id is made of `name` and the site's secret, which stays where the
    address does not."""

    name: str
    title: str
    address: str
    updated_at: int
    entries: list[Entry]
    home: str = ""


@get(["/{language:str}/feed.atom", "/{language:str}/feed.json"])
async def site_feed(
    request: Request, press: NamedDependency[Press], language: FromPath[str]
) -> Response[bytes]:
    if language not in press.site.languages:
        raise NotFound
    mark = press.pages.mark()
    headlines = await press.db.read(list_headlines, press.site.id, language, LONGEST, None)
    openings = await read_openings(press, headlines)
    feed = Feed(
        name=f"stories {language}",
        title=press.site.name,
        address=front_address(press.site, language).rstrip("/") or f"/{language}",
        updated_at=max((h.updated_at or h.published_at for h in headlines), default=0),
        entries=[story_entry(headline, openings) for headline in headlines],
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
        name=f"comments {story.id} {language}",
        title=speech.gettext("Comments on “%(title)s”") % {"title": edition.title},
        address=edition.address,
        updated_at=max((c.edited_at or c.written_at for c in comments), default=edition.published_at),
        entries=[comment_entry(each, f"{edition.address}/comments/{each.id}", speech) for each in comments],
    )
    return keep(request, draw(request, press, language, feed), proof_of(press, story, mark))


@get(["/{language:str}/authors/{author:str}/feed.atom", "/{language:str}/authors/{author:str}/feed.json"])
async def author_feed(
    request: Request, press: NamedDependency[Press], language: FromPath[str], author: FromPath[str]
) -> Response[bytes]:
    """What somebody of the newsroom writes."""
    if len(author) > LONGEST_NAME:
        raise NotFound
    mark = press.pages.mark()
    question = (press.site.id, language, author, LONGEST)
    headlines = await press.db.read(list_headlines_by, *question)
    if not headlines:
        raise NotFound
    openings = await read_openings(press, headlines)
    feed = Feed(
        name=f"author {language} {author}",
        title=pen_of(press.site, language).speech.gettext("Stories by %(name)s") % {"name": author},
        address=f"/{language}/authors/{quote(author, safe='')}",
        updated_at=max(h.updated_at or h.published_at for h in headlines),
        entries=[story_entry(headline, openings) for headline in headlines],
        home=front_address(press.site, language),
    )
    proof = Proof(list_versions_by, question, versions(headlines), mark)
    return keep(request, draw(request, press, language, feed), proof)


@get(["/me/replies/feed.atom", "/me/replies/feed.json"])
async def replies_feed(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """What others answered a reader, for a program that holds a token of theirs for this alone."""
    session, reader = await find_program(press, request.query_params.get("key", ""))
    if "feed" not in session.scopes.split():
        raise ScopeMissing("feed")
    comments = await press.db.read(list_replies_to, press.site.id, reader.id, 0, LONGEST)
    pages = await find_pages(press, [comment.story_id for comment in comments])
    language = choose_language(request.query_params.get("language", ""), press.site)
    speech = pen_of(press.site, language).speech
    feed = Feed(
        name=f"replies {reader.id}",
        title=speech.gettext("Replies to you"),
        address="/me/replies",
        updated_at=max((c.edited_at or c.written_at for c in comments), default=time_of(session.id)),
        entries=[
            reply_entry(press.site, each, pages, speech) for each in comments if each.story_id in pages.paths
        ],
        home="/me",
    )
    return draw(request, press, language, feed)


def list_versions_by(
    db: Connection, site_id: int, language: str, author: str, limit: int
) -> list[tuple[int, int]]:
    return versions(list_headlines_by(db, site_id, language, author, limit))


async def read_openings(press: Press, headlines: list[Headline]) -> dict[tuple[int, str], str]:
    """The first paragraphs of stories that have no summary, in plain text, by story and language."""
    bare = [(each.story_id, each.language) for each in headlines if not each.summary]
    if not bare:
        return {}
    found = await press.db.read(list_beginnings, press.site.id, bare, LONGEST_OPENING)
    return {which: plain_text(FIRST.split(html)[0])[:LONGEST_SUMMARY] for which, html in found.items()}


def reply_entry(site: Site, comment: PublicComment, pages: Pages, speech: Speech) -> Entry:
    return comment_entry(comment, pages.address_of(comment).removeprefix(site.address), speech)


def read_feed(
    db: Connection, site_id: int, language: str, slug: str
) -> tuple[Story, Edition, list[PublicComment]] | None:
    found = find_edition_by_slug(db, site_id, language, slug)
    if found is None or found[0].discussion == "off":
        return None
    return found[0], found[1], list_newest(db, found[0], LONGEST)


def story_entry(headline: Headline, openings: Mapping[tuple[int, str], str]) -> Entry:
    return Entry(
        id_of(f"story {headline.story_id} {headline.language}"),
        headline.title,
        headline.address,
        headline.published_at,
        headline.updated_at or headline.published_at,
        headline.authors,
        headline.summary or openings.get((headline.story_id, headline.language), ""),
    )


def comment_entry(comment: PublicComment, address: str, speech: Speech) -> Entry:
    name = comment.name or speech.gettext("Guest")
    return Entry(
        id_of(f"comment {comment.id}"),
        speech.gettext("Comment by %(name)s") % {"name": name},
        address,
        comment.written_at,
        comment.edited_at or comment.written_at,
        (name,),
        html=comment.html,
    )


def id_of(name: str) -> str:
    return uuid5(NAMES, name).urn


def draw(request: Request, press: Press, language: str, feed: Feed) -> Response[bytes]:
    """In the form that the address ends with."""
    if request.url.path.endswith(".json"):
        return page_answer(msgspec.json.encode(as_json_feed(press.site.address, language, feed)), kind=JSON)
    words = pen_of(press.site, language).draw(
        "feed.xml",
        id=id_of(sign(press.secret, f"feed {feed.name}")),
        title=feed.title,
        address=feed.address,
        home=feed.home or feed.address,
        updated_at=feed.updated_at,
        entries=feed.entries,
    )
    return page_answer(words, kind=ATOM)


def as_json_feed(site: str, language: str, feed: Feed) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": site + (feed.home or feed.address),
        "feed_url": f"{site}{feed.address}/feed.json",
        "language": language,
        "items": [
            {
                "id": entry.id,
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
