"""Whoever asked for a deed, as they are when it is done.

Between the two a body may take half a minute to arrive, or a provider to answer; and meanwhile somebody may
have signed out, been banned, or been erased.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.model.reader import Viewer
from piensas.model.refusals import LoginRequired
from piensas.store.sessions import find_session


def present(db: Connection, viewer: Viewer) -> Viewer:
    """The viewer as the store knows them now. Raises LoginRequired where their session is over."""
    if viewer.reader is None:
        return viewer
    found = find_session(db, viewer.site.id, viewer.session)
    if found is None or found[1].id != viewer.reader.id or found[1].banned_at is not None:
        raise LoginRequired
    _, reader = found
    return msgspec.structs.replace(
        viewer, reader=reader, is_staff=viewer.is_staff and reader.role == "moderator"
    )


def present_or_stranger(db: Connection, viewer: Viewer) -> Viewer:
    """As `present`, for who is about to sign in: whose session is over comes in as anybody does."""
    try:
        return present(db, viewer)
    except LoginRequired:
        return msgspec.structs.replace(viewer, reader=None, is_guest=True, is_staff=False, has_draft=False)
