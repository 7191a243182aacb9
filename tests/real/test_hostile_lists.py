"""Other people's lists of hostile strings, through every text field, on both databases.

The folder of the lists comes from PIENSAS_REAL_DATA. Every string takes the deeds' own door and is
read on the pages that the site serves; every eightieth is sent over HTTP too, as a form and as JSON.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Connection

from piensas.actions.changing import Change, edit_comment
from piensas.actions.posting import post_comment
from piensas.actions.publishing import publish_edition
from piensas.markup.comment import render_html
from piensas.model.comment import Comment
from piensas.model.draft import Draft
from piensas.model.mailbox import mailbox_of
from piensas.model.moment import Clock, Moment
from piensas.model.reader import Viewer
from piensas.model.story import Manuscript
from piensas.model.website import read_website
from piensas.model.wording import is_blank, tidy_line, tidy_text
from piensas.store.checks import list_miscounts
from piensas.store.readers import find_reader
from piensas.transfer.folder import read_manuscript
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom
from tests.oracle import (
    names_by_comment,
    require_safe_feed,
    require_safe_html,
    require_safe_page,
    require_safe_thread,
    text_of,
)
from tests.some import some

FOLDER = Path(os.environ.get("PIENSAS_REAL_DATA", ""))
BATCH = 100
EVERY = 80


@pytest.fixture
def wide(open_site: OpenNewsroom) -> Newsroom:
    """A newsroom with large pages that holds nothing back."""
    return open_site(page_size=200, hold_links=0)


@cache
def list_payloads() -> tuple[str, ...]:
    """Each string of the lists once, without those in which there is nothing to see."""
    files = sorted((FOLDER / "xss-payloadbox").rglob("*.txt"))
    lines = [
        line
        for file in files
        if file.name != "PROVENANCE.txt"
        for line in file.read_text("utf-8", errors="replace").split("\n")
    ]
    naughty = json.loads((FOLDER / "blns/blns.json").read_text("utf-8"))
    nothing = {"-"}  # a list of nothing
    seen = (each for each in (*lines, *naughty) if not is_blank(tidy_text(each)) and each not in nothing)
    payloads = tuple(dict.fromkeys(seen))
    assert len(payloads) > 7_000, f"PIENSAS_REAL_DATA={FOLDER} has not the lists that it should have"
    return payloads


def test_every_string_is_safe_in_the_text_and_the_details_of_a_comment(wide: Newsroom) -> None:
    payloads = list_payloads()
    posted = in_batches(wide, payloads, post_payload)
    edited = in_batches(wide, list(zip(posted, payloads[1:], strict=False)), edit_into)

    assert [comment.html for comment in edited] == [comment.html for comment in posted[1:]]
    for payload, comment in some(zip(payloads, posted, strict=True)):
        require_safe_html(comment.html)
        require_safe_html(render_html(tidy_text(payload)))
        assert comment.text == tidy_text(payload)
    names = {str(comment.id): comment.name for comment in posted}
    assert read_names(wide) == names
    assert wide.db.ask(list_miscounts, wide.site.id) == []


def in_batches(newsroom: Newsroom, items: Sequence[Any], deed: Callable[..., Comment]) -> list[Comment]:
    """What became of each item: `deed` is carried out a hundred times to a transaction."""
    clock = Clock(newsroom.hands)
    batches = (range(start, min(start + BATCH, len(items))) for start in range(0, len(items), BATCH))
    return [
        comment
        for batch in batches
        for comment in newsroom.db.do(
            lambda db, batch=batch: [deed(db, newsroom, items[n], clock()) for n in batch]
        )
    ]


def post_payload(db: Connection, newsroom: Newsroom, payload: str, moment: Moment) -> Comment:
    line = tidy_line(payload)
    draft = Draft(
        text=payload,
        name="Somebody" if is_blank(tidy_line(payload[:245])) else payload[:245],
        email=line if mailbox_of(line) else f"{moment.id}@example.org",
        website=payload if len(read_website(line) or line) <= 200 and read_website(line) else "",
        id=f"draft-{moment.id}",
    )
    viewer = Viewer(newsroom.site, moment.id.to_bytes(32, "big"))
    return post_comment(db, viewer, int(newsroom.story_id), draft, moment).comment


def edit_into(db: Connection, newsroom: Newsroom, change: tuple[Comment, str], moment: Moment) -> Comment:
    comment, text = change
    reader = find_reader(db, comment.site_id, comment.reader_id or 0)
    viewer = Viewer(newsroom.site, b"", reader)
    return edit_comment(db, viewer, Change(comment.story_id, comment.id, text), moment)


def read_names(newsroom: Newsroom) -> dict[str, str]:
    """The author of every comment, from all pages of the discussion, each looked at as a whole."""
    reader, path, names = newsroom.person(), newsroom.story, {}
    while path:
        page = reader.read(path)
        names |= names_by_comment(require_safe_page(page))
        following = re.search(r'<a href="([^"#]*)[^"]*" rel="next">', page)
        path = following[1] if following else ""
    return names


def test_every_string_is_safe_as_the_title_and_summary_of_a_story(wide: Newsroom, tmp_path: Path) -> None:
    manuscripts = [write_manuscript(tmp_path, n, payload) for n, payload in enumerate(list_payloads())]
    in_batches(wide, manuscripts, publish)

    reader, path, titles = wide.person(), "/", set()
    while path:
        page = reader.read(path)
        titles |= set(text_of(require_safe_page(page), "a", dir="auto"))
        following = re.search(r'<a href="([^"]*)" rel="next">', page)
        path = following[1] if following else ""
    assert {manuscript.title for manuscript in manuscripts} <= titles
    for manuscript in some(manuscripts[::EVERY]):
        tree = require_safe_page(reader.read(f"/en/{manuscript.slug}"))
        assert text_of(tree, "h1", dir="auto") == [manuscript.title]
    require_safe_feed(reader.get("/en/feed.atom").content)


def write_manuscript(folder: Path, number: int, payload: str) -> Manuscript:
    """A story as its editor would have written it, with the string in every field."""
    matter = {"title": payload[:500], "published": "2026-09-21T08:00:00Z", "summary": payload[:2_000]}
    matter |= {"authors": payload, "sources": payload}
    file = folder / f"story-{number}.en.md"
    file.write_text(f"---\n{yaml.safe_dump(matter)}---\n{payload}\n", "utf-8", errors="replace")
    return read_manuscript(file, ("en", "es"))


def publish(db: Connection, newsroom: Newsroom, manuscript: Manuscript, moment: Moment) -> str:
    return publish_edition(db, newsroom.site, manuscript, moment)[1]


def test_a_sample_of_the_strings_is_safe_over_http(wide: Newsroom) -> None:
    for number, payload in some(enumerate(list_payloads()[::EVERY])):
        reader = wide.person()
        posted = reader.post(payload, name=f"N{payload[:200]}", email=f"{number}@example.org")
        assert posted.status_code == 201, payload
        comment = posted.json()["comment"]
        require_safe_html(comment["html"])
        assert comment["name"] == tidy_line(f"N{payload[:200]}")
        require_safe_page(f"<!doctype html>{posted.json()['piece']}")
        for page in ("", "/edit", "/reply"):
            require_safe_page(reader.read(f"{wide.story}/comments/{comment['id']}{page}"))

        refused = wide.person().post_form("", name=payload, email=payload, website=payload)
        assert refused.status_code == 422, payload
        require_safe_page(refused.text)
        reader.change(comment["id"], "withdrawal")
        sent = wide.person().post_form(payload, name=f"F{payload[:200]}", email=f"{number}@example.com")
        assert sent.status_code == 303, payload
    require_safe_page(wide.person().read())
    require_safe_thread(wide.person().thread()["comments"])
    require_safe_feed(wide.person().get(f"{wide.story}/feed.atom").content)
