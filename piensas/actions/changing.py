"""Authors change what they said: they edit it or withdraw it."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.actions.counting import count_change
from piensas.actions.posting import fingerprint, render_text
from piensas.markup.comment import RENDERER, count_links
from piensas.model.access import require_may_change
from piensas.model.comment import Comment, Decision, Edit, Status
from piensas.model.draft import Draft, require_spare
from piensas.model.moment import Moment
from piensas.model.reader import Viewer
from piensas.model.refusals import NotFound, TooLate
from piensas.model.screening import Evidence, Verdict, screen
from piensas.model.story import Story
from piensas.model.wording import tidy_text
from piensas.store.comments import find_comment, save_comment_change
from piensas.store.history import count_edits, save_decision, save_edit
from piensas.store.readers import find_reader
from piensas.store.stories import find_story_to_change

MOST_EDITS = 50
"""Of one comment; each keeps what was said before."""


class Change(msgspec.Struct, frozen=True):
    """Which comment its author wants to change, and, for an edit, into what."""

    story_id: int
    comment_id: int
    text: str = ""


def edit_comment(db: Connection, viewer: Viewer, change: Change, moment: Moment) -> Comment:
    """The comment with its new text; what it said before is kept for the desk.

    The new text is screened like a new comment, so that nothing slips in later that would have been
    held; an edit never publishes what is held.
    """
    require_spare("text", change.text, viewer.rules.longest_text)
    story, comment = find_own(db, viewer, change, moment)
    text = tidy_text(change.text)
    html = render_text(text, viewer.rules)
    if text == comment.text:
        return comment

    require_room(db, comment)
    verdict = screen_again(db, viewer, comment, text, html)
    save_edit(db, edit_of(comment, moment))
    edited = save_comment_change(
        db,
        comment,
        text=text,
        html=html,
        renderer=RENDERER,
        fingerprint=fingerprint(comment.answers_id, text),
        edited_at=moment.now,
        status=verdict.status,
    )
    if edited.status != comment.status:
        save_decision(db, decision_of(comment, edited.status, verdict.reasons, "screening", moment))
    count_change(db, story, comment, edited)
    return edited


def require_room(db: Connection, comment: Comment) -> None:
    """Everything that it said before is kept, so that it is not changed for ever."""
    if count_edits(db, comment) >= MOST_EDITS:
        raise TooLate


def withdraw_comment(db: Connection, viewer: Viewer, change: Change, moment: Moment) -> Comment:
    """The comment without a public text; published replies keep its place."""
    story, comment = find_own(db, viewer, change, moment)
    withdrawn = save_comment_change(db, comment, status="withdrawn")
    save_decision(db, decision_of(comment, "withdrawn", (), "author", moment))
    count_change(db, story, comment, withdrawn)
    return withdrawn


def find_own(db: Connection, viewer: Viewer, change: Change, moment: Moment) -> tuple[Story, Comment]:
    story = find_story_to_change(db, viewer.site.id, change.story_id)
    if story is None:
        raise NotFound
    comment = find_comment(db, story.site_id, story.id, change.comment_id)
    return story, require_may_change(viewer, comment, viewer.rules, moment.now)


def screen_again(db: Connection, viewer: Viewer, comment: Comment, text: str, html: str) -> Verdict:
    assert comment.reader_id is not None
    reader = find_reader(db, comment.site_id, comment.reader_id)
    known = comment.is_published or (reader is not None and reader.approved > 0)
    draft = Draft(text=text, name=comment.name, email=comment.email, website=comment.website)
    verdict = screen(Evidence(draft, count_links(html), known, viewer.address), viewer.rules)
    if comment.status == "held" and verdict.status == "published":
        return Verdict("held", ("edited_while_held",))
    return verdict


def edit_of(comment: Comment, moment: Moment) -> Edit:
    return Edit(
        site_id=comment.site_id,
        story_id=comment.story_id,
        comment_id=comment.id,
        id=moment.id,
        text=comment.text,
        html=comment.html,
    )


def decision_of(
    comment: Comment, after: Status, reasons: tuple[str, ...], by: str, moment: Moment
) -> Decision:
    return Decision(
        site_id=comment.site_id,
        story_id=comment.story_id,
        comment_id=comment.id,
        id=moment.id,
        by=by,
        before=comment.status,
        after=after,
        reasons=reasons,
    )
