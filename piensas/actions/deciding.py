"""Somebody who may decides about a comment."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import Connection

from piensas.actions.changing import decision_of
from piensas.actions.counting import count_change
from piensas.model.comment import Comment
from piensas.model.moment import Moment
from piensas.model.refusals import NotFound
from piensas.model.story import Story
from piensas.store.comments import find_comment, find_comment_anywhere, save_comment_change
from piensas.store.history import save_decision
from piensas.store.stories import find_story_to_change


class Ruling(msgspec.Struct, frozen=True):
    """What was decided about which comment, by whom and why."""

    comment_id: int
    status: Literal["published", "held", "rejected"]
    by: str
    reason: str = ""


def decide_comment(db: Connection, site_id: int, ruling: Ruling, moment: Moment) -> Comment:
    """The comment with its new status. What its author has withdrawn stays withdrawn."""
    story, comment = find_to_decide(db, site_id, ruling.comment_id)
    if comment.status == ruling.status:
        return comment

    decided = save_comment_change(db, comment, status=ruling.status)
    reasons = (ruling.reason,) if ruling.reason else ()
    save_decision(db, decision_of(comment, ruling.status, reasons, ruling.by, moment))
    count_change(db, story, comment, decided)
    return decided


def find_to_decide(db: Connection, site_id: int, comment_id: int) -> tuple[Story, Comment]:
    """The comment and its story, as they are once nobody else can change them."""
    found = find_comment_anywhere(db, site_id, comment_id)
    if found is None:
        raise NotFound
    story = find_story_to_change(db, site_id, found.story_id)
    comment = find_comment(db, site_id, found.story_id, comment_id)
    if story is None or comment is None or comment.status == "withdrawn":
        raise NotFound
    return story, comment
