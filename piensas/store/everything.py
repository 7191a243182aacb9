"""Everything that a site has, row by row, for its export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from piensas.store.tables import (
    addresses,
    arrivals,
    comments,
    decisions,
    editions,
    edits,
    mentions,
    readers,
    stories,
    votes,
)

TABLES = {
    "story": stories,
    "edition": editions,
    "address": addresses,
    "reader": readers,
    "comment": comments,
    "edit": edits,
    "decision": decisions,
    "vote": votes,
    "mention": mentions,
    "arrival": arrivals,
}
"""What is exported, by the name of one. Sessions and the site's secret stay: they are keys, not content."""


def list_everything(db: Connection, site_id: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, fields) of every row, without holding more than a part of them in memory."""
    for kind, table in TABLES.items():
        question = select(table).where(table.c.site_id == site_id).order_by(*table.primary_key.columns)
        rows = db.execution_options(yield_per=1_000).execute(question)
        for row in rows:
            yield kind, dict(row._mapping)
