"""A page elsewhere says that it links to a story: queued, looked at, decided about."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.actions.posting import SECOND, require_pause
from piensas.model.job import Job
from piensas.model.mention import Mention, MentionStatus, read_source, read_target, tidy_title
from piensas.model.moment import Moment
from piensas.model.reader import Viewer
from piensas.model.refusals import Malformed, NotFound, TooFast
from piensas.model.site import Site
from piensas.store.jobs import save_job
from piensas.store.mentions import (
    count_waiting_mentions,
    erase_mention,
    find_mention,
    find_mention_by_id,
    save_mention,
    save_mention_change,
)
from piensas.store.stories import find_story, find_story_by_address, find_story_to_change, save_story_change

PAUSE = SECOND
MOST_WAITING = 1_000
"""Mentions that have not been looked at yet; more are turned away until some have been."""


class Claim(msgspec.Struct, frozen=True):
    """That the page `source` links to `target`."""

    source: str
    target: str


def claim_mention(db: Connection, viewer: Viewer, claim: Claim, moment: Moment) -> None:
    """Queues a look at the page: one that is known already may have changed, or be gone."""
    site = viewer.site
    path, source = read_target(claim.target, site), read_source(claim.source, claim.target)
    story_id = find_story_by_address(db, site.id, path)
    story = find_story(db, site.id, story_id) if story_id else None
    if story is None or story.discussion == "off" or site.rules.mentions == "off":
        raise Malformed("target takes no mentions")
    require_pause(db, viewer, [f"mention:{viewer.sender}"] if viewer.sender else [], PAUSE, moment)
    if count_waiting_mentions(db, site.id) >= MOST_WAITING:
        raise TooFast(retry_after=60)
    known = find_mention(db, site.id, story.id, source)
    if known is None:
        known = Mention(site_id=site.id, story_id=story.id, source=source, id=moment.id, target=claim.target)
        save_mention(db, known)
    elif known.status != "waiting":
        save_mention_change(db, known, target=claim.target)
    else:
        return
    what = str(known.id)
    save_job(db, Job(site_id=site.id, id=moment.id, kind="mention", what=what, due_at=moment.now))


def confirm_mention(db: Connection, site: Site, mention_id: int, title: str | None) -> None:
    """What was found: the page's title, or None where it does not link to the story or is not there."""
    mention = find_mention_by_id(db, site.id, mention_id)
    if mention is None:
        return
    if title is None:
        change_status(db, mention, None)
        return
    known = save_mention_change(db, mention, title=tidy_title(title, mention.source))
    first: MentionStatus = "published" if site.rules.mentions == "published" else "held"
    change_status(db, known, first if mention.status == "waiting" else mention.status)


def decide_mention(db: Connection, site_id: int, mention_id: int, status: MentionStatus) -> Mention:
    mention = find_mention_by_id(db, site_id, mention_id)
    if mention is None or mention.status == "waiting":
        raise NotFound
    return change_status(db, mention, status)


def change_status(db: Connection, mention: Mention, status: MentionStatus | None) -> Mention:
    """The mention as it stands from now on, None for not at all; readers see what is published."""
    before = mention.status
    story = find_story_to_change(db, mention.site_id, mention.story_id)
    if status is None:
        erase_mention(db, mention)
    else:
        mention = save_mention_change(db, mention, status=status)
    if story and "published" in (before, status):
        shown = (status == "published") - (before == "published")
        save_story_change(db, story, mentions=story.mentions + shown)
    return mention
