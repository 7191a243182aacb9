"""Browsers that we know again."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from piensas.model.reader import Reader
from piensas.model.session import Session
from piensas.store.prepared import Prepared
from piensas.store.rows import named
from piensas.store.tables import readers, sessions

COLUMNS = [sessions.c[name] for name in Session.__struct_fields__]
FIND = Prepared(
    select(*COLUMNS, *(readers.c[name] for name in Reader.__struct_fields__))
    .select_from(sessions)
    .join(readers, and_(readers.c.site_id == sessions.c.site_id, readers.c.id == sessions.c.reader_id))
    .where(sessions.c.site_id == bindparam("site"), sessions.c.token_hash == bindparam("token"))
)
SAVE = Prepared(insert(sessions))
FIELDS = len(COLUMNS)


def find_session(db: Connection, site_id: int, token_hash: bytes) -> tuple[Session, Reader] | None:
    row = FIND.first(db, site=site_id, token=token_hash)
    return (named(Session, row[:FIELDS]), Reader(*row[FIELDS:])) if row else None


def list_sessions(db: Connection, site_id: int, reader_id: int) -> list[Session]:
    """A reader's sessions, the one that was seen last first."""
    question = (
        select(*COLUMNS)
        .where(sessions.c.site_id == site_id, sessions.c.reader_id == reader_id)
        .order_by(sessions.c.seen_at.desc(), sessions.c.id.desc())
    )
    return [named(Session, row) for row in db.execute(question)]


def save_session(db: Connection, session: Session) -> None:
    SAVE.do(db, **msgspec.structs.asdict(session))


def save_session_change(db: Connection, site_id: int, token_hash: bytes, **changes: Any) -> None:
    here = (sessions.c.site_id == site_id, sessions.c.token_hash == token_hash)
    db.execute(update(sessions).where(*here).values(**changes))


def erase_session(db: Connection, site_id: int, token_hash: bytes) -> None:
    db.execute(delete(sessions).where(sessions.c.site_id == site_id, sessions.c.token_hash == token_hash))


def erase_sessions(db: Connection, site_id: int, reader_id: int) -> None:
    """All of a reader's, also those in which they were a guest before."""
    db.execute(delete(sessions).where(sessions.c.site_id == site_id, sessions.c.reader_id == reader_id))
    here = (sessions.c.site_id == site_id, sessions.c.guest_id == reader_id)
    db.execute(update(sessions).where(*here).values(guest_id=None))
