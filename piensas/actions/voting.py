"""A reader votes on a comment."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.actions.pacing import SECOND, Allowance, reader_pace, require_pace, spend
from piensas.actions.posting import save_author
from piensas.model.access import require_may_vote
from piensas.model.comment import Comment
from piensas.model.draft import Draft
from piensas.model.moment import Moment
from piensas.model.ranking import wilson_score
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import NotFound
from piensas.model.story import Story
from piensas.store.comments import find_comment, save_comment_change
from piensas.store.paces import save_times
from piensas.store.ranks import save_rank_change
from piensas.store.stories import find_story_to_change, save_story_change
from piensas.store.votes import erase_vote, find_vote, save_vote

VOTES = Allowance(every=2 * SECOND, at_once=120)
"""Of one reader: more than anybody reads."""


class Vote(msgspec.Struct, frozen=True):
    """`value` is 1 for, -1 against, 0 to take an earlier vote back."""

    story_id: int
    comment_id: int
    value: int


def vote(db: Connection, viewer: Viewer, vote: Vote, moment: Moment) -> Comment:
    """The comment with its new numbers. Voting again replaces the reader's earlier vote."""
    story = find_story_to_change(db, viewer.site.id, vote.story_id)
    if story is None:
        raise NotFound
    comment = find_comment(db, story.site_id, story.id, vote.comment_id)
    comment = require_may_vote(viewer, comment, viewer.rules, vote.value)

    reader = viewer.reader or save_new_voter(db, viewer, moment)
    spend(db, reader.site_id, reader_pace(reader.id, "votes-"), VOTES, moment)
    return change_vote(db, story, comment, reader.id, vote.value)


def change_vote(db: Connection, story: Story, comment: Comment, reader_id: int, value: int) -> Comment:
    """The comment with a reader's vote as it is from now on, 0 for none."""
    earlier = find_vote(db, comment, reader_id)
    if value == earlier:
        return comment
    if value:
        save_vote(db, comment, reader_id, value)
    else:
        erase_vote(db, comment, reader_id)

    ups = comment.ups + (value == 1) - (earlier == 1)
    downs = comment.downs + (value == -1) - (earlier == -1)
    story = save_story_change(db, story)
    if not comment.is_reply:
        save_rank_change(db, story, comment)
    return save_comment_change(db, comment, ups=ups, downs=downs, score=wilson_score(ups, downs))


def save_new_voter(db: Connection, viewer: Viewer, moment: Moment) -> Reader:
    """A browser that has not written here yet: slowed down as for a comment, so that forgetting the
    cookie does not multiply votes."""
    save_times(db, viewer.site.id, require_pace(db, viewer, Draft(), moment))
    return save_author(db, viewer, Draft(), moment)
