"""Readers, and the browsers they write from."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, insert, select, update

from piensas.model.reader import Reader
from piensas.store.tables import readers, sessions

FIND_BY_SESSION = (
    select(*(readers.c[name] for name in Reader.__struct_fields__))
    .select_from(sessions)
    .join(readers, and_(readers.c.site_id == sessions.c.site_id, readers.c.id == sessions.c.reader_id))
    .where(sessions.c.site_id == bindparam("site"), sessions.c.token_hash == bindparam("session"))
)
FIND = select(*(readers.c[name] for name in Reader.__struct_fields__)).where(
    readers.c.site_id == bindparam("site"), readers.c.id == bindparam("id")
)

SAVE = insert(readers)
SAVE_SESSION = insert(sessions)
APPROVE = (
    update(readers)
    .where(readers.c.site_id == bindparam("site"), readers.c.id == bindparam("which"))
    .values(approved=readers.c.approved + bindparam("step"))
)


def find_reader(db: Connection, site_id: int, reader_id: int) -> Reader | None:
    row = db.execute(FIND, {"site": site_id, "id": reader_id}).first()
    return Reader(*row) if row else None


def find_reader_by_session(db: Connection, site_id: int, session: bytes) -> Reader | None:
    row = db.execute(FIND_BY_SESSION, {"site": site_id, "session": session}).first()
    return Reader(*row) if row else None


def save_reader(db: Connection, reader: Reader) -> None:
    db.execute(SAVE, msgspec.structs.asdict(reader))


def save_approval(db: Connection, site_id: int, reader_id: int, step: int) -> None:
    """Counts a comment that was published (1) or is no longer (-1)."""
    db.execute(APPROVE, {"site": site_id, "which": reader_id, "step": step})


def save_reader_change(db: Connection, reader: Reader, **changes: Any) -> Reader:
    db.execute(update(readers).where(readers.c.site_id == reader.site_id, readers.c.id == reader.id), changes)
    return msgspec.structs.replace(reader, **changes)


def save_session(db: Connection, reader: Reader, session: bytes) -> None:
    key = {"site_id": reader.site_id, "token_hash": session, "reader_id": reader.id}
    db.execute(SAVE_SESSION, key)
