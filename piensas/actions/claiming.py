"""A reader who has signed in takes over what they wrote as a guest from the same browser."""

from __future__ import annotations

from sqlalchemy import Connection

from piensas.actions.voting import change_vote
from piensas.model.access import is_own
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import NotFound
from piensas.model.session import Session
from piensas.store.comments import find_comment, save_author_of
from piensas.store.readers import erase_reader, find_reader, save_approval
from piensas.store.sessions import erase_sessions, save_session_change
from piensas.store.stories import find_story_to_change
from piensas.store.votes import find_vote, list_all_votes

AT_ONCE = 200
"""Votes that one deed claims."""


def claim_comments(db: Connection, viewer: Viewer, session: Session) -> Reader:
    """The guest's comments and votes become the reader's; the guest is no more."""
    guest = find_reader(db, session.site_id, session.guest_id) if session.guest_id else None
    if viewer.reader is None or viewer.is_guest or guest is None:
        raise NotFound
    save_author_of(db, session.site_id, guest.id, viewer.reader.id)
    save_approval(db, session.site_id, viewer.reader.id, guest.approved)
    claim_votes(db, viewer, guest, None)
    save_session_change(db, session.site_id, session.token_hash, guest_id=None)
    erase_sessions(db, session.site_id, guest.id)
    erase_reader(db, session.site_id, guest.id)
    return viewer.reader


def claim_some(db: Connection, viewer: Viewer, session: Session) -> bool:
    """Some of the guest's votes become the reader's; says whether there were as many as that. Each is a deed
    of its own, so that nobody waits for all of them."""
    guest = find_reader(db, session.site_id, session.guest_id) if session.guest_id else None
    if viewer.reader is None or viewer.is_guest or guest is None:
        return False
    return claim_votes(db, viewer, guest, AT_ONCE) == AT_ONCE


def claim_votes(db: Connection, viewer: Viewer, guest: Reader, limit: int | None) -> int:
    """One vote a reader and comment, and none on one's own. Returns how many the guest had."""
    assert viewer.reader is not None
    theirs = list_all_votes(db, guest.site_id, guest.id, limit)
    for story_id, comment_id, value in theirs:
        story = find_story_to_change(db, guest.site_id, story_id)
        comment = find_comment(db, guest.site_id, story_id, comment_id)
        if story is None or comment is None:
            continue
        comment = change_vote(db, story, comment, guest.id, 0)
        if not is_own(viewer, comment) and find_vote(db, comment, viewer.reader.id) == 0:
            story = find_story_to_change(db, guest.site_id, story_id) or story
            change_vote(db, story, comment, viewer.reader.id, value)
    return len(theirs)
