"""The site itself: its secret, made once, with which network addresses are hashed; and its revision, which
grows whenever an edition of any story changes."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from piensas.store.prepared import Prepared
from piensas.store.tables import sites

HERE = sites.c.id == bindparam("site")
REVISION = Prepared(select(sites.c.revision).where(HERE))
GROW = Prepared(update(sites).where(HERE).values(revision=sites.c.revision + 1))


def find_site_secret(db: Connection, site_id: int) -> bytes | None:
    return db.execute(select(sites.c.secret).where(sites.c.id == site_id)).scalar()


def find_site_revision(db: Connection, site_id: int) -> int | None:
    revision: int | None = REVISION.scalar(db, site=site_id)
    return revision


def note_change(db: Connection, site_id: int) -> None:
    """An edition is new, has changed or is gone."""
    GROW.do(db, site=site_id)


def save_site(db: Connection, site_id: int, secret: bytes) -> None:
    db.execute(insert(sites), {"id": site_id, "secret": secret})
