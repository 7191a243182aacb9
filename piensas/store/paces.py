"""When somebody last posted, kept only as long as it slows them down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from piensas.store.prepared import Prepared
from piensas.store.tables import paces

PLACES = ("first", "second", "third")
"""A question has room for this many keys; a list of any length would have to be written anew each time."""

HERE = paces.c.site_id == bindparam("site")
AMONG = paces.c.key.in_([bindparam(place) for place in PLACES])
LIST = Prepared(select(paces.c.key, paces.c.at).where(HERE, AMONG))
SAVE = {
    name: Prepared(
        statement.on_conflict_do_update(
            index_elements=[paces.c.site_id, paces.c.key], set_={"at": statement.excluded.at}
        )
    )
    for name, statement in (("sqlite", sqlite.insert(paces)), ("postgresql", postgresql.insert(paces)))
}


def list_paces(db: Connection, site_id: int, keys: Sequence[str]) -> dict[str, int]:
    """The times, in milliseconds since 1970, at which those of one to three keys posted that did."""
    return dict(LIST.rows(db, site=site_id, **in_places(keys)))


def find_last_pace(db: Connection, site_id: int, keys: Sequence[str]) -> int | None:
    """The latest of them."""
    return max(list_paces(db, site_id, keys).values(), default=None)


def erase_paces(db: Connection, site_id: int, keys: Collection[str]) -> None:
    db.execute(delete(paces).where(paces.c.site_id == site_id, paces.c.key.in_(keys)))


def save_paces(db: Connection, site_id: int, keys: Sequence[str], at: int) -> None:
    """Keeps that these keys posted just now."""
    save_times(db, site_id, dict.fromkeys(keys, at))


def save_times(db: Connection, site_id: int, times: Mapping[str, int]) -> None:
    """Keeps a time for each key; nobody else's are touched, and all deeds go in one order."""
    for key in sorted(times):
        SAVE[db.dialect.name].do(db, site_id=site_id, key=key, at=times[key])


def erase_some_paces(db: Connection, site_id: int, past: int, limit: int) -> int:
    """Forgets some of those who posted before `past`; how many. What others hold now is passed over."""
    gone = (
        select(paces.c.key)
        .where(paces.c.site_id == site_id, paces.c.at < past)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.execute(delete(paces).where(paces.c.site_id == site_id, paces.c.key.in_(gone))).rowcount


def in_places(keys: Sequence[str]) -> dict[str, str]:
    """The keys, the last repeated where there are fewer than places."""
    return dict(zip_longest(PLACES, keys, fillvalue=keys[-1]))
