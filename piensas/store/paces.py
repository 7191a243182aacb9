"""When somebody last posted, kept only as long as it slows them down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from piensas.store.tables import paces

PLACES = ("first", "second", "third")
"""A question has room for this many keys; a list of any length would have to be written anew each time."""

HERE = paces.c.site_id == bindparam("site")
AMONG = paces.c.key.in_([bindparam(place) for place in PLACES])
FIND_LAST = select(func.max(paces.c.at)).where(HERE, AMONG)
FORGET = delete(paces).where(HERE, AMONG)
FORGET_PAST = delete(paces).where(HERE, paces.c.at < bindparam("past"))
SAVE = insert(paces)


def find_last_pace(db: Connection, site_id: int, keys: Sequence[str]) -> int | None:
    """The latest time, in milliseconds since 1970, at which any of one to three keys posted."""
    return db.execute(FIND_LAST, {"site": site_id, **in_places(keys)}).scalar()


def erase_paces(db: Connection, site_id: int, keys: Collection[str]) -> None:
    db.execute(delete(paces).where(paces.c.site_id == site_id, paces.c.key.in_(keys)))


def save_paces(db: Connection, site_id: int, keys: Sequence[str], at: int, past: int) -> None:
    """Keeps that one to three keys posted just now, and forgets whoever posted before `past`.

    Who is forgotten is found by two indexes: one statement with "or" would walk through everybody.
    """
    db.execute(FORGET, {"site": site_id, **in_places(keys)})
    db.execute(FORGET_PAST, {"site": site_id, "past": past})
    db.execute(SAVE, [{"site_id": site_id, "key": key, "at": at} for key in sorted(keys)])


def in_places(keys: Sequence[str]) -> dict[str, str]:
    """The keys, the last repeated where there are fewer than places."""
    return dict(zip_longest(PLACES, keys, fillvalue=keys[-1]))
