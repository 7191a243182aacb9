"""Readers' photos: each of one reader, under a name that changes with the picture."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from piensas.store.tables import photos


def find_photo(db: Connection, site_id: int, name: str) -> bytes | None:
    question = select(photos.c.picture).where(photos.c.site_id == site_id, photos.c.name == name)
    return db.execute(question).scalar()


def save_photo(db: Connection, site_id: int, name: str, picture: bytes) -> None:
    db.execute(insert(photos), {"site_id": site_id, "name": name, "picture": picture})


def erase_photo(db: Connection, site_id: int, name: str) -> None:
    db.execute(delete(photos).where(photos.c.site_id == site_id, photos.c.name == name))
