"""What has come in from other systems, so that nothing comes in twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from piensas.store.tables import arrivals

AT_ONCE = 5_000
"""Ids in one question; SQLite allows 32,766 variables in a statement."""


def find_arrival(
    db: Connection, site_id: int, source: str, kind: str, foreign_id: str
) -> tuple[int, int] | None:
    """(story id, own id) of a record that has come in before."""
    question = select(arrivals.c.story_id, arrivals.c.id).where(
        arrivals.c.site_id == site_id,
        arrivals.c.source == source,
        arrivals.c.kind == kind,
        arrivals.c.foreign_id == foreign_id,
    )
    row = db.execute(question).first()
    return (row[0], row[1]) if row else None


def list_arrived_comments(
    db: Connection, site_id: int, source: str, foreign_ids: Sequence[str]
) -> dict[str, int]:
    """Our ids of those comments that have come in before, by the ids that the source gave."""
    question = select(arrivals.c.foreign_id, arrivals.c.id).where(
        arrivals.c.site_id == site_id, arrivals.c.source == source, arrivals.c.kind == "comment"
    )
    arrived: dict[str, int] = {}
    for start in range(0, len(foreign_ids), AT_ONCE):
        some = foreign_ids[start : start + AT_ONCE]
        rows = db.execute(question.where(arrivals.c.foreign_id.in_(some)))
        arrived |= {row[0]: row[1] for row in rows}
    return arrived


def save_arrivals(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Rows have the keys site_id, source, kind, foreign_id, story_id and id."""
    if rows:
        db.execute(insert(arrivals), list(rows))
