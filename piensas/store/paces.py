"""When somebody last posted, kept only as long as it slows them down."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select

from piensas.store.tables import paces


def find_last_pace(db: Connection, site_id: int, keys: Collection[str]) -> int | None:
    """The latest time, in milliseconds since 1970, at which any of the keys posted."""
    question = select(func.max(paces.c.at)).where(paces.c.site_id == site_id, paces.c.key.in_(keys))
    return db.execute(question).scalar()


def save_paces(db: Connection, site_id: int, keys: Collection[str], at: int) -> None:
    db.execute(delete(paces).where(paces.c.site_id == site_id, paces.c.key.in_(keys)))
    db.execute(insert(paces), [{"site_id": site_id, "key": key, "at": at} for key in sorted(keys)])


def erase_paces_before(db: Connection, site_id: int, at: int) -> None:
    db.execute(delete(paces).where(paces.c.site_id == site_id, paces.c.at < at))
