"""Stories move: their files and pages get other names, and their discussions come along."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from piensas.actions.publishing import SlugTaken
from piensas.model.refusals import NotFound
from piensas.model.site import Site
from piensas.model.story import Edition, Story
from piensas.store.comments import has_comments
from piensas.store.stories import (
    erase_edition,
    erase_story,
    find_edition_by_address,
    find_story_by_address,
    find_story_by_key,
    find_story_to_change,
    list_editions,
    save_address,
    save_addresses_in,
    save_addresses_of,
    save_edition,
    save_story_change,
)


def rename_story(db: Connection, site_id: int, key: str, name: str) -> None:
    """The story is from now on tied together by another name."""
    found = find_story_by_key(db, site_id, key)
    story = find_story_to_change(db, site_id, found.id) if found else None
    if story:
        save_story_change(db, story, key=name)


def change_language(db: Connection, site_id: int, key: str, was: str, language: str) -> None:
    """What a story was known by in one language, it is from now on known by in another."""
    story = find_story_by_key(db, site_id, key)
    if story:
        save_addresses_in(db, story, was, language)


def add_alias(db: Connection, site: Site, known_as: Sequence[str], will_be: Sequence[str]) -> Edition:
    """The edition that is known by one of some addresses is from now on known by others, too: a page moved.

    A story without comments gives way: one that somebody's first visit to the new address has made is taken
    off, and one of ours is joined, so that its text stands above the discussion that has come along.
    """
    edition = find_edition_by_address(db, site.id, known_as)
    story = find_story_to_change(db, site.id, edition.story_id) if edition else None
    if edition is None or story is None:
        raise NotFound
    for address in will_be:
        taken_by = find_story_by_address(db, site.id, address)
        other = find_story_to_change(db, site.id, taken_by) if taken_by else None
        if other and other.id != story.id:
            story, edition = give_way(db, other, address, story, edition)
        save_address(db, edition, address)
    if edition.page:
        edition = msgspec.structs.replace(edition, page=will_be[-1])
        save_edition(db, edition)
    save_story_change(db, story)
    return edition


def give_way(
    db: Connection, other: Story, address: str, story: Story, edition: Edition
) -> tuple[Story, Edition]:
    """The story and the edition as they are once the other has given way to them."""
    if has_comments(db, other.site_id, other.id):
        raise SlugTaken(address, "has comments of its own")
    editions = list_editions(db, other.site_id, other.id)
    if all(each.page for each in editions):
        for empty in editions:
            save_edition(db, msgspec.structs.replace(empty, stage="retired"))
        save_story_change(db, other)
        return story, edition
    if edition.page:
        raise SlugTaken(address, "is a story of ours, which no page elsewhere takes over")
    if any(each.origin == "import" for each in editions):
        raise SlugTaken(address, "came in by an import, which would bring it again")
    return join_story(db, other, story, edition)


def join_story(db: Connection, other: Story, story: Story, edition: Edition) -> tuple[Story, Edition]:
    """What the other has published stands above the story's discussion, and its files lead here."""
    joined = edition
    for each in list_editions(db, other.site_id, other.id):
        own = msgspec.structs.replace(each, story_id=story.id)
        erase_edition(db, each)
        save_edition(db, own)
        joined = own if own.language == edition.language else joined
    save_addresses_of(db, other, story)
    erase_story(db, other)
    return save_story_change(db, story, key=other.key), joined
