"""Stories and comments come in from another system, each of them once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from piensas.actions.counting import count_root, has_place
from piensas.actions.placing import Places, choose_ids
from piensas.actions.posting import fingerprint, first_decision
from piensas.actions.publishing import edition_of, new_story, publish_edition
from piensas.markup.comment import render_html
from piensas.model.arrival import ArrivingComment, ArrivingStory, Note, notes_of
from piensas.model.comment import Comment, Decision
from piensas.model.moment import Moment
from piensas.model.site import Site
from piensas.model.story import Manuscript, Story
from piensas.store.arrivals import find_arrival, list_arrived_comments, save_arrivals
from piensas.store.comments import save_comments
from piensas.store.history import save_decisions
from piensas.store.stories import find_story_to_change, is_slug_taken, save_story_change

AT_ONCE = 2_000
"""Comments in one transaction, so that readers who write meanwhile need not wait long."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What of an arriving story is new here. `arrived` has our ids of the comments that are not.

    `story_id` is None where the story itself is new. Nothing that has come in before is touched:
    what readers, moderators and editors have made of it since is theirs.
    """

    story_id: int | None
    manuscript: Manuscript
    comments: tuple[ArrivingComment, ...]
    arrived: dict[str, int]
    known: int
    changes: tuple[Note, ...]

    @property
    def is_empty(self) -> bool:
        return self.story_id is not None and not self.comments


def list_instalments(arriving: ArrivingStory) -> Iterator[ArrivingStory]:
    """The story with as many of its comments as one transaction takes, until all have had their turn."""
    yield msgspec.structs.replace(arriving, comments=arriving.comments[:AT_ONCE])
    for start in range(AT_ONCE, len(arriving.comments), AT_ONCE):
        yield msgspec.structs.replace(arriving, comments=arriving.comments[start : start + AT_ONCE])


def plan_arrival(db: Connection, site: Site, source: str, arriving: ArrivingStory, moment: Moment) -> Plan:
    """What `admit_story` would do now. No comment comes in before its story."""
    arrived_story = find_arrival(db, site.id, source, "story", arriving.foreign_id)
    wanted = {comment.foreign_id for comment in arriving.comments}
    parents = {comment.foreign_parent for comment in arriving.comments if comment.foreign_parent}
    arrived = list_arrived_comments(db, site.id, source, sorted(wanted | parents)) if arrived_story else {}
    here = wanted | arrived.keys()
    new = tuple(orphan_or_not(c, here) for c in arriving.comments if c.foreign_id not in arrived)
    changes = tuple(note for comment in new for note in comment.changes)
    manuscript = arriving.manuscript
    if arrived_story is None:
        manuscript, moved = with_free_slug(db, site, arriving, moment)
        changes = arriving.changes + moved + changes
    return Plan(
        story_id=arrived_story[1] if arrived_story else None,
        manuscript=manuscript,
        comments=new,
        arrived=arrived,
        known=len(arriving.comments) - len(new),
        changes=changes,
    )


def admit_story(db: Connection, site: Site, source: str, arriving: ArrivingStory, moment: Moment) -> Plan:
    """Keeps what is new of a story and its comments; returns what that was."""
    plan = plan_arrival(db, site, source, arriving, moment)
    if plan.is_empty:
        return plan
    if plan.story_id is None:
        story, _ = publish_edition(db, site, plan.manuscript, moment)
        save_arrivals(db, [arrival_row(story, source, "story", arriving.foreign_id, story.id)])
    else:
        story = known_story(db, site, plan.story_id)
    if plan.comments:
        admit_comments(db, site, story, source, plan)
    return plan


def known_story(db: Connection, site: Site, story_id: int) -> Story:
    """Stories are never erased, so what came in once is here."""
    story = find_story_to_change(db, site.id, story_id)
    assert story is not None
    return story


def orphan_or_not(comment: ArrivingComment, here: set[str]) -> ArrivingComment:
    """A reply to what has not come along stands at the top."""
    parent = comment.foreign_parent
    if parent is None or parent in here:
        return comment
    change = ("became a top-level comment", f"it answered {parent}, which did not come")
    notes = notes_of("comment", comment.foreign_id, comment.name, [change])
    return msgspec.structs.replace(comment, foreign_parent=None, changes=comment.changes + notes)


def with_free_slug(
    db: Connection, site: Site, arriving: ArrivingStory, moment: Moment
) -> tuple[Manuscript, tuple[Note, ...]]:
    """The manuscript under a slug that no other story of the site has, and a note if that is another."""
    wanted = arriving.manuscript
    story = new_story(site, wanted, moment)
    for number in itertools.count(1):
        slug = wanted.slug if number == 1 else f"{wanted.slug}-{number}"
        free = msgspec.structs.replace(wanted, slug=slug)
        if not is_slug_taken(db, edition_of(story, free, moment.now)):
            break
    changes = [] if free == wanted else [("got another address", free.slug)]
    return free, notes_of("item", arriving.foreign_id, wanted.title, changes)


def admit_comments(db: Connection, site: Site, story: Story, source: str, plan: Plan) -> None:
    ids = choose_ids(db, story, source, plan.comments)
    known = plan.arrived | ids
    places = Places(db, story, site.rules.nesting)
    admitted = []
    for arriving in plan.comments:
        answers_id = known[arriving.foreign_parent] if arriving.foreign_parent else None
        empty = places.place(ids[arriving.foreign_id], answers_id)
        admitted.append(fill(empty, arriving, plan.manuscript.language))

    replies = Counter(c.root_id for c in admitted if c.is_reply and c.is_published)
    counted = [with_counts(comment, replies) for comment in admitted]
    save_comments(db, counted)
    save_decisions(db, [decision_of(c, a) for c, a in zip(counted, plan.comments, strict=True)])
    save_arrivals(
        db, [arrival_row(story, source, "comment", foreign_id, id) for foreign_id, id in ids.items()]
    )
    count_admitted(db, story, counted, replies)


def fill(empty: Comment, arriving: ArrivingComment, language: str) -> Comment:
    return msgspec.structs.replace(
        empty,
        status=arriving.status,
        name=arriving.name,
        email=arriving.email,
        website=arriving.website,
        language=language,
        text=arriving.text,
        format="html",
        html=render_html(arriving.text),
        fingerprint=fingerprint(empty.answers_id, arriving.text),
    )


def with_counts(comment: Comment, replies: Counter[int]) -> Comment:
    if comment.is_reply:
        return comment
    below = replies[comment.id]
    return msgspec.structs.replace(comment, replies=below, listed=has_place(comment, below))


def count_admitted(db: Connection, story: Story, admitted: Sequence[Comment], replies: Counter[int]) -> None:
    """Brings roots that were here before, and the story, into line; what is not public moves nothing."""
    places = sum(comment.listed for comment in admitted)
    roots = {comment.id for comment in admitted if not comment.is_reply}
    first_replies = {comment.root_id: comment for comment in reversed(admitted) if comment.is_reply}
    for root_id, number in replies.items():
        if root_id not in roots:
            places += count_root(db, story, first_replies[root_id], number)
    published = sum(comment.is_published for comment in admitted)
    if published:
        save_story_change(db, story, comments=story.comments + published, roots=story.roots + places)


def decision_of(comment: Comment, arriving: ArrivingComment) -> Decision:
    return first_decision(comment, "import", (arriving.reason,) if arriving.reason else ())


def arrival_row(story: Story, source: str, kind: str, foreign_id: str, id: int) -> dict[str, object]:
    return {
        "site_id": story.site_id,
        "source": source,
        "kind": kind,
        "foreign_id": foreign_id,
        "story_id": story.id,
        "id": id,
    }
