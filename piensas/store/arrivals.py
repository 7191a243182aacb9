"""What has come in from other systems, so that nothing comes in twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from piensas.store.tables import arrivals

AT_ONCE = 5_000
"""Ids in one question; SQLite allows 32,766 variables in a statement."""


FROM_SOURCE = (arrivals.c.site_id == bindparam("site"), arrivals.c.source == bindparam("source"))
FIND = select(arrivals.c.story_id, arrivals.c.id).where(
    *FROM_SOURCE, arrivals.c.kind == bindparam("kind"), arrivals.c.foreign_id == bindparam("foreign_id")
)
LIST_COMMENTS = select(arrivals.c.foreign_id, arrivals.c.id).where(
    *FROM_SOURCE,
    arrivals.c.kind == "comment",
    arrivals.c.foreign_id.in_(bindparam("foreign_ids", expanding=True)),
)


def find_arrival(
    db: Connection, site_id: int, source: str, kind: str, foreign_id: str
) -> tuple[int, int] | None:
    """(story id, own id) of a record that has come in before."""
    key = {"site": site_id, "source": source, "kind": kind, "foreign_id": foreign_id}
    row = db.execute(FIND, key).first()
    return (row[0], row[1]) if row else None


def list_arrived_comments(
    db: Connection, site_id: int, source: str, foreign_ids: Sequence[str]
) -> dict[str, int]:
    """Our ids of those comments that have come in before, by the ids that the source gave."""
    arrived: dict[str, int] = {}
    for start in range(0, len(foreign_ids), AT_ONCE):
        some = foreign_ids[start : start + AT_ONCE]
        rows = db.execute(LIST_COMMENTS, {"site": site_id, "source": source, "foreign_ids": some})
        arrived |= {row[0]: row[1] for row in rows}
    return arrived


def save_arrivals(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Rows have the keys site_id, source, kind, foreign_id, story_id and id."""
    if rows:
        db.execute(insert(arrivals), list(rows))
