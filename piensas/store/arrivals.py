"""What has come in from other systems, so that nothing comes in twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from piensas.store.tables import arrivals


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


def list_arrived(db: Connection, site_id: int, source: str, kind: str, story_id: int) -> dict[str, int]:
    """Our ids of what has come in for a story, by the ids that the source gave."""
    question = select(arrivals.c.foreign_id, arrivals.c.id).where(
        arrivals.c.site_id == site_id,
        arrivals.c.source == source,
        arrivals.c.kind == kind,
        arrivals.c.story_id == story_id,
    )
    return {row[0]: row[1] for row in db.execute(question)}


def save_arrivals(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Rows have the keys site_id, source, kind, foreign_id, story_id and id."""
    if rows:
        db.execute(insert(arrivals), list(rows))
