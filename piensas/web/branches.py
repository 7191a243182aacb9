"""The page of one comment in its surroundings: what a permalink leads to, and where one answers it."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.drawing.pen import NOBODY, pen_of
from piensas.drawing.tree import Tree
from piensas.model.access import is_closed, is_own
from piensas.web.answers import keep, page_answer
from piensas.web.box import Box, answer_box, empty_box
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.reading import BRANCH, Branch, Own, mine_of, read_branch, read_own, with_held
from piensas.web.redirects import moved_or_missing
from piensas.web.shapes import as_id, as_place
from piensas.web.stories import proof_of
from piensas.web.viewer import Visit, ask_with_visit


@get("/{language:str}/{slug:str}/comments/{comment:str}")
async def comment_page(
    request: Request,
    press: NamedDependency[Press],
    language: FromPath[str],
    slug: FromPath[str],
    comment: FromPath[str],
) -> Response[bytes]:
    after = request.query_params.get("after")
    mark = press.pages.mark()
    wanted = (language, slug), as_id(comment), as_place(after) if after else None
    visit, (branch, own) = await ask_with_visit(request, press, lambda db, visit: read(db, visit, *wanted))
    if branch is None or not (
        branch.is_public or (visit.is_drawn_for and is_own(visit.viewer, branch.chosen))
    ):
        return await moved_or_missing(request, press)

    if visit.is_drawn_for:
        return page_answer(draw_branch(press, branch, visit, own))
    proof = proof_of(press, branch.reading.story, mark)
    return keep(request, page_answer(draw_branch(press, branch)), proof)


@get("/{language:str}/{slug:str}/comments/{comment:str}/reply")
async def reply_page(
    request: Request,
    press: NamedDependency[Press],
    language: FromPath[str],
    slug: FromPath[str],
    comment: FromPath[str],
) -> Response[bytes]:
    wanted = (language, slug), as_id(comment)
    visit, (branch, own) = await ask_with_visit(request, press, lambda db, visit: read(db, visit, *wanted))
    if branch is None or not branch.chosen.is_published:
        return await moved_or_missing(request, press)
    box = empty_box(press.site, branch.reading.story, visit, press.clock().now)
    return page_answer(draw_branch(press, branch, visit, own, answer_box(box, branch)))


def read(
    db: Connection, visit: Visit, edition: tuple[str, str], comment_id: int, after: int | None = None
) -> tuple[Branch | None, Own]:
    """A branch, and what in it is the visitor's own."""
    branch = read_branch(db, visit.viewer, edition, comment_id, after)
    return branch, read_own(db, visit.viewer, branch.reading.story.id) if branch else Own()


def draw_branch(
    press: Press, branch: Branch, visit: Visit | None = None, own: Own | None = None, box: Box | None = None
) -> bytes:
    """The page of one comment for everybody, or with what is the visitor's own; a `box` given stands open
    beneath it."""
    reading = branch.reading
    pen = pen_of(press.site, reading.edition.language)
    now = press.clock().now
    address = f"{reading.edition.address}/comments/{branch.chosen.id}"
    drawn = pen.box(reading.story.id, box or empty_box(press.site, reading.story, visit, now))
    own = own or Own()
    mine = mine_of(visit.viewer, own, now) if visit else NOBODY
    piece = pen.piece_for(mine, is_closed(reading.story, press.site.rules, now))
    inserts = {branch.chosen.id: drawn} if box else {}
    tree = Tree(piece, pen.speech, reading.edition.address, BRANCH, inserts)
    return pen.draw(
        "branch.html",
        {"thread": tree.draw(with_held(reading.thread.nodes, own))},
        story=reading.story,
        edition=reading.edition,
        box="" if box else drawn,
        addresses=[
            (code, f"{there}/comments/{branch.chosen.id}", "") for code, there, _ in reading.addresses
        ],
        chosen=branch.chosen.id,
        next="" if branch.next_seq is None else f"{address}?after={branch.next_seq}#thread",
        is_part=True,
        linked_data="",
    )
