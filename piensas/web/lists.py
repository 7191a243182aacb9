"""For other sites' pages: the newest comments and the most discussed stories, as lists of links."""

from __future__ import annotations

import re

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from piensas.drawing.pen import Pen, pen_of, read_static
from piensas.markup.comment import plain_text
from piensas.model.comment import PublicComment
from piensas.model.elsewhere import choose_language
from piensas.model.moment import DAY
from piensas.model.refusals import Malformed
from piensas.model.story import Headline
from piensas.store.published import Filter, list_pages, list_published
from piensas.store.stories import list_discussed
from piensas.web.answers import shared_json
from piensas.web.embed import script_answer
from piensas.web.http import Request
from piensas.web.press import Press

MOST = 20
USUAL = "5"
RECENT = 30 * DAY
"""Milliseconds: the most discussed of the stories that are no older."""
LONGEST = 140
A_MINUTE = "public, max-age=60"


class Line(Struct):
    """A line of a list: a link with its words, and what it is about."""

    url: str
    words: str
    about: str


@get("/lists.js")
async def lists_script(request: Request) -> Response[bytes]:
    return script_answer(request, read_static("lists.js"))


@get("/embed/newest")
async def newest(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """What was said last, under stories whose titles we know from themselves."""
    pen, limit = read_query(request, press)
    found = await press.db.read(list_published, press.site.id, Filter(), limit, 0)
    stories = tuple({comment.story_id for comment in found})
    pages = await press.db.read(list_pages, press.site.id, pen.language, stories)
    lines = [
        line_of(press, pen, comment, pages[comment.story_id])
        for comment in found
        if comment.story_id in pages
    ]
    return for_a_minute(lines)


@get("/embed/discussed")
async def discussed(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """The stories of the last month with the most comments."""
    pen, limit = read_query(request, press)
    since = press.clock().now - RECENT
    found = await press.db.read(list_discussed, press.site.id, pen.language, since, limit)
    site = press.site.address
    lines = [Line(page or site + each.address, each.title, pen.count(each.comments)) for each, page in found]
    return for_a_minute(lines)


def line_of(press: Press, pen: Pen, comment: PublicComment, page: Headline) -> Line:
    name = comment.name or pen.speech.gettext("Guest")
    words = " ".join(plain_text(comment.html).split())
    shown = words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()}…"
    return Line(f"{press.site.address}{page.address}/comments/{comment.id}", f"{name}: {shown}", page.title)


def read_query(request: Request, press: Press) -> tuple[Pen, int]:
    """In which language, and how many lines."""
    query = request.query_params
    limit = query.get("limit", USUAL)
    if not re.fullmatch("[0-9]{1,2}", limit) or not 1 <= int(limit) <= MOST:
        raise Malformed(f"limit must be a number from 1 to {MOST}")
    return pen_of(press.site, choose_language(query.get("language", ""), press.site)), int(limit)


def for_a_minute(lines: list[Line]) -> Response[bytes]:
    """It changes with every comment of the site, and a minute ago is as good."""
    answer = shared_json(lines)
    answer.headers["cache-control"] = A_MINUTE
    return answer
