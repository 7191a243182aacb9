"""A page elsewhere says that it links to a story: queued, looked at, decided about."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection

from piensas.actions.pacing import SECOND, require_pause
from piensas.model.elsewhere import tidy_title
from piensas.model.job import Job
from piensas.model.mention import Mention, MentionStatus, read_source, read_target
from piensas.model.moment import Moment
from piensas.model.reader import Viewer
from piensas.model.refusals import Malformed, NotFound, TooFast
from piensas.model.site import Site
from piensas.model.story import Story
from piensas.store.jobs import has_job, save_job
from piensas.store.mentions import (
    count_open_mentions,
    erase_mention,
    find_mention,
    find_mention_by_id,
    save_mention,
    save_mention_change,
)
from piensas.store.stories import (
    find_edition_by_address,
    find_story,
    find_story_to_change,
    save_story_change,
)

PAUSE = SECOND
MOST_OPEN = 1_000
"""Mentions that have not been looked at or decided about yet; more are turned away until some have been."""


class Claim(msgspec.Struct, frozen=True):
    """That the page `source` links to `target`."""

    source: str
    target: str


class Seen(msgspec.Struct, frozen=True):
    """What a page elsewhere is called, and the address of ours that it links to."""

    title: str
    target: str


def claim_mention(db: Connection, viewer: Viewer, claim: Claim, moment: Moment) -> None:
    """Queues a look at the page: one that is known already may have changed, or be gone."""
    site = viewer.site
    path, source = read_target(claim.target, site), read_source(claim.source, claim.target)
    edition = find_edition_by_address(db, site.id, (path,))
    story = find_story(db, site.id, edition.story_id) if edition and edition.live else None
    if story is None or story.discussion == "off" or site.rules.mentions == "off":
        raise Malformed("target takes no mentions")
    known = find_mention(db, site.id, story.id, source)
    if known and has_job(db, site.id, "mention", f"{known.id} {path}"):
        return
    require_room(db, viewer, source, moment)
    if known is None:
        target = f"{site.address}{path}"
        known = Mention(site_id=site.id, story_id=story.id, source=source, id=moment.id, target=target)
        save_mention(db, known)
    what = f"{known.id} {path}"
    save_job(db, Job(site_id=site.id, id=moment.id, kind="mention", what=what, due_at=moment.now))


def require_room(db: Connection, viewer: Viewer, source: str, moment: Moment) -> None:
    """Nobody sends us to many pages in a moment, or to many of one site."""
    senders = [f"mention:{viewer.sender}"] if viewer.sender else []
    host = hashlib.sha256((urlsplit(source).hostname or "").encode()).hexdigest()[:40]
    require_pause(db, viewer, [*senders, f"mention-of:{host}"], PAUSE, moment)
    if count_open_mentions(db, viewer.site.id) >= MOST_OPEN:
        raise TooFast(retry_after=60)


def confirm_mention(db: Connection, site: Site, mention: Mention, seen: Seen | None) -> None:
    """Keeps what was seen; forgets a mention whose page links to nothing of ours, unless it was rejected."""
    found = lock_mention(db, site.id, mention.id)
    if found is None:
        return
    current, story = found
    if seen is None:
        if current.status != "rejected":
            forget_mention(db, current, story)
        return
    first: MentionStatus = "published" if site.rules.mentions == "published" else "held"
    title = tidy_title(seen.title, current.source)
    known = save_mention_change(db, current, title=title, target=seen.target)
    change_status(db, known, story, first if current.status == "waiting" else current.status)


def decide_mention(db: Connection, site_id: int, mention_id: int, status: MentionStatus) -> Mention:
    found = lock_mention(db, site_id, mention_id)
    if found is None or found[0].status == "waiting":
        raise NotFound
    return change_status(db, *found, status)


def lock_mention(db: Connection, site_id: int, mention_id: int) -> tuple[Mention, Story] | None:
    """The mention as it is once nobody else changes its story."""
    found = find_mention_by_id(db, site_id, mention_id)
    story = find_story_to_change(db, site_id, found.story_id) if found else None
    current = find_mention_by_id(db, site_id, mention_id)
    return (current, story) if current and story else None


def change_status(db: Connection, mention: Mention, story: Story, status: MentionStatus) -> Mention:
    changed = save_mention_change(db, mention, status=status)
    count_shown(db, story, mention.status == "published", status == "published")
    return changed


def forget_mention(db: Connection, mention: Mention, story: Story) -> None:
    erase_mention(db, mention)
    count_shown(db, story, mention.status == "published", False)


def count_shown(db: Connection, story: Story, before: bool, after: bool) -> None:
    """The story's readers see what is published, and only that."""
    if before or after:
        save_story_change(db, story, mentions=story.mentions + after - before)
