"""Sign-ins that have begun and are not finished: each can be taken once."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from piensas.model.identity import SignIn
from piensas.model.moment import first_id_at
from piensas.model.reader import Reader
from piensas.store.rows import named
from piensas.store.tables import sign_ins

WHOLE = select(*(sign_ins.c[name] for name in SignIn.__struct_fields__))


def find_sign_in(db: Connection, site_id: int, state: bytes) -> SignIn | None:
    row = db.execute(WHOLE.where(sign_ins.c.site_id == site_id, sign_ins.c.state == state)).first()
    return named(SignIn, row) if row else None


def find_sign_in_by_link(db: Connection, site_id: int, link: bytes) -> SignIn | None:
    row = db.execute(WHOLE.where(sign_ins.c.site_id == site_id, sign_ins.c.link == link)).first()
    return named(SignIn, row) if row else None


def save_sign_in(db: Connection, sign_in: SignIn) -> None:
    db.execute(insert(sign_ins), msgspec.structs.asdict(sign_in))


def save_sign_in_change(db: Connection, sign_in: SignIn, **changes: Any) -> None:
    here = (sign_ins.c.site_id == sign_in.site_id, sign_ins.c.state == sign_in.state)
    db.execute(update(sign_ins).where(*here).values(**changes))


def erase_sign_in(db: Connection, sign_in: SignIn) -> bool:
    """Whether it was still there: of two who take it at once, one gets it."""
    here = (sign_ins.c.site_id == sign_in.site_id, sign_ins.c.state == sign_in.state)
    return db.execute(delete(sign_ins).where(*here)).rowcount == 1


def count_sign_ins(db: Connection, site_id: int, limit: int) -> int:
    """How many have begun and are not finished, no further than `limit`."""
    some = select(sign_ins.c.state).where(sign_ins.c.site_id == site_id).limit(limit).subquery()
    return db.execute(select(func.count()).select_from(some)).scalar_one()


def erase_some_sign_ins(db: Connection, site_id: int, at: int, limit: int) -> int:
    """Forgets some of those that began before a time, in milliseconds since 1970; how many."""
    gone = (
        select(sign_ins.c.state)
        .where(sign_ins.c.site_id == site_id, sign_ins.c.id < first_id_at(at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.execute(
        delete(sign_ins).where(sign_ins.c.site_id == site_id, sign_ins.c.state.in_(gone))
    ).rowcount


def erase_sign_ins_of(db: Connection, reader: Reader, browser: bytes | None, emails: list[str]) -> None:
    """Those that speak of a reader, by id or address, and those that began in their browser."""
    about = or_(sign_ins.c.reader_id == reader.id, sign_ins.c.email.in_(emails))
    if browser is not None:
        about = or_(about, sign_ins.c.browser == browser)
    db.execute(delete(sign_ins).where(sign_ins.c.site_id == reader.site_id, about))
