"""What programs do for readers: write, edit, withdraw, vote; with a token, or as a guest."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from litestar import Response, delete, patch, post, put
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, JSONBody
from sqlalchemy import Connection

from piensas.actions.changing import Change, edit_comment, withdraw_comment
from piensas.actions.posting import post_comment
from piensas.actions.presence import present
from piensas.actions.voting import Vote, vote
from piensas.model.access import is_own
from piensas.model.comment import Comment as WholeComment
from piensas.model.comment import own_view
from piensas.model.draft import Draft
from piensas.model.elsewhere import choose_language
from piensas.model.moment import Moment
from piensas.model.refusals import KeyReused, NotFound, Rejected
from piensas.store.comments import find_comment
from piensas.store.sessions import find_session
from piensas.web.api import shapes
from piensas.web.api.answers import (
    BASE,
    ETAG,
    LOCATION,
    Id,
    IfMatch,
    answer,
    etag_of,
    refused,
    require_match,
)
from piensas.web.api.caller import Caller, needs
from piensas.web.api.reading import find_live_pages
from piensas.web.press import Press
from piensas.web.shapes import as_id

COMMENTS = "/stories/{story:str}/comments"
COMMENT = f"{COMMENTS}/{{comment:str}}"
VALUES = {"up": 1, "down": -1}
KEY = r'^"?[A-Za-z0-9_-]{16,100}"?$'
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        pattern=KEY,
        description="Random, of your making: the same comment sent twice with it is one comment",
        examples=[Example(value="5f1c3f0e-6c1b-4a39-9d0e-0f2f5f8a7d11")],
    ),
]
TOKEN = ("token_missing", "token_wrong", "scope_missing", "too_many_requests", "not_found")
WORDS = ("text_missing", "too_long", "rejected", "name_reserved")


@post(
    COMMENTS,
    operation_id="writeComment",
    summary="Write a comment",
    responses=refused(
        *TOKEN, *WORDS, "details_missing", "email_invalid", "website_invalid", "duplicate", "too_fast",
        "closed", "login_required", "parent_unavailable", "email_taken", "banned", "key_reused",
    ),
    response_headers=[LOCATION, ETAG],
    status_code=201,
    **needs("write", is_known=False),
)  # fmt: skip
async def write(
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    story: Id,
    data: JSONBody[shapes.Draft],
    idempotency_key: IdempotencyKey = None,
) -> Response[shapes.OwnComment]:
    """In the name of the token's reader, or as a guest. It may be held for a moderator: `status` says so."""
    draft = Draft(
        text=data.text,
        name=data.name,
        email=data.email,
        website=data.website,
        parent_id=as_id(data.parent) if data.parent else None,
        id=bind_key(idempotency_key, caller) if idempotency_key else None,
        language=choose_language(data.language, press.site),
    )
    pages = await find_live_pages(press, as_id(story))
    posted, is_guests = await press.db.write(
        lambda db: post_once(db, caller, as_id(story), draft, press.clock()), as_id(story)
    )
    if posted.status == "rejected":
        raise Rejected
    shown = pages.show_own(posted, caller.token if is_guests else "")
    known = pages.show_own(posted)
    address = f"{press.site.address}{BASE}/stories/{posted.story_id}/comments/{posted.id}"
    return answer(shown, status=201, headers={"location": address, "etag": etag_of(known)})


@patch(
    COMMENT,
    operation_id="editComment",
    summary="Edit a comment of one's own",
    responses=refused(*TOKEN, *WORDS, "too_late", "changed_meanwhile"),
    response_headers=[ETAG],
    **needs("write"),
)
async def edit(
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    story: Id,
    comment: Id,
    data: JSONBody[shapes.Text],
    if_match: IfMatch = None,
) -> Response[shapes.OwnComment]:
    """As long as the site lets authors change what they said."""
    change = Change(as_id(story), as_id(comment), data.text)
    pages = await find_live_pages(press, change.story_id)

    def deed(db: Connection) -> WholeComment:
        require_unchanged(db, caller, pages, change, if_match)
        return edit_comment(db, present(db, caller.viewer), change, press.clock())

    edited = await press.db.write(deed, change.story_id)
    if edited.status == "rejected":
        raise Rejected
    shown = pages.show_own(edited)
    return answer(shown, headers={"etag": etag_of(shown)})


