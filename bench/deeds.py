"""Posts through the deed itself, without HTTP: `python -m bench.deeds SETTINGS SIZE WRITERS SECONDS`.

Each writer is a thread that waits until its comment is on disk before it posts the next one.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import msgspec

from bench.guests import invent
from bench.load import Sample
from bench.seed import key_of
from piensas.actions.posting import post_comment
from piensas.cli.opening import find_settings, open_database
from piensas.model.moment import Clock
from piensas.model.reader import Viewer
from piensas.model.site import Site
from piensas.model.story import Story
from piensas.model.thread import Walk
from piensas.store.database import Database
from piensas.store.stories import find_story_by_key
from piensas.store.threads import read_thread


class Crowd:
    """Readers who all post under one story."""

    def __init__(self, db: Database, site: Site, story: Story) -> None:
        self.db = db
        self.site = site
        self.story = story
        self.clock = Clock()
        self.numbers: Iterator[int] = count()
        walk = Walk(site.rules.order, site.rules.page_size, site.rules.replies_shown)
        self.answerable = [str(node.comment.id) for node in db.ask(read_thread, story, walk).nodes]

    def post_until(self, end: float) -> int:
        """How many comments one writer has posted when the time is over."""
        posted = 0
        while time.monotonic() < end:
            self._post(next(self.numbers))
            posted += 1
        return posted

    def _post(self, number: int) -> None:
        draft = invent(number, self.answerable).as_draft(self.site.languages)
        viewer = Viewer(self.site, hashlib.sha256(str(number).encode()).digest())
        posted = self.db.do(
            lambda db: post_comment(db, viewer, self.story.id, draft, self.clock()), self.story.id
        )
        assert posted.comment.is_published, posted.comment.status


def main(file: str, size: str, writers: str, seconds: str) -> None:
    settings = find_settings(Path(file))
    with open_database(settings) as db, ThreadPoolExecutor(int(writers)) as threads:
        story = db.ask(find_story_by_key, settings.site.id, key_of(int(size)))
        assert story is not None
        crowd = Crowd(db, settings.site, story)
        began, used = time.monotonic(), time.process_time()
        posted = sum(threads.map(crowd.post_until, [began + int(seconds)] * int(writers)))
        sample = Sample(posted, time.monotonic() - began, time.process_time() - used)
    print(msgspec.json.encode(sample).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
