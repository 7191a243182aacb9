"""The counters that follow a change of a comment, in the deed's own transaction."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.model.comment import Comment
from piensas.model.story import Story
from piensas.store.comments import find_comment, save_comment_change
from piensas.store.ranks import save_rank_change
from piensas.store.readers import save_approval
from piensas.store.stories import save_story_change


def count_change(db: Connection, story: Story, before: Comment | None, after: Comment) -> Story:
    """Brings the story, the root and the reader into line with a comment that is new or has changed.

    What the public cannot see does not move the story's revision.
    """
    step = after.is_published - (before is not None and before.is_published)
    if not step and not after.is_published:
        return story

    places = count_root(db, story, after, step) if after.is_reply else list_or_unlist(db, before, after)
    if step and after.reader_id:
        save_approval(db, after.site_id, after.reader_id, step)
    return save_story_change(db, story, comments=story.comments + step, roots=story.roots + places)


def count_root(db: Connection, story: Story, reply: Comment, step: int) -> int:
    """Counts a reply on its root; says by how much the number of roots with a place has changed."""
    if not step:
        return 0
    root = find_comment(db, reply.site_id, reply.story_id, reply.root_id)
    assert root is not None
    save_rank_change(db, msgspec.structs.replace(story, revision=story.revision + 1), root)
    replies = root.replies + step
    listed = has_place(root, replies)
    save_comment_change(db, root, replies=replies, listed=listed)
    return listed - root.listed


def list_or_unlist(db: Connection, before: Comment | None, after: Comment) -> int:
    """Gives a root its place in the thread or takes it away; says by how much that number changed."""
    listed = has_place(after, after.replies)
    if before is None:
        return int(listed)
    if listed != before.listed:
        save_comment_change(db, after, listed=listed)
    return listed - before.listed


def has_place(root: Comment, replies: int) -> bool:
    """A root is shown while it is published, or as the place holder of published replies."""
    return root.is_published or replies > 0
