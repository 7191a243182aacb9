"""Grows the demo's discussion: the same readers say the same things at the same times, always.

Everything goes through the deeds that readers use, so that counters, history and ranks are real.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy import Connection

from piensas.actions.changing import Change, edit_comment, withdraw_comment
from piensas.actions.deciding import Ruling, decide_comment
from piensas.actions.posting import post_comment
from piensas.actions.voting import Vote, vote
from piensas.cli.opening import find_settings, open_database
from piensas.model.comment import Comment
from piensas.model.draft import Draft
from piensas.model.moment import Clock, Moment, first_id_at
from piensas.model.reader import Viewer
from piensas.model.site import Site
from piensas.model.story import Discussion, Story
from piensas.store.comments import find_comment_of_draft
from piensas.store.database import Database
from piensas.store.sessions import find_session
from piensas.store.stories import find_story_by_key, find_story_to_change, save_story_change
from piensas.web.folder import publish_folder

HERE = Path(__file__).parent
MINUTE = 60_000


class Voice(msgspec.Struct):
    """One line of comments.jsonl."""

    story: str
    n: int
    parent: int | None
    name: str
    language: str
    minutes: float
    text: str
    ups: int
    downs: int
    website: str = ""
    edited: bool = False
    status: Literal["published", "held", "rejected", "withdrawn"] = "published"

    @property
    def draft_id(self) -> str:
        return f"demo-{self.story}-{self.n}"


class Garden:
    """The demo's database, and the readers who meet in it."""

    def __init__(self, db: Database, site: Site) -> None:
        self.db = db
        calm = msgspec.structs.replace(site.rules, seconds_between_comments=0, hold_links=0)
        self.site = msgspec.structs.replace(site, rules=calm)

    def grow(self, voices: list[Voice]) -> int:
        """Says what has not been said yet; returns how many comments that were."""
        stories = {key: self._story(key) for key in sorted({voice.story for voice in voices})}
        for story in stories.values():
            self.db.do(partial(set_discussion, story=story, discussion="open"))
        fresh = [voice for voice in voices if self.db.do(partial(self._say, stories=stories, voice=voice))]
        for voice in fresh:
            self.db.do(partial(self._follow_up, story=stories[voice.story], voice=voice))
        for story in stories.values():
            self.db.do(partial(set_discussion, story=story, discussion=story.discussion))
        return len(fresh)

    def _story(self, key: str) -> Story:
        story = self.db.ask(find_story_by_key, self.site.id, key)
        assert story is not None, key
        return story

    def _say(self, db: Connection, stories: dict[str, Story], voice: Voice) -> bool:
        story = stories[voice.story]
        if self._find(db, story, voice.draft_id):
            return False
        moment = moment_of(story, voice)
        draft = self._draft(db, story, voice)
        comment = post_comment(db, self._viewer(db, voice.name), story.id, draft, moment).comment
        for number in range(voice.ups + voice.downs):
            value = 1 if number < voice.ups else -1
            wanted = Vote(comment.story_id, comment.id, value)
            vote(db, self._viewer(db, f"voter {number}"), wanted, Moment(moment.id + 1_000 + number))
        return True

    def _follow_up(self, db: Connection, story: Story, voice: Voice) -> None:
        """What happened to a comment within five minutes: its author or the desk had second thoughts."""
        comment = self._find(db, story, voice.draft_id)
        assert comment is not None
        viewer = self._viewer(db, voice.name)
        later = Moment(comment.id + first_id_at(5 * MINUTE))
        if voice.edited:
            edit_comment(db, viewer, Change(story.id, comment.id, voice.text), later)
        if voice.status == "withdrawn":
            withdraw_comment(db, viewer, Change(story.id, comment.id), later)
        elif voice.status in ("held", "rejected"):
            decide_comment(db, self.site.id, Ruling(comment.id, voice.status, "demo", "links"), later)

    def _find(self, db: Connection, story: Story, draft: str) -> Comment | None:
        return find_comment_of_draft(db, self.site.id, story.id, draft)

    def _draft(self, db: Connection, story: Story, voice: Voice) -> Draft:
        parent = self._find(db, story, f"demo-{voice.story}-{voice.parent}")
        return Draft(
            text=f"{voice.text} …" if voice.edited else voice.text,
            name=voice.name,
            email=f"{hashlib.sha256(voice.name.encode()).hexdigest()[:12]}@example.org",
            website=voice.website,
            parent_id=parent.id if parent else None,
            id=voice.draft_id,
            language=voice.language,
        )

    def _viewer(self, db: Connection, name: str) -> Viewer:
        session = hashlib.sha256(f"demo {name}".encode()).digest()
        found = find_session(db, self.site.id, session)
        return Viewer(self.site, session, found[1] if found else None)


def moment_of(story: Story, voice: Voice) -> Moment:
    return Moment(first_id_at(story.published_at + int(voice.minutes * MINUTE)) + voice.n)


def set_discussion(db: Connection, story: Story, discussion: Discussion) -> None:
    found = find_story_to_change(db, story.site_id, story.id)
    assert found is not None
    save_story_change(db, found, discussion=discussion)


def main() -> None:
    settings = find_settings(HERE / "piensas.toml")
    lines = (HERE / "comments.jsonl").read_text("utf-8").splitlines()
    voices = [msgspec.convert(json.loads(line), Voice) for line in lines if line.strip()]
    with open_database(settings) as db:
        publish_folder(db, settings.site, Path(settings.stories.folder), Clock())
        grown = Garden(db, settings.site).grow(voices)
    print(f"The discussion has grown by {grown} comments." if grown else "The discussion is there.")


if __name__ == "__main__":
    main()
