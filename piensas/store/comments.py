"""Comments one by one: finding, keeping and changing them, with the counters that follow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from piensas.model.comment import Comment, Status
from piensas.store.prepared import Prepared
from piensas.store.tables import comments

WHOLE = select(*(comments.c[name] for name in Comment.__struct_fields__))
STATUSES = get_args(Status)
LATEST, MOST_ALIKE = 100, 5
"""Of a reader's comments under one story: among so many the same words are looked for, so many are read."""


IN_STORY = (comments.c.site_id == bindparam("site"), comments.c.story_id == bindparam("story"))
FIND = Prepared(WHOLE.where(*IN_STORY, comments.c.id == bindparam("id")))
FIND_BY_DRAFT = Prepared(WHOLE.where(*IN_STORY, comments.c.draft == bindparam("draft")))
LATEST_OWN = Prepared(
    select(comments.c.id, comments.c.fingerprint)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.reader_id == bindparam("reader"),
        comments.c.story_id == bindparam("story"),
    )
    .order_by(comments.c.id.desc())
    .limit(bindparam("limit"))
)
UNDER_ROOT = (*IN_STORY, comments.c.root_id == bindparam("root"))
LAST_SEQ = Prepared(select(func.max(comments.c.seq)).where(*UNDER_ROOT))
LIST_OWN = Prepared(
    WHOLE.where(
        comments.c.site_id == bindparam("site"),
        comments.c.reader_id == bindparam("reader"),
        comments.c.story_id == bindparam("story"),
    )
    .order_by(comments.c.id.desc())
    .limit(bindparam("limit"))
)
NEW = (
    select(comments.c.id)
    .where(
        *IN_STORY,
        comments.c.id > bindparam("since"),
        comments.c.status == "published",
        comments.c.reader_id.is_distinct_from(bindparam("reader")),
    )
    .limit(bindparam("limit"))
)
COUNT_NEW = Prepared(select(func.count()).select_from(NEW.subquery()))
LIST_TAKEN = select(comments.c.id).where(*IN_STORY, comments.c.id.in_(bindparam("ids", expanding=True)))
CHANGE = update(comments).where(*IN_STORY, comments.c.id == bindparam("which"))
SAVE = Prepared(insert(comments))


def find_comment(db: Connection, site_id: int, story_id: int, comment_id: int) -> Comment | None:
    row = FIND.first(db, site=site_id, story=story_id, id=comment_id)
    return Comment(*row) if row else None


def find_comment_anywhere(db: Connection, site_id: int, comment_id: int) -> Comment | None:
    """A comment whose story is not known, for the desk: by status, of which there are few."""
    question = WHOLE.where(
        comments.c.site_id == site_id, comments.c.status.in_(STATUSES), comments.c.id == comment_id
    ).limit(1)
    row = db.execute(question).first()
    return Comment(*row) if row else None


def find_comment_of_draft(db: Connection, site_id: int, story_id: int, draft: str) -> Comment | None:
    row = FIND_BY_DRAFT.first(db, site=site_id, story=story_id, draft=draft)
    return Comment(*row) if row else None


def list_own_alike(
    db: Connection, site_id: int, story_id: int, reader_id: int, fingerprint: int
) -> list[Comment]:
    """Those of a reader's latest comments under a story that say the same under the same parent. What others
    have said in the same words costs nothing, however much of it there is."""
    rows = LATEST_OWN.rows(db, site=site_id, story=story_id, reader=reader_id, limit=LATEST)
    same = [id for id, mark in rows if mark == fingerprint]
    found = (find_comment(db, site_id, story_id, id) for id in same[:MOST_ALIKE])
    return [comment for comment in found if comment]


def list_own_comments(
    db: Connection, site_id: int, story_id: int, reader_id: int, limit: int = 100
) -> list[Comment]:
    """A reader's latest comments under a story, newest first, whatever their status."""
    rows = LIST_OWN.rows(db, site=site_id, story=story_id, reader=reader_id, limit=limit)
    return [Comment(*row) for row in rows]


def list_held_comments(db: Connection, site_id: int, *, after: int = 0, limit: int = 50) -> list[Comment]:
    """What waits for a decision, oldest first, from behind the id `after`."""
    question = (
        WHOLE.where(comments.c.site_id == site_id, comments.c.status == "held", comments.c.id > after)
        .order_by(comments.c.id)
        .limit(limit)
    )
    return [Comment(*row) for row in db.execute(question)]


