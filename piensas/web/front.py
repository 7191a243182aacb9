"""The front page in each language, and what machines read of it: sitemap, robots."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.drawing.pen import front_address, pen_of
from piensas.model.story import Headline
from piensas.store.sites import find_site_revision
from piensas.store.stories import list_all_headlines, list_headlines
from piensas.web.answers import keep, moved, page_answer
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.proofs import Proof
from piensas.web.redirects import moved_or_missing
from piensas.web.shapes import as_id

PAGE = 30
SITEMAP = 10_000


@get("/")
async def first_front_page(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    if "p" in request.query_params or "page_id" in request.query_params:
        return await moved_or_missing(request, press)
    return await front_page(request, press, press.site.language)


@get("/{language:str}")
async def other_front_page(
    request: Request, press: NamedDependency[Press], language: FromPath[str]
) -> Response[bytes]:
    if language == press.site.language:
        return moved("/")
    if language not in press.site.languages:
        return await moved_or_missing(request, press)
    return await front_page(request, press, language)


async def front_page(request: Request, press: Press, language: str) -> Response[bytes]:
    before = read_place(request.query_params.get("before"))
    mark = press.pages.mark()
    headlines = await press.db.read(list_headlines, press.site.id, language, PAGE + 1, before)
    pen = pen_of(press.site, language)
    address = front_address(press.site, language)
    more = len(headlines) > PAGE and headlines[PAGE - 1]
    body = pen.draw(
        "front.html",
        headlines=headlines[:PAGE],
        address=address,
        addresses=[(code, front_address(press.site, code), "") for code in press.site.languages],
        older=f"{address}?before={more.published_at}.{more.story_id}" if more else "",
    )
    proof = Proof(list_versions, (press.site.id, language, PAGE + 1, before), versions(headlines), mark)
    return keep(request, page_answer(body), proof)


@get("/sitemap.xml")
async def sitemap(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    mark = press.pages.mark()
    revision, headlines = await press.db.read(read_sitemap, press.site.id)
    body = pen_of(press.site, press.site.language).draw("sitemap.xml", headlines=headlines)
    proof = Proof(find_site_revision, (press.site.id,), revision, mark)
    return keep(request, page_answer(body, kind="application/xml"), proof)


@get("/robots.txt")
async def robots(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    lines = ("User-agent: *", "Disallow: /stories/", "", f"Sitemap: {press.site.address}/sitemap.xml", "")
    return keep(request, page_answer("\n".join(lines).encode(), kind="text/plain"), None)


@get([f"/{'/'.join(f'{{part{n}:str}}' for n in range(depth))}" for depth in range(3, 9)])
async def elsewhere(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Addresses that stories had before they came here."""
    return await moved_or_missing(request, press)


def list_versions(
    db: Connection, site_id: int, language: str, limit: int, before: tuple[int, int] | None
) -> list[tuple[int, int]]:
    return versions(list_headlines(db, site_id, language, limit, before))


def read_sitemap(db: Connection, site_id: int) -> tuple[int | None, list[Headline]]:
    """What is in it, and the site's revision: comments do not concern it."""
    return find_site_revision(db, site_id), list_all_headlines(db, site_id, SITEMAP)


def versions(headlines: list[Headline]) -> list[tuple[int, int]]:
    """What has to stay the same for a list of stories to stay the same."""
    return [(headline.story_id, headline.revision) for headline in headlines]


def read_place(text: str | None) -> tuple[int, int] | None:
    """(published_at, story id) of the last story of the page before."""
    if not text:
        return None
    published_at, _, story_id = text.partition(".")
    return as_id(published_at), as_id(story_id)
