"""When somebody last posted, kept only as long as it slows them down."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from piensas.store.tables import paces

AMONG = paces.c.key.in_(bindparam("keys", expanding=True))
FIND_LAST = select(func.max(paces.c.at)).where(paces.c.site_id == bindparam("site"), AMONG)
FORGET = delete(paces).where(paces.c.site_id == bindparam("site"), or_(AMONG, paces.c.at < bindparam("past")))
SAVE = insert(paces)


def find_last_pace(db: Connection, site_id: int, keys: Collection[str]) -> int | None:
    """The latest time, in milliseconds since 1970, at which any of the keys posted."""
    return db.execute(FIND_LAST, {"site": site_id, "keys": list(keys)}).scalar()


def erase_paces(db: Connection, site_id: int, keys: Collection[str]) -> None:
    db.execute(delete(paces).where(paces.c.site_id == site_id, paces.c.key.in_(keys)))


def save_paces(db: Connection, site_id: int, keys: Collection[str], at: int, past: int) -> None:
    """Keeps that the keys posted just now, and forgets whoever posted before `past`."""
    db.execute(FORGET, {"site": site_id, "keys": list(keys), "past": past})
    db.execute(SAVE, [{"site_id": site_id, "key": key, "at": at} for key in sorted(keys)])
