"""Somebody may no longer write here, or may again."""

from __future__ import annotations

from sqlalchemy import Connection

from piensas.model.moment import Moment
from piensas.model.reader import Reader
from piensas.model.refusals import NotFound
from piensas.store.comments import find_comment_anywhere
from piensas.store.readers import find_reader, save_reader_change
from piensas.store.sessions import erase_sessions


def ban_author(db: Connection, site_id: int, comment_id: int, moment: Moment) -> Reader:
    """Bans whoever wrote a comment: every session of theirs ends now, and no way in opens again."""
    banned = save_reader_change(db, find_author(db, site_id, comment_id), banned_at=moment.now)
    erase_sessions(db, site_id, banned.id)
    return banned


def unban_author(db: Connection, site_id: int, comment_id: int) -> Reader:
    return save_reader_change(db, find_author(db, site_id, comment_id), banned_at=None)


def find_author(db: Connection, site_id: int, comment_id: int) -> Reader:
    comment = find_comment_anywhere(db, site_id, comment_id)
    reader = find_reader(db, site_id, comment.reader_id) if comment and comment.reader_id else None
    if reader is None:
        raise NotFound
    return reader
