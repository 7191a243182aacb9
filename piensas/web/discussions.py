"""What the page's own script asks about a discussion."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from piensas.drawing.pen import pen_of
from piensas.model.access import is_closed
from piensas.model.comment import own_view
from piensas.model.refusals import NotFound
from piensas.store.stories import Addresses, list_live_addresses
from piensas.web.answers import json_answer
from piensas.web.box import Box, who_is
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.reading import mine_of, read_second
from piensas.web.shapes import PieceShape, ViewerShape, as_id
from piensas.web.viewer import ask_with_visit


@get("/stories/{story:str}/viewer")
async def viewer(request: Request, press: NamedDependency[Press], story: FromPath[str]) -> Response[bytes]:
    """The second small answer: what is this viewer's own on a page that is the same for everybody."""
    here, since = as_id(story), as_id(request.query_params.get("since", "0"))
    visit, found = await ask_with_visit(
        request, press, lambda db, visit: read_second(db, visit.viewer, here, since)
    )
    if found is None:
        raise NotFound
    address, language = choose_address(found.addresses, request.query_params.get("language", ""))
    moment = press.clock()
    closed = is_closed(found.story, press.site.rules, moment.now)
    own, news, story_id = found.own, found.news, found.story.id
    pen = pen_of(press.site, language)
    draw = pen.piece_for(mine_of(visit.viewer, own, moment.now), closed)
    pieces = [
        PieceShape(str(comment.id), str(comment.parent_id or ""), draw(own_view(comment), address).decode())
        for comment in own.comments
        if comment.status in ("published", "held")
    ]
    words = pen.speech.ngettext(
        "%(n)s new since your last visit", "%(n)s new since your last visit", news
    ) % {"n": pen.speech.number(news)}
    who = who_is(visit)
    identity = pen.draw("who.html", who=who, b=Box(), story_id=story_id).decode() if who else ""
    votes = {str(comment): value for comment, value in own.votes.items()}
    return json_answer(ViewerShape(pieces, votes, identity, words if news else "", str(moment.id)))


async def find_address(press: Press, story_id: int, language: str) -> tuple[str, str]:
    """(path, language) of the story's edition in a language, or in the first that it has."""
    editions = await press.db.read(list_live_addresses, press.site.id, story_id)
    if not editions:
        raise NotFound
    return choose_address(editions, language)


def choose_address(editions: Addresses, language: str) -> tuple[str, str]:
    by_language = {code: path for code, path, _ in editions}
    best = language if language in by_language else editions[0][0]
    return by_language[best], best
