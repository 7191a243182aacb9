"""An editor publishes an edition of a story, or takes it back."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import Connection

from piensas.actions.pacing import SECOND, require_pause
from piensas.model.job import Job
from piensas.model.moment import Moment
from piensas.model.reader import Viewer
from piensas.model.refusals import NotFound, TooFast
from piensas.model.site import Site
from piensas.model.story import READ, Discussion, Edition, Manuscript, Stage, Story
from piensas.store.jobs import count_jobs, save_job
from piensas.store.stories import (
    find_story_by_address,
    find_story_by_key,
    find_story_to_change,
    is_slug_taken,
    list_editions,
    save_address,
    save_edition,
    save_story,
    save_story_change,
)

MOST_UNREAD = 1_000
"""Pages that were visited as the first and have not been asked for their titles; no more until some have."""
VISIT_PAUSE = SECOND
"""Milliseconds between two pages that one network address visits as the first."""

Outcome = Literal["new", "changed", "same"]


class SlugTaken(Exception):
    """Another story has this address. `reason` says why it does not give way, where that was asked for."""

    def __init__(self, address: str, reason: str = "") -> None:
        super().__init__(address)
        self.reason = reason


def publish_edition(
    db: Connection, site: Site, manuscript: Manuscript, moment: Moment
) -> tuple[Story, Outcome]:
    """The story, and whether the edition is new, changed or was there already as it stands."""
    story = find_story_by_key(db, site.id, manuscript.key)
    if story is None:
        story = new_story(site, manuscript, moment)
        save_story(db, story)
    else:
        story = find_story_to_change(db, site.id, story.id) or story

    edition = edition_of(story, manuscript, moment.now)
    earlier = next((e for e in list_editions(db, site.id, story.id) if e.language == edition.language), None)
    discussion = manuscript.discussion or story.discussion
    if earlier == edition and discussion == story.discussion:
        return story, "same"
    if is_slug_taken(db, edition):
        raise SlugTaken(edition.address)

    save_edition(db, edition)
    for address in {edition.address, *manuscript.addresses}:
        save_address(db, edition, address)
    published_at = min(story.published_at, edition.published_at)
    story = save_story_change(db, story, discussion=discussion, published_at=published_at)
    if edition.stage == "embargoed":
        what = f"{story.id} {edition.language}"
        due = edition.published_at
        save_job(db, Job(site_id=site.id, id=moment.id, kind="release", what=what, due_at=due))
    return story, "changed" if earlier else "new"


def publish_visited(db: Connection, viewer: Viewer, manuscript: Manuscript, moment: Moment) -> None:
    """The story of another site's page that somebody visits for the first time. What an editor has taken off
    stays off, nobody makes many in a moment, and no page is taken from the story that it has."""
    site = viewer.site
    story = find_story_by_key(db, site.id, manuscript.key)
    editions = list_editions(db, site.id, story.id) if story else []
    if any(edition.language == manuscript.language for edition in editions):
        raise NotFound
    keys = [f"visit:{viewer.sender}"] if viewer.sender else []
    require_pause(db, viewer, keys, VISIT_PAUSE, moment)
    if count_jobs(db, site.id, "page", MOST_UNREAD) >= MOST_UNREAD:
        raise TooFast(retry_after=60)
    free = [each for each in manuscript.addresses if find_story_by_address(db, site.id, each) is None]
    manuscript = msgspec.structs.replace(manuscript, addresses=tuple(free))
    made, _ = publish_edition(db, site, manuscript, moment)
    what = f"{made.id} {manuscript.language}"
    save_job(db, Job(site_id=site.id, id=moment.id, kind="page", what=what, due_at=moment.now))


def confirm_title(db: Connection, story: Story, language: str, title: str) -> None:
    """What the page elsewhere is called by itself, in place of what its first visitor said."""
    current = find_story_to_change(db, story.site_id, story.id)
    for edition in list_editions(db, story.site_id, story.id):
        if current and edition.page and edition.language == language:
            save_edition(db, msgspec.structs.replace(edition, title=title, fingerprint=READ))
            save_story_change(db, current)


def release_edition(
    db: Connection, site_id: int, story_id: int, language: str, moment: Moment
) -> Edition | None:
    """The edition whose time has come, which from now on everybody may read; None where it is not to be, or
    not yet: its editor has changed their mind."""
    story = find_story_to_change(db, site_id, story_id)
    for edition in list_editions(db, site_id, story_id) if story else ():
        is_due = edition.stage == "embargoed" and edition.published_at <= moment.now
        if story and edition.language == language and is_due:
            released = msgspec.structs.replace(edition, stage="published")
            save_edition(db, released)
            save_story_change(db, story)
            return released
    return None


def retire_edition(db: Connection, site: Site, key: str, language: str) -> None:
    """Takes an edition off the site. Its discussion is kept, and comes back with it."""
    story = find_story_by_key(db, site.id, key)
    if story is None:
        return
    for edition in list_editions(db, site.id, story.id):
        if edition.language == language:
            save_edition(db, msgspec.structs.replace(edition, stage="retired"))
            save_story_change(db, story)


def new_story(site: Site, manuscript: Manuscript, moment: Moment) -> Story:
    opened: Discussion = "open" if site.rules.open_for_new_stories else "closed"
    return Story(
        site_id=site.id,
        id=moment.id,
        key=manuscript.key,
        discussion=manuscript.discussion or opened,
        published_at=manuscript.published_at,
        revision=1,
        comments=0,
        roots=0,
    )


def stage_of(manuscript: Manuscript, now: int) -> Stage:
    if manuscript.is_draft:
        return "draft"
    return "embargoed" if manuscript.published_at > now else "published"


def edition_of(story: Story, manuscript: Manuscript, now: int) -> Edition:
    return Edition(
        site_id=story.site_id,
        story_id=story.id,
        language=manuscript.language,
        slug=manuscript.slug,
        title=manuscript.title,
        summary=manuscript.summary,
        html=manuscript.html,
        authors=manuscript.authors,
        sources=manuscript.sources,
        picture=manuscript.picture,
        picture_alt=manuscript.picture_alt,
        picture_caption=manuscript.picture_caption,
        published_at=manuscript.published_at,
        updated_at=manuscript.updated_at,
        fingerprint=manuscript.fingerprint,
        page=manuscript.page,
        origin=manuscript.origin,
        stage=stage_of(manuscript, now),
    )
