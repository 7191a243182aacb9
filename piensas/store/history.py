"""What happened to a comment: decisions about it, and what it said before its author changed it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select

from piensas.model.comment import Comment, Decision, Edit
from piensas.store.tables import decisions, edits

SAVE_DECISION = insert(decisions)


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
    return [Edit(**row._mapping) for row in db.execute(question)]


def save_decision(db: Connection, decision: Decision) -> None:
    db.execute(SAVE_DECISION, msgspec.structs.asdict(decision))


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
