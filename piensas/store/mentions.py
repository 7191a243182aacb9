"""Pages elsewhere that link to stories."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from piensas.model.mention import Mention
from piensas.store.rows import named
from piensas.store.tables import mentions

WHOLE = select(*(mentions.c[name] for name in Mention.__struct_fields__))


def find_mention(db: Connection, site_id: int, story_id: int, source: str) -> Mention | None:
    question = WHOLE.where(
        mentions.c.site_id == site_id, mentions.c.story_id == story_id, mentions.c.source == source
    )
    return first_mention(db, question)


def find_mention_by_id(db: Connection, site_id: int, mention_id: int) -> Mention | None:
    return first_mention(db, WHOLE.where(mentions.c.site_id == site_id, mentions.c.id == mention_id))


def list_mentions(db: Connection, site_id: int, story_id: int, limit: int) -> list[Mention]:
    """The published ones, the latest first."""
    question = WHOLE.where(
        mentions.c.site_id == site_id, mentions.c.story_id == story_id, mentions.c.status == "published"
    )
    rows = db.execute(question.order_by(mentions.c.id.desc()).limit(limit))
    return [named(Mention, row) for row in rows]


def list_held_mentions(db: Connection, site_id: int, limit: int) -> list[Mention]:
    """Those that wait for a decision, the earliest first."""
    question = WHOLE.where(mentions.c.site_id == site_id, mentions.c.status == "held")
    return [named(Mention, row) for row in db.execute(question.order_by(mentions.c.id).limit(limit))]


def count_open_mentions(db: Connection, site_id: int) -> int:
    """Those that wait to be looked at, or for a decision."""
    here = (mentions.c.site_id == site_id, mentions.c.status.in_(("waiting", "held")))
    return db.execute(select(func.count()).select_from(mentions).where(*here)).scalar_one()


def save_mention(db: Connection, mention: Mention) -> None:
    db.execute(insert(mentions), msgspec.structs.asdict(mention))


def save_mention_change(db: Connection, mention: Mention, **changes: Any) -> Mention:
    db.execute(update(mentions).where(*key_of(mention)).values(**changes))
    return msgspec.structs.replace(mention, **changes)


def erase_mention(db: Connection, mention: Mention) -> None:
    db.execute(delete(mentions).where(*key_of(mention)))


def key_of(mention: Mention) -> tuple[Any, ...]:
    return (
        mentions.c.site_id == mention.site_id,
        mentions.c.story_id == mention.story_id,
        mentions.c.source == mention.source,
    )


def first_mention(db: Connection, question: Any) -> Mention | None:
    row = db.execute(question).first()
    return named(Mention, row) if row else None