def list_comments_drawn_before(db: Connection, site_id: int, renderer: int, limit: int) -> list[Comment]:
    """Comments whose HTML an earlier renderer made."""
    question = WHOLE.where(comments.c.site_id == site_id, comments.c.renderer < renderer).limit(limit)
    return [Comment(*row) for row in db.execute(question)]


def count_new_comments(
    db: Connection, site_id: int, story_id: int, since: int, limit: int, reader_id: int | None = None
) -> int:
    """Published comments with a later id than `since`, without the reader's own, no further than `limit`."""
    key = {"site": site_id, "story": story_id, "since": since, "reader": reader_id or 0, "limit": limit}
    count: int = COUNT_NEW.scalar(db, **key)
    return count


def has_comments(db: Connection, site_id: int, story_id: int) -> bool:
    """Any at all, whatever their status."""
    here = (comments.c.site_id == site_id, comments.c.story_id == story_id)
    return db.execute(select(comments.c.id).where(*here).limit(1)).first() is not None


def find_last_seq(db: Connection, site_id: int, story_id: int, root_id: int) -> int | None:
    last: int | None = LAST_SEQ.scalar(db, site=site_id, story=story_id, root=root_id)
    return last


def list_taken_ids(db: Connection, site_id: int, story_id: int, ids: Sequence[int]) -> list[int]:
    """Those of the ids that comments of the story have already."""
    return list(db.execute(LIST_TAKEN, {"site": site_id, "story": story_id, "ids": ids}).scalars())


def save_comment(db: Connection, comment: Comment) -> None:
    SAVE.do(db, **msgspec.structs.asdict(comment))


def save_comments(db: Connection, several: Sequence[Comment]) -> None:
    """As `save_comment`, for many at once."""
    if several:
        db.execute(insert(comments), [msgspec.structs.asdict(comment) for comment in several])


def save_comment_change(db: Connection, comment: Comment, **changes: Any) -> Comment:
    new = {f"new_{name}": value for name, value in changes.items()}
    here = {"site": comment.site_id, "story": comment.story_id, "which": comment.id}
    change_of(tuple(changes)).do(db, **here, **new)
    return msgspec.structs.replace(comment, **changes)


@cache
def change_of(names: tuple[str, ...]) -> Prepared:
    """The statement that changes these columns of a comment, made once."""
    return Prepared(CHANGE.values({name: bindparam(f"new_{name}") for name in names}))


def save_photo_of(db: Connection, site_id: int, reader_id: int, photo: str) -> list[int]:
    """Puts a reader's photo on all their comments; returns the ids of the stories they stand under."""
    own = (comments.c.site_id == site_id, comments.c.reader_id == reader_id)
    stories = db.execute(select(comments.c.story_id).where(*own).distinct().order_by(comments.c.story_id))
    found = list(stories.scalars())
    if found:
        db.execute(update(comments).where(*own).values(photo=photo))
    return found


def count_own_comments(db: Connection, site_id: int, reader_id: int) -> int:
    own = (comments.c.site_id == site_id, comments.c.reader_id == reader_id)
    return db.execute(select(func.count()).select_from(comments).where(*own)).scalar_one()


def save_author_of(db: Connection, site_id: int, guest_id: int, reader_id: int) -> None:
    """All that a guest has written is the reader's from now on."""
    own = (comments.c.site_id == site_id, comments.c.reader_id == guest_id)
    db.execute(update(comments).where(*own).values(reader_id=reader_id))


def list_all_own_comments(db: Connection, site_id: int, reader_id: int) -> list[Comment]:
    """All that a reader has written on the site, story by story."""
    question = WHOLE.where(comments.c.site_id == site_id, comments.c.reader_id == reader_id)
    rows = db.execute(question.order_by(comments.c.story_id, comments.c.id))
    return [Comment(*row) for row in rows]


def list_latest_own_comments(
    db: Connection, site_id: int, reader_id: int, before: int, limit: int
) -> list[Comment]:
    """A reader's comments under all stories, newest first, from behind the id `before` (0: all).

    Which these are is read from an index alone; of those that are not wanted no row is touched.
    """
    newest = select(comments.c.story_id, comments.c.id).where(
        comments.c.site_id == site_id, comments.c.reader_id == reader_id
    )
    if before:
        newest = newest.where(comments.c.id < before)
    wanted = newest.order_by(comments.c.id.desc()).limit(limit).subquery()
    theirs = and_(comments.c.story_id == wanted.c.story_id, comments.c.id == wanted.c.id)
    question = WHOLE.join(wanted, theirs).where(comments.c.site_id == site_id)
    return [Comment(*row) for row in db.execute(question.order_by(comments.c.id.desc()))]
