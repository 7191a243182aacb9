"""A reader leaves for good: what says who they are goes at once, their words as they choose
(GDPR, Article 17)."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import Connection

from piensas.actions.changing import decision_of
from piensas.actions.counting import count_change
from piensas.actions.pacing import email_pace, reader_pace
from piensas.actions.voting import change_vote
from piensas.model.comment import Comment
from piensas.model.mailbox import mailbox_of
from piensas.model.moment import Moment
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import NotFound
from piensas.store.comments import find_comment, list_all_own_comments, save_comment_change
from piensas.store.history import erase_edits, save_decision
from piensas.store.identities import erase_identities, list_identities
from piensas.store.paces import erase_paces
from piensas.store.photos import erase_photo
from piensas.store.readers import erase_reader
from piensas.store.sessions import erase_sessions
from piensas.store.sign_ins import erase_sign_ins_of
from piensas.store.stories import find_story_to_change
from piensas.store.votes import list_all_votes

Words = Literal["remove", "keep"]
AT_ONCE = 200
"""Votes that one deed takes back."""


class Farewell(msgspec.Struct, frozen=True):
    """What is to become of the comments, and the browser (a hash) in which sign-ins may have begun."""

    words: Words
    browser: bytes | None = None


def leave(db: Connection, viewer: Viewer, farewell: Farewell, moment: Moment) -> None:
    """Erases who asks for it: a reader, or the guest of this browser."""
    if viewer.reader is None:
        raise NotFound
    forget_reader(db, viewer.reader, farewell, moment)


def forget_reader(db: Connection, reader: Reader, farewell: Farewell, moment: Moment) -> None:
    """Erases the reader. Their comments are removed, replies keeping a place holder, or stay without name."""
    take_back_votes(db, reader, list_all_votes(db, reader.site_id, reader.id))
    said = list_all_own_comments(db, reader.site_id, reader.id)
    for comment in said:
        forget_comment(db, comment, farewell.words, moment)
    ways = list_identities(db, reader.site_id, reader.id)
    emails = sorted({reader.email, *(each.email for each in said), *(each.email for each in ways)})
    own = [reader_pace(reader.id), reader_pace(reader.id, "votes-")]
    erase_paces(db, reader.site_id, [*own, *(email_pace(email) for email in emails)])
    proven = [mailbox_of(each.email) or each.email for each in ways if each.is_verified]
    erase_sign_ins_of(db, reader, farewell.browser, proven)
    erase_identities(db, reader.site_id, reader.id)
    erase_sessions(db, reader.site_id, reader.id)
    if reader.photo:
        erase_photo(db, reader.site_id, reader.photo)
    erase_reader(db, reader.site_id, reader.id)


def take_back_some(db: Connection, reader: Reader) -> bool:
    """Takes back some of the votes of who is about to be erased; says whether there were as many as that.
    Each is a deed of its own, so that nobody waits for all of them."""
    some = list_all_votes(db, reader.site_id, reader.id, AT_ONCE)
    take_back_votes(db, reader, some)
    return len(some) == AT_ONCE


def take_back_votes(db: Connection, reader: Reader, some: list[tuple[int, int, int]]) -> None:
    for story_id, comment_id, _ in some:
        story = find_story_to_change(db, reader.site_id, story_id)
        comment = find_comment(db, reader.site_id, story_id, comment_id)
        if story and comment:
            change_vote(db, story, comment, reader.id, 0)


def forget_comment(db: Connection, comment: Comment, words: Words, moment: Moment) -> None:
    """Takes everything from a comment that says whose it is; what it said stays only where that is wanted
    and somebody may read it."""
    story = find_story_to_change(db, comment.site_id, comment.story_id)
    if story is None:
        return
    before = find_comment(db, comment.site_id, comment.story_id, comment.id) or comment
    erase_edits(db, before)
    nobody = {"name": "", "email": "", "website": "", "photo": "", "reader_id": None, "draft": None}
    after = save_comment_change(db, before, **nobody)
    if words == "remove" or before.status in ("withdrawn", "rejected"):
        gone = {"text": "", "html": "", "fingerprint": 0, "status": "withdrawn"}
        after = save_comment_change(db, after, **gone)
        if before.status != "withdrawn":
            save_decision(db, decision_of(before, "withdrawn", ("erased",), "author", moment))
    count_change(db, story, msgspec.structs.replace(before, reader_id=None), after)
