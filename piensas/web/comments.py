"""What readers do with comments: post, edit, withdraw, vote; as forms and as JSON."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.actions.changing import Change, edit_comment, withdraw_comment
from piensas.actions.posting import Posted, post_comment
from piensas.actions.presence import present
from piensas.actions.voting import Vote, vote
from piensas.drawing.pen import NOBODY, Mine, pen_of
from piensas.model.comment import Comment as WholeComment
from piensas.model.comment import own_view
from piensas.model.refusals import Malformed, NotFound, Refusal, Rejected, Unavailable
from piensas.model.story import Story
from piensas.store.stories import Addresses, find_story, list_live_addresses
from piensas.web.answers import json_answer, page_answer, see, with_retry
from piensas.web.api.shapes import Comment, Pages
from piensas.web.box import GIVEN_BACK
from piensas.web.boxed import refuse_in_box
from piensas.web.changes import refuse_change
from piensas.web.discussions import choose_address
from piensas.web.errors import STATUS, describe
from piensas.web.http import Request
from piensas.web.origin import require_known_page
from piensas.web.press import Press
from piensas.web.shapes import (
    DraftShape,
    TextShape,
    VoteShape,
    as_id,
    read_shape,
    wants_json,
)
from piensas.web.spoken import language_of
from piensas.web.viewer import Visit, as_stranger, forget_scripts, read_visit, remember


class PostedShape(msgspec.Struct):
    """What has become of a comment: its HTML, and in words what was done and how many there are now."""

    comment: Comment
    message: str
    piece: str
    count: str


GUEST = "guest"
VALUES = {"up": 1, "down": -1, "none": 0}


@post("/stories/{story:str}/comments", status_code=201)
async def post_draft(
    request: Request, press: NamedDependency[Press], story: FromPath[str]
) -> Response[bytes]:
    require_known_page(request, press)
    shape = await read_shape(request, DraftShape)
    try:
        return await take_draft(request, press, as_id(story), shape)
    except Unavailable as refusal:
        if wants_json(request):
            raise
        return keep_typed(request, press, shape, refusal)


async def take_draft(request: Request, press: Press, story_id: int, shape: DraftShape) -> Response[bytes]:
    visit = await read_visit(request, press)
    if shape.identity == GUEST and visit.is_signed_in:
        visit = as_stranger(visit)
    draft = shape.as_draft(press.site.languages)
    try:
        posted = await press.db.write(
            lambda db: post_comment(db, present(db, visit.viewer), story_id, draft, press.clock()), story_id
        )
        if posted.comment.status == "rejected":
            raise Rejected
    except Refusal as refusal:
        if visit.is_signed_in and refusal.field == "name":
            refusal.field = "display_name"
        if wants_json(request) or isinstance(refusal, NotFound):
            raise
        return await refuse_in_box(press, visit, story_id, shape, refusal)

    answer = show_deed(request, press, visit, posted, mine_of_author(posted.comment), 201)
    remember(answer, visit, keep_details=bool(shape.save_details))
    return answer


@post("/stories/{story:str}/comments/{comment:str}/text", status_code=200)
async def post_text(
    request: Request, press: NamedDependency[Press], story: FromPath[str], comment: FromPath[str]
) -> Response[bytes]:
    require_known_page(request, press)
    visit = await read_visit(request, press)
    shape = await read_shape(request, TextShape)
    change = Change(as_id(story), as_id(comment), shape.text)
    try:
        edited = await press.db.write(
            lambda db: edit_comment(db, present(db, visit.viewer), change, press.clock()), change.story_id
        )
        if edited.status == "rejected":
            raise Rejected
    except Refusal as refusal:
        if wants_json(request) or isinstance(refusal, NotFound):
            raise
        return await refuse_change(request, press, visit, change, refusal)
    return show_deed(request, press, visit, await place(press, edited), mine_of_author(edited))


@post("/stories/{story:str}/comments/{comment:str}/withdrawal", status_code=200)
async def post_withdrawal(
    request: Request, press: NamedDependency[Press], story: FromPath[str], comment: FromPath[str]
) -> Response[bytes]:
    require_known_page(request, press)
    visit = await read_visit(request, press)
    change = Change(as_id(story), as_id(comment))
    withdrawn = await press.db.write(
        lambda db: withdraw_comment(db, present(db, visit.viewer), change, press.clock()), change.story_id
    )
    return show_deed(request, press, visit, await place(press, withdrawn), NOBODY)


@post("/stories/{story:str}/comments/{comment:str}/vote", status_code=200)
async def post_vote(
    request: Request, press: NamedDependency[Press], story: FromPath[str], comment: FromPath[str]
) -> Response[bytes]:
    require_known_page(request, press)
    visit = await read_visit(request, press)
    shape = await read_shape(request, VoteShape)
    if shape.value not in VALUES:
        raise Malformed("value must be up, down or none")
    wanted = Vote(as_id(story), as_id(comment), VALUES[shape.value])
    voted = await press.db.write(
        lambda db: vote(db, present(db, visit.viewer), wanted, press.clock()), wanted.story_id
    )
    mine = Mine(votes=((voted.id, wanted.value),))
    answer = show_deed(request, press, visit, await place(press, voted), mine)
    remember(answer, visit)
    return answer


async def place(press: Press, comment: WholeComment) -> Posted:
    """A comment that has changed, with its story."""
    return Posted(comment, *await press.db.read(find_with_addresses, press.site.id, comment.story_id))


def show_deed(
    request: Request, press: Press, visit: Visit, posted: Posted, mine: Mine, status: int = 200
) -> Response[bytes]:
    """What has become of a comment: as JSON with its HTML, or the page on which it stands."""
    if not posted.addresses:
        raise NotFound
    comment = posted.comment
    spoken = language_of(request, press.site) or comment.language
    address, language = choose_address(posted.addresses, spoken)
    if not wants_json(request):
        gone = comment.status == "withdrawn"
        answer = see(f"{address}#comments" if gone else permalink(address, comment.id))
        forget_scripts(answer, visit)
        return answer

    pen = pen_of(press.site, language)
    shown = own_view(comment)
    answered = PostedShape(
        comment=Pages(press.site, {comment.story_id: {language: address}}).show(shown),
        message=message_for(comment, pen.speech.gettext) if mine.comments or not mine.votes else "",
        piece=pen.piece_for(mine, closed=False)(shown, address).decode(),
        count=pen.count(posted.story.comments),
    )
    return json_answer(answered, status=status)


def find_with_addresses(db: Connection, site_id: int, story_id: int) -> tuple[Story, Addresses]:
    """The story, and where its editions are."""
    story = find_story(db, site_id, story_id)
    if story is None:
        raise NotFound
    return story, list_live_addresses(db, site_id, story_id)


def keep_typed(request: Request, press: Press, shape: DraftShape, refusal: Refusal) -> Response[bytes]:
    """A page that needs no store: it says what is wrong and holds everything that was typed."""
    language = shape.language if shape.language in press.site.languages else press.site.language
    pen = pen_of(press.site, language)
    shape = shape.cut(press.site.rules, GIVEN_BACK)
    typed = msgspec.to_builtins(shape)
    fields = [(name, value) for name, value in typed.items() if value and name != "text"]
    body = pen.draw(
        "error.html",
        problem=describe(refusal, pen.speech),
        text=shape.text,
        action=request.url.path,
        fields=fields,
    )
    return with_retry(page_answer(body, status=STATUS[refusal.code]), refusal)


def mine_of_author(comment: WholeComment) -> Mine:
    return Mine(frozenset({comment.id}), frozenset({comment.id}))


def permalink(address: str, comment_id: int) -> str:
    return f"{address}/comments/{comment_id}#comment-{comment_id}"


def message_for(comment: WholeComment, _: Callable[[str], str]) -> str:
    """What the page's status region announces."""
    if comment.status == "held":
        return _("Your comment is awaiting moderation.")
    if comment.status == "withdrawn":
        return _("Your comment has been withdrawn")
    return _("Your comment is published")
