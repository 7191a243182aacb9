"""The page of a story: an edition with its discussion."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.drawing.linked_data import describe_story
from piensas.drawing.pen import NOBODY, pen_of
from piensas.drawing.tree import Tree
from piensas.model.access import closes_at, is_closed
from piensas.model.story import Story
from piensas.model.thread import Walk
from piensas.store.stories import find_story_revision
from piensas.web.answers import keep, page_answer
from piensas.web.box import Box, empty_box
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.proofs import Proof
from piensas.web.reading import Own, Reading, mine_of, read_own, read_story, with_held
from piensas.web.redirects import moved_or_missing
from piensas.web.shapes import read_cursor, read_order, show_cursor
from piensas.web.viewer import Visit, ask_if_known


@get("/{language:str}/{slug:str}")
async def story_page(
    request: Request, press: NamedDependency[Press], language: FromPath[str], slug: FromPath[str]
) -> Response[bytes]:
    walk = read_walk(request, press)
    mark = press.pages.mark()

    def read(db: Connection, visit: Visit | None) -> tuple[Reading | None, Own]:
        reading = read_story(db, press.site.id, language, slug, walk)
        if reading is None or visit is None or not visit.is_drawn_for:
            return reading, Own()
        return reading, read_own(db, visit.viewer, reading.story.id)

    visit, (reading, own) = await ask_if_known(request, press, read)
    if reading is None:
        return await moved_or_missing(request, press)
    if visit and visit.is_drawn_for:
        return page_answer(draw_story(press, reading, walk, visit, own))
    proof = proof_of(press, reading.story, mark)
    return keep(request, page_answer(draw_story(press, reading, walk)), proof)


def read_walk(request: Request, press: Press) -> Walk:
    rules = press.site.rules
    return Walk(
        read_order(request.query_params.get("order"), rules),
        rules.page_size,
        rules.replies_shown,
        read_cursor(request.query_params.get("after")),
    )


def draw_story(
    press: Press,
    reading: Reading,
    walk: Walk,
    visit: Visit | None = None,
    own: Own | None = None,
    box: Box | None = None,
    template: str = "story.html",
) -> bytes:
    """The page for everybody, or with what is the visitor's own and what they typed."""
    pen = pen_of(press.site, reading.edition.language)
    own = own or Own()
    now = press.clock().now
    rules = press.site.rules
    mine = mine_of(visit.viewer, own, now) if visit else NOBODY
    piece = pen.piece_for(mine, is_closed(reading.story, rules, now))
    tree = Tree(piece, pen.speech, reading.edition.address, rules.replies_shown)
    finished = {
        "thread": tree.draw(with_held(reading.thread.nodes, own)),
        "linked_data": describe_story(press.site, reading.story, reading.edition, reading.thread.nodes),
    }
    return pen.draw(
        template,
        finished,
        story=reading.story,
        edition=reading.edition,
        addresses=reading.addresses,
        box=pen.box(reading.story.id, box or empty_box(press.site, reading.story, visit, now)),
        order=walk.order,
        orders=pen.orders(),
        next=next_address(press, reading, walk),
        is_part=walk.after is not None,
        mentions=reading.mentions,
    )


def next_address(press: Press, reading: Reading, walk: Walk) -> str:
    cursor = reading.thread.next
    if cursor is None:
        return ""
    order = "" if walk.order == press.site.rules.order else f"order={walk.order}&"
    return f"{reading.edition.address}?{order}after={show_cursor(cursor)}#thread"


def proof_of(press: Press, story: Story, mark: bytes) -> Proof:
    """The page is true for as long as the story has this revision and is not closed by age. To be asked
    for before the page is drawn: what closes meanwhile is drawn closed, or ends."""
    here = (story.site_id, story.id)
    return Proof(find_story_revision, here, story.revision, mark, closing_of(press, story))


def closing_of(press: Press, story: Story) -> int | None:
    """When a story that is open closes by age."""
    closes = closes_at(story, press.site.rules)
    return closes if closes is not None and closes > press.clock().now else None