@delete(
    COMMENT,
    operation_id="withdrawComment",
    summary="Withdraw a comment of one's own",
    responses=refused(*TOKEN, "too_late", "changed_meanwhile"),
    status_code=200,
    **needs("write"),
)
async def withdraw(
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    story: Id,
    comment: Id,
    if_match: IfMatch = None,
) -> Response[shapes.OwnComment]:
    """Its replies stay, under its place."""
    change = Change(as_id(story), as_id(comment))
    pages = await find_live_pages(press, change.story_id)

    def deed(db: Connection) -> WholeComment:
        require_unchanged(db, caller, pages, change, if_match)
        return withdraw_comment(db, present(db, caller.viewer), change, press.clock())

    return answer(pages.show_own(await press.db.write(deed, change.story_id)))


@put(
    f"{COMMENT}/vote",
    operation_id="vote",
    summary="Vote for or against a comment",
    responses=refused(*TOKEN, "votes_off"),
    **needs("write"),
)
async def put_vote(
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    story: Id,
    comment: Id,
    data: JSONBody[shapes.Vote],
) -> Response[shapes.Comment]:
    """In place of an earlier vote."""
    return await change_vote(press, caller, story, comment, data.value)


@delete(
    f"{COMMENT}/vote",
    operation_id="takeVoteBack",
    summary="Take a vote back",
    responses=refused(*TOKEN, "votes_off"),
    status_code=200,
    **needs("write"),
)
async def delete_vote(
    press: NamedDependency[Press], caller: NamedDependency[Caller], story: Id, comment: Id
) -> Response[shapes.Comment]:
    """Where there is none, nothing changes."""
    return await change_vote(press, caller, story, comment, None)


async def change_vote(
    press: Press, caller: Caller, story: str, comment: str, value: Literal["up", "down"] | None
) -> Response[shapes.Comment]:
    wanted = Vote(as_id(story), as_id(comment), VALUES[value] if value else 0)
    pages = await find_live_pages(press, wanted.story_id)
    voted = await press.db.write(
        lambda db: vote(db, present(db, caller.viewer), wanted, press.clock()), wanted.story_id
    )
    return answer(pages.show(own_view(voted)))


def post_once(
    db: Connection, caller: Caller, story_id: int, draft: Draft, moment: Moment
) -> tuple[WholeComment, bool]:
    """The comment, and whether a guest is given a token for it. A key that has come with other words before
    is refused (draft-ietf-httpapi-idempotency-key-header, 2.7)."""
    comment = post_comment(db, present(db, caller.viewer), story_id, draft, moment).comment
    if draft.id and comment.draft != draft.id:
        raise KeyReused
    is_new = caller.session is None and find_session(db, comment.site_id, caller.viewer.session) is not None
    return comment, is_new


def bind_key(key: str, caller: Caller) -> str:
    """The id of a draft: keys of different readers are different, and none is one that a browser makes."""
    holder = caller.session.reader_id if caller.session else 0
    plain = key.strip('"')
    return "api-" + hashlib.sha256(f"{holder} {plain}".encode()).hexdigest()[:56]


def require_unchanged(
    db: Connection, caller: Caller, pages: shapes.Pages, change: Change, if_match: str | None
) -> None:
    """That the comment is still as its author's program has read it. Of others' nothing is told."""
    if if_match is None:
        return
    found = find_comment(db, caller.viewer.site.id, change.story_id, change.comment_id)
    if found is None or not is_own(caller.viewer, found):
        raise NotFound
    require_match(if_match, etag_of(pages.show_own(found)))
