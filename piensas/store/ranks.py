"""What a root's rank was before it changed, so that a walk goes on in the order it began with."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from piensas.model.comment import Comment
from piensas.model.rules import Order
from piensas.model.story import Story
from piensas.store.prepared import Prepared
from piensas.store.tables import rank_changes

KEPT = 2_000
"""Revisions of a story whose rank changes are kept; a walk older than that goes on in today's order."""
SWEEP = 64
"""Revisions between one sweep of the oldest and the next."""

IN_STORY = (rank_changes.c.site_id == bindparam("site"), rank_changes.c.story_id == bindparam("story"))
SAVE = Prepared(insert(rank_changes))
FORGET = Prepared(delete(rank_changes).where(*IN_STORY, rank_changes.c.revision < bindparam("kept")))


def read_earlier_ranks(db: Connection, story: Story, order: Order, revision: int) -> dict[int, int]:
    """The rank at `revision` of every root whose rank has changed since, by id."""
    rank = rank_changes.c.score if order == "best" else rank_changes.c.replies
    question = (
        select(rank_changes.c.comment_id, rank)
        .where(
            rank_changes.c.site_id == story.site_id,
            rank_changes.c.story_id == story.id,
            rank_changes.c.revision > revision,
        )
        .order_by(rank_changes.c.revision.desc())
    )
    return {row[0]: row[1] for row in db.execute(question)}


def save_rank_change(db: Connection, story: Story, root: Comment) -> None:
    """Notes the rank that `root` had before the story's revision, and forgets the oldest notes."""
    SAVE.do(
        db,
        site_id=story.site_id,
        story_id=story.id,
        revision=story.revision,
        comment_id=root.id,
        score=root.score,
        replies=root.replies,
    )
    if story.revision % SWEEP == 0:
        FORGET.do(db, site=story.site_id, story=story.id, kept=story.revision - KEPT)
