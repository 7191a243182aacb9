"""Discussions under the pages of other sites: the element's script, its HTML, counts, and sign-in."""

from __future__ import annotations

import secrets
from itertools import zip_longest

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.actions.presence import present_or_stranger
from piensas.actions.publishing import publish_visited
from piensas.actions.signing_in import claim_handover, has_arrived
from piensas.drawing.embedded import style_address, write_script, write_style
from piensas.drawing.pen import pen_of, read_static
from piensas.model.elsewhere import Wish, choose_language, list_aliases, manuscript_of, read_wish
from piensas.model.refusals import Forged, Malformed, NotFound
from piensas.model.session import bind_ticket, hash_of
from piensas.store.stories import find_address, find_story_revision, list_counts
from piensas.web.answers import json_answer, keep, page_answer, see, shared_answer, shared_json
from piensas.web.files import FOR_EVER
from piensas.web.http import Request
from piensas.web.origin import require_known_page
from piensas.web.press import Press
from piensas.web.proofs import Proof
from piensas.web.reading import read_story
from piensas.web.shapes import read_shape
from piensas.web.stories import closing_of, draw_story, read_walk
from piensas.web.viewer import give_session, read_visit

TEN_MINUTES = "public, max-age=600"
MOST_COUNTS = 100


class PageShape(msgspec.Struct):
    """A page as the element under it describes it."""

    page: str = ""
    story: str = ""
    title: str = ""
    language: str = ""


class TicketShape(msgspec.Struct):
    ticket: str = ""


@get("/embed.js")
async def script(request: Request) -> Response[bytes]:
    return script_answer(request, write_script())


@get("/count.js")
async def count_script(request: Request) -> Response[bytes]:
    return script_answer(request, read_static("count.js"))


def script_answer(request: Request, code: bytes) -> Response[bytes]:
    """A script at an address that stays: browsers keep it, but not for long."""
    answer = keep(request, page_answer(code, kind="text/javascript"), None)
    answer.headers["cache-control"] = TEN_MINUTES
    return answer


@get("/embed/{version:str}/style.css")
async def style(request: Request, version: FromPath[str]) -> Response[bytes]:
    if request.url.path != style_address():
        return shared_answer(write_style(), "text/css")
    answer = keep(request, page_answer(write_style(), kind="text/css"), None)
    answer.headers["cache-control"] = FOR_EVER
    return answer


@get("/embed/discussion")
async def discussion(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """A page's discussion as HTML, the same for everybody. Asking makes nothing: 204 says that nobody has
    been there yet."""
    return await show(request, press, wish_of(press, page_shape(request)))


@post("/embed/discussion", status_code=200)
async def first_visit(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Makes the story of a page that somebody visits for the first time: only that page itself may."""
    require_known_page(request, press)
    shape = await read_shape(request, PageShape)
    wish = wish_of(press, shape)
    if request.headers.get("origin") != wish.origin:
        raise Forged
    if await press.db.read(find_address, press.site.id, wish.alias) is None:
        visit, moment = await read_visit(request, press), press.clock()
        manuscript = manuscript_of(wish, shape.title, moment.now)
        await press.db.write(lambda db: publish_visited(db, visit.viewer, manuscript, moment))
        press.call_workers()
    return await show(request, press, wish)


@get("/embed/counts")
async def counts(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """How many comments each `page` has, in words, in the order in which they were asked for; of a discussion
    with a name of its own where as many times a `story` is given. None for what is no page."""
    pages, stories = (request.query_params.getall(name, []) for name in ("page", "story"))
    if not 0 < len(pages) <= MOST_COUNTS or len(stories) not in (0, len(pages)):
        raise Malformed(f"page must be given 1 to {MOST_COUNTS} times, and story as often or not at all")
    asked = [list_aliases(*each, press.site) for each in zip_longest(pages, stories, fillvalue="")]
    found = await press.db.read(list_counts, press.site.id, [name for names in asked for name in names])
    pen = pen_of(press.site, choose_language(request.query_params.get("language", ""), press.site))
    words = [pen.count(max(found.get(name, 0) for name in names)) if names else "" for names in asked]
    return shared_json(words)


@get("/embed/page")
async def find_page(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Leads to the discussion's own page here, for who has no scripts."""
    wish = wish_of(press, page_shape(request))
    address = await press.db.read(find_address, press.site.id, wish.alias)
    if address is None:
        raise NotFound
    return see(f"{address}#comments")


@post("/embed/session", status_code=200)
async def session(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Exchanges a page's ticket for a session, once its reader has signed in elsewhere (S22)."""
    require_known_page(request, press)
    shape = await read_shape(request, TicketShape)
    visit = await read_visit(request, press)
    ticket = bind_ticket(hash_of(shape.ticket), request.headers.get("origin", ""))
    if not visit.is_elsewhere:  # our own cookie, which the window has set, comes along
        arrived = await press.db.read(has_arrived, visit.session, ticket)
        return json_answer({"signed_in": arrived})
    token, moment = secrets.token_urlsafe(32), press.clock()
    arrived = await press.db.write(
        lambda db: claim_handover(db, present_or_stranger(db, visit.viewer), ticket, hash_of(token), moment)
    )
    answer = json_answer({"signed_in": arrived})
    if arrived:
        give_session(answer, press.site, token, is_elsewhere=True)
    return answer


async def show(request: Request, press: Press, wish: Wish) -> Response[bytes]:
    walk = read_walk(request, press)
    mark = press.pages.mark()
    address = await press.db.read(find_address, press.site.id, wish.alias)
    if address is None:
        return page_answer(b"", status=204)
    language, slug = address.strip("/").split("/")
    reading = await press.db.read(read_story, press.site.id, language, slug, walk)
    if reading is None or reading.story.discussion == "off":
        raise NotFound
    story = reading.story
    place, found = (story.site_id, wish.alias, story.id), (address, story.revision)
    proof = Proof(find_place, place, found, mark, closing_of(press, story))
    answer = shared_answer(draw_story(press, reading, walk, template="embed.html"), "text/html")
    return keep(request, answer, proof) if request.method == "GET" else answer


def find_place(db: Connection, site_id: int, alias: str, story_id: int) -> tuple[str | None, int | None]:
    """Where a page's discussion is now, and its revision: what has to stay for an answer to stay."""
    return find_address(db, site_id, alias), find_story_revision(db, site_id, story_id)


def page_shape(request: Request) -> PageShape:
    query = request.query_params
    page, story, language = (query.get(name, "") for name in ("page", "story", "language"))
    return PageShape(page=page, story=story, language=language)


def wish_of(press: Press, shape: PageShape) -> Wish:
    origins = press.settings.embed.origins
    return read_wish(shape.page, shape.story, shape.language, press.site, origins)
