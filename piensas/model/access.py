"""Who may do what. Every question about a comment's author or a story's state is asked here."""

from __future__ import annotations

from piensas.model.comment import Comment
from piensas.model.moment import DAY, time_of
from piensas.model.reader import Viewer
from piensas.model.refusals import Closed, LoginRequired, NotFound, ParentUnavailable, TooLate, VotesOff
from piensas.model.rules import Rules
from piensas.model.story import Story

MINUTE = 60_000


def is_closed(story: Story, rules: Rules, now: int) -> bool:
    """Closed by its editor, or by age."""
    if story.discussion != "open":
        return True
    closes = closes_at(story, rules)
    return closes is not None and now >= closes


def closes_at(story: Story, rules: Rules) -> int | None:
    """Milliseconds since 1970 at which a story closes by age, where the site has it so."""
    days = rules.close_after_days
    return story.published_at + days * DAY if days > 0 else None


def require_may_post(story: Story, viewer: Viewer, now: int) -> None:
    if story.discussion == "off":
        raise NotFound
    if is_closed(story, viewer.rules, now):
        raise Closed
    if viewer.rules.require_login and viewer.is_guest:
        raise LoginRequired


def require_may_answer(parent: Comment | None) -> None:
    if parent is None or not parent.is_published:
        raise ParentUnavailable


def is_own(viewer: Viewer, comment: Comment) -> bool:
    return viewer.reader is not None and comment.reader_id == viewer.reader.id


def may_see(viewer: Viewer, comment: Comment) -> bool:
    """Everybody may know of what is published or gone; of what is held only its author."""
    return comment.status != "held" or is_own(viewer, comment)


def may_change(viewer: Viewer, comment: Comment, rules: Rules, now: int) -> bool:
    """May the viewer edit or withdraw it now?"""
    return (
        is_own(viewer, comment)
        and comment.status in ("published", "held")
        and now < changeable_until(comment.id, rules)
    )


def changeable_until(comment_id: int, rules: Rules) -> int:
    """Milliseconds since 1970 at which the author's edit window closes."""
    return time_of(comment_id) + rules.edit_minutes * MINUTE


def require_may_change(viewer: Viewer, comment: Comment | None, rules: Rules, now: int) -> Comment:
    if comment is None or not is_own(viewer, comment):
        raise NotFound
    if not may_change(viewer, comment, rules, now):
        raise TooLate
    return comment


def require_may_vote(viewer: Viewer, comment: Comment | None, rules: Rules, value: int) -> Comment:
    if comment is None or not comment.is_published:
        raise NotFound
    if rules.votes == "off" or (rules.votes == "up" and value < 0) or is_own(viewer, comment):
        raise VotesOff
    return comment
