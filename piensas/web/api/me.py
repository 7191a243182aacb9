"""What is the reader's own, for programs that they have given a token."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from piensas.actions.presence import present
from piensas.actions.signing_in import rename
from piensas.drawing.language import as_iso
from piensas.model.moment import time_of
from piensas.model.reader import Reader
from piensas.model.refusals import LoginRequired, TokenMissing
from piensas.store.comments import list_latest_own_comments
from piensas.store.threads import list_replies_to
from piensas.web.api import shapes
from piensas.web.api.answers import (
    LINK,
    USUAL,
    After,
    Id,
    Limit,
    answer,
    next_link,
    refused,
    split_page,
)
from piensas.web.api.caller import Caller, needs
from piensas.web.api.reading import find_pages
from piensas.web.http import Request
from piensas.web.own import read_everything, show_everything
from piensas.web.press import Press
from piensas.web.reading import read_own
from piensas.web.shapes import as_id

TOKEN = ("token_missing", "token_wrong", "scope_missing", "too_many_requests")
SIDES = {1: "up", -1: "down"}


@get("/me", operation_id="readMe", summary="Who you are", responses=refused(*TOKEN), **needs("read"))
async def me(press: NamedDependency[Press], caller: NamedDependency[Caller]) -> Response[shapes.Me]:
    """The reader whose token it is, and what it was made for."""
    return answer(show_me(press, caller, reader_of(caller)))


@patch(
    "/me",
    operation_id="rename",
    summary="Change your name",
    responses=refused(*TOKEN, "details_missing", "too_long", "name_reserved", "login_required"),
    **needs("account"),
)
async def change_name(
    press: NamedDependency[Press], caller: NamedDependency[Caller], data: JSONBody[shapes.NewName]
) -> Response[shapes.Me]:
    """The name shown with your comments from now on."""
    renamed = await press.db.write(lambda db: rename(db, present(db, caller.viewer), data.name))
    return answer(show_me(press, caller, renamed))


@get(
    "/me/comments",
    operation_id="listMyComments",
    summary="What you said",
    responses=refused(*TOKEN, "not_found"),
    response_headers=[LINK],
    **needs("read"),
)
async def my_comments(
    request: Request,
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    limit: Limit = USUAL,
    after: After = None,
) -> Response[shapes.OwnComments]:
    """Under all stories, the newest first, whatever became of it."""
    reader, before = reader_of(caller), as_id(after or "0")
    found = await press.db.read(list_latest_own_comments, press.site.id, reader.id, before, limit + 1)
    pages = await find_pages(press, [each.story_id for each in found])
    page, last = split_page(found, limit)
    shown = shapes.OwnComments([pages.show_own(each) for each in page])
    link = next_link(request, press, str(last.id) if last else "")
    return answer(shown, headers={"link": link})


@get(
    "/me/replies",
    operation_id="listMyReplies",
    summary="What others answered you",
    responses=refused(*TOKEN, "not_found"),
    response_headers=[LINK],
    **needs("read"),
)
async def my_replies(
    request: Request,
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    limit: Limit = USUAL,
    after: After = None,
) -> Response[shapes.Comments]:
    """Published, the newest first."""
    reader, before = reader_of(caller), as_id(after or "0")
    found = await press.db.read(list_replies_to, press.site.id, reader.id, before, limit + 1)
    pages = await find_pages(press, [each.story_id for each in found])
    page, last = split_page(found, limit)
    shown = shapes.Comments([pages.show(each) for each in page if each.story_id in pages.paths])
    link = next_link(request, press, str(last.id) if last else "")
    return answer(shown, headers={"link": link})


@get(
    "/stories/{story:str}/mine",
    operation_id="readMine",
    summary="What is yours under a story",
    responses=refused(*TOKEN, "not_found"),
    **needs("read"),
)
async def mine(
    press: NamedDependency[Press], caller: NamedDependency[Caller], story: Id
) -> Response[shapes.Mine]:
    """Your latest comments there, and your votes."""
    story_id = as_id(story)
    own = await press.db.read(read_own, caller.viewer, story_id)
    pages = await find_pages(press, [story_id])
    votes: dict[str, Any] = {str(comment): SIDES[value] for comment, value in own.votes.items()}
    return answer(shapes.Mine([pages.show_own(each) for each in own.comments], votes))


@get(
    "/me/export",
    operation_id="exportMe",
    summary="Everything that is known of you",
    responses=refused(*TOKEN, "login_required"),
    **needs("account"),
)
async def export(press: NamedDependency[Press], caller: NamedDependency[Caller]) -> Response[dict[str, Any]]:
    """As the reader's own page gives it (GDPR, Articles 15 and 20)."""
    if caller.viewer.is_guest:
        raise LoginRequired
    everything = await press.db.read(read_everything, caller.viewer)
    return answer(show_everything(press.site, everything))


def reader_of(caller: Caller) -> Reader:
    if caller.viewer.reader is None:
        raise TokenMissing
    return caller.viewer.reader


def show_me(press: Press, caller: Caller, reader: Reader) -> shapes.Me:
    return shapes.Me(
        id=str(reader.id),
        name=reader.name,
        photo=f"{press.site.address}/photos/{reader.photo}" if reader.photo else "",
        since=as_iso(time_of(reader.id)),
        is_guest=caller.viewer.is_guest,
        scopes=list(caller.scopes),
    )
