"""Readers one by one."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, union, update

from piensas.model.mailbox import mailbox_of
from piensas.model.reader import Reader
from piensas.store.prepared import Prepared
from piensas.store.tables import comments, identities, readers

WHOLE = select(*(readers.c[name] for name in Reader.__struct_fields__))
HERE = readers.c.site_id == bindparam("site")
FIND = Prepared(WHOLE.where(HERE, readers.c.id == bindparam("id")))
LIST_STAFF = Prepared(WHOLE.where(HERE, readers.c.role == "moderator"))
SAVE = Prepared(insert(readers))
APPROVE = Prepared(
    update(readers)
    .where(HERE, readers.c.id == bindparam("which"))
    .values(approved=readers.c.approved + bindparam("step"))
)


def find_reader(db: Connection, site_id: int, reader_id: int) -> Reader | None:
    row = FIND.first(db, site=site_id, id=reader_id)
    return Reader(*row) if row else None


def list_readers_of(db: Connection, site_id: int, address: str) -> list[Reader]:
    """Everybody who writes or has written under an address of mail, proven or only typed."""
    mailbox = mailbox_of(address) or address
    spellings = {address.lower(), mailbox}
    ways = (
        select(readers.c.id).where(readers.c.site_id == site_id, func.lower(readers.c.email).in_(spellings)),
        select(identities.c.reader_id).where(
            identities.c.site_id == site_id, identities.c.email_key == mailbox
        ),
        select(comments.c.reader_id).where(
            comments.c.site_id == site_id, func.lower(comments.c.email).in_(spellings)
        ),
    )
    question = WHOLE.where(readers.c.site_id == site_id, readers.c.id.in_(union(*ways)))
    return [Reader(*row) for row in db.execute(question.order_by(readers.c.id))]


def list_staff(db: Connection, site_id: int) -> list[Reader]:
    return [Reader(*row) for row in LIST_STAFF.rows(db, site=site_id)]


def save_reader(db: Connection, reader: Reader) -> None:
    SAVE.do(db, **msgspec.structs.asdict(reader))


def save_approval(db: Connection, site_id: int, reader_id: int, step: int) -> None:
    """Counts a comment that was published (1) or is no longer (-1)."""
    APPROVE.do(db, site=site_id, which=reader_id, step=step)


def save_reader_change(db: Connection, reader: Reader, **changes: Any) -> Reader:
    db.execute(update(readers).where(readers.c.site_id == reader.site_id, readers.c.id == reader.id), changes)
    return msgspec.structs.replace(reader, **changes)


def erase_reader(db: Connection, site_id: int, reader_id: int) -> None:
    db.execute(delete(readers).where(readers.c.site_id == site_id, readers.c.id == reader_id))
