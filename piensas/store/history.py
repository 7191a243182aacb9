"""What happened to a comment: decisions about it, and what it said before its author changed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, Table, and_, delete, func, insert, select

from piensas.model.comment import Comment, Decision, Edit
from piensas.store.prepared import Prepared
from piensas.store.rows import named
from piensas.store.tables import comments, decisions, edits

SAVE_DECISION = Prepared(insert(decisions))


def list_decisions(db: Connection, comment: Comment) -> list[Decision]:
    question = (
        select(*(decisions.c[name] for name in Decision.__struct_fields__))
        .where(
            decisions.c.site_id == comment.site_id,
            decisions.c.story_id == comment.story_id,
            decisions.c.comment_id == comment.id,
        )
        .order_by(decisions.c.id)
    )
    rows = db.execute(question)
    return [Decision(**{**row._mapping, "reasons": tuple(row.reasons)}) for row in rows]


def list_edits(db: Connection, comment: Comment) -> list[Edit]:
    question = (
        select(*(edits.c[name] for name in Edit.__struct_fields__))
        .where(
            edits.c.site_id == comment.site_id,
            edits.c.story_id == comment.story_id,
            edits.c.comment_id == comment.id,
        )
        .order_by(edits.c.id)
    )
    return [named(Edit, row) for row in db.execute(question)]


def count_edits(db: Connection, comment: Comment) -> int:
    here = (
        edits.c.site_id == comment.site_id,
        edits.c.story_id == comment.story_id,
        edits.c.comment_id == comment.id,
    )
    return db.execute(select(func.count()).select_from(edits).where(*here)).scalar_one()


def list_decisions_on(db: Connection, site_id: int, reader_id: int, since: int) -> dict[int, list[Decision]]:
    """What was decided about each of a reader's comments from the one with the id `since` on."""
    found: dict[int, list[Decision]] = {}
    for row in db.execute(history_of(decisions, Decision, site_id, reader_id, since)):
        decision = Decision(**{**row._mapping, "reasons": tuple(row.reasons)})
        found.setdefault(decision.comment_id, []).append(decision)
    return found


def list_edits_of(db: Connection, site_id: int, reader_id: int, since: int) -> dict[int, list[Edit]]:
    """What each of a reader's comments said before, from the one with the id `since` on."""
    found: dict[int, list[Edit]] = {}
    for row in db.execute(history_of(edits, Edit, site_id, reader_id, since)):
        found.setdefault(row.comment_id, []).append(named(Edit, row))
    return found


def history_of(
    table: Table, shape: type[Decision | Edit], site_id: int, reader_id: int, since: int
) -> Select[Any]:
    its = and_(
        table.c.site_id == comments.c.site_id,
        table.c.story_id == comments.c.story_id,
        table.c.comment_id == comments.c.id,
    )
    theirs = (comments.c.site_id == site_id, comments.c.reader_id == reader_id, comments.c.id >= since)
    columns = (table.c[name] for name in shape.__struct_fields__)
    return select(*columns).join_from(comments, table, its).where(*theirs).order_by(table.c.id)


def save_decision(db: Connection, decision: Decision) -> None:
    SAVE_DECISION.do(db, **msgspec.structs.asdict(decision))


def save_decisions(db: Connection, several: Sequence[Decision]) -> None:
    """As `save_decision`, for many at once."""
    if several:
        db.execute(insert(decisions), [msgspec.structs.asdict(decision) for decision in several])


def erase_edits(db: Connection, comment: Comment) -> None:
    """What a comment said before, for good."""
    db.execute(
        delete(edits).where(
            edits.c.site_id == comment.site_id,
            edits.c.story_id == comment.story_id,
            edits.c.comment_id == comment.id,
        )
    )


def save_edit(db: Connection, edit: Edit) -> None:
    db.execute(insert(edits), msgspec.structs.asdict(edit))
