"""What the public can see has changed under a story, by what was decided and edited since."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, or_, select

from piensas.model.comment import PublicComment
from piensas.store.prepared import Prepared
from piensas.store.tables import comments, decisions, edits, stories
from piensas.store.threads import PUBLIC

IN_STORY = (comments.c.site_id == bindparam("site"), comments.c.story_id == bindparam("story"))
DECIDED = select(decisions.c.comment_id).where(
    decisions.c.site_id == bindparam("site"),
    decisions.c.story_id == bindparam("story"),
    decisions.c.id > bindparam("since"),
    or_(decisions.c.before == "published", decisions.c.after == "published"),
)
EDITED = select(edits.c.comment_id).where(
    edits.c.site_id == bindparam("site"),
    edits.c.story_id == bindparam("story"),
    edits.c.id > bindparam("since"),
)
IS_CHANGED = comments.c.id.in_(DECIDED.union(EDITED))
WAS_PUBLIC = comments.c.id.in_(DECIDED)
LIST_CHANGES = Prepared(
    PUBLIC.where(*IN_STORY, IS_CHANGED, or_(comments.c.status == "published", WAS_PUBLIC))
    .order_by(comments.c.id.desc())
    .limit(bindparam("limit"))
)


def list_changes(db: Connection, site_id: int, story_id: int, since: int, limit: int) -> list[PublicComment]:
    """Comments that were published, edited or taken back after the moment with the id `since`: the newest,
    in the order of their writing. What was never public is not among them."""
    rows = LIST_CHANGES.rows(db, site=site_id, story=story_id, since=since, limit=limit)
    return [PublicComment(*row) for row in reversed(rows)]


def list_revisions(db: Connection, site_id: int, several: Collection[int]) -> dict[int, int]:
    """The revisions of stories, by their ids."""
    here = (stories.c.site_id == site_id, stories.c.id.in_(several))
    rows = db.execute(select(stories.c.id, stories.c.revision).where(*here))
    return {row.id: row.revision for row in rows}
