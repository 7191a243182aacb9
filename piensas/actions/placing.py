"""Where arriving comments stand in a thread, and the ids that say when they were written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from piensas.actions.posting import empty_comment
from piensas.model.arrival import ArrivingComment
from piensas.model.comment import Comment
from piensas.model.moment import first_id_at
from piensas.model.story import Story
from piensas.store.comments import find_comment, find_last_seq, list_taken_ids

SALTS = 1 << 20
"""Half of what keeps ids of one millisecond apart; the other half is for counting upwards from there."""


class Places:
    """A story's thread while comments are added to it: parents must be given before their replies."""

    def __init__(self, db: Connection, story: Story, nesting: int) -> None:
        self._db = db
        self._story = story
        self._nesting = nesting
        self._comments: dict[int, Comment | None] = {}
        self._last: dict[int, int] = {}

    def place(self, id: int, answers_id: int | None) -> Comment:
        """An empty comment under the deepest comment above it that may have replies."""
        answers = self._find(answers_id)
        parent = answers
        while parent is not None and parent.level >= self._nesting - 1:
            parent = self._find(parent.parent_id)
        root_id = parent.root_id if parent else id
        comment = empty_comment(
            self._story,
            id,
            parent_id=parent.id if parent else None,
            answers_id=answers.id if answers else None,
            root_id=root_id,
            seq=self._next_seq(root_id) if parent else 0,
            level=parent.level + 1 if parent else 0,
        )
        self._comments[id] = comment
        self._last.setdefault(root_id, 0)
        return comment

    def _find(self, id: int | None) -> Comment | None:
        if id is None:
            return None
        if id not in self._comments:
            self._comments[id] = find_comment(self._db, self._story.site_id, self._story.id, id)
        return self._comments[id]

    def _next_seq(self, root_id: int) -> int:
        last = self._last.get(root_id)
        if last is None:
            last = find_last_seq(self._db, self._story.site_id, self._story.id, root_id) or 0
        self._last[root_id] = last + 1
        return last + 1


def choose_ids(
    db: Connection, story: Story, source: str, comments: Sequence[ArrivingComment]
) -> dict[str, int]:
    """An id of its own for each comment, by foreign id: of the time at which it was written.

    Comments of one moment get rising ids, so that a reply is later than what it answers. Where they
    begin differs from story to story, because an id is also looked up without its story.
    """
    salt = salt_of(f"{source} {story.id}")
    ids = ids_from(salt, comments)
    while list_taken_ids(db, story.site_id, story.id, list(ids.values())):
        salt += len(comments)
        ids = ids_from(salt, comments)
    return ids


def ids_from(salt: int, comments: Sequence[ArrivingComment]) -> dict[str, int]:
    latest: dict[int, int] = {}
    ids = {}
    for comment in comments:
        written_at = comment.written_at
        latest[written_at] = latest.get(written_at, first_id_at(written_at) + salt - 1) + 1
        ids[comment.foreign_id] = latest[written_at]
    return ids


def salt_of(words: str) -> int:
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") % SALTS
