"""Comments are drawn again after the renderer has changed."""

from __future__ import annotations

from sqlalchemy import Connection

from piensas.markup.comment import RENDERER, render
from piensas.store.comments import list_comments_drawn_before, save_comment_change
from piensas.store.stories import find_story_to_change, save_story_change

BATCH = 200


def redraw_comments(db: Connection, site_id: int) -> int:
    """Draws some of the comments that an earlier renderer drew; returns how many, 0 when none is left."""
    outdated = list_comments_drawn_before(db, site_id, RENDERER, BATCH)
    for comment in outdated:
        html = render(comment.text, comment.format)
        save_comment_change(db, comment, html=html, renderer=RENDERER)
    for story_id in sorted({comment.story_id for comment in outdated}):
        story = find_story_to_change(db, site_id, story_id)
        if story:
            save_story_change(db, story)
    return len(outdated)
