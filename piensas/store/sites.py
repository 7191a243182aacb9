"""The site itself: its secret, made once, with which network addresses are hashed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from piensas.store.tables import sites


def find_site_secret(db: Connection, site_id: int) -> bytes | None:
    return db.execute(select(sites.c.secret).where(sites.c.id == site_id)).scalar()


def save_site(db: Connection, site_id: int, secret: bytes) -> None:
    db.execute(insert(sites), {"id": site_id, "secret": secret})
