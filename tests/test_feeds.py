"""Feeds are what their standards ask for, and what stands in them is the same for ever."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from piensas.model.moment import Clock
from piensas.web.folder import publish_folder
from tests.newsroom import Newsroom
from tests.some import some

ATOM = "{http://www.w3.org/2005/Atom}"
URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
BARE = """---
title: Nothing but words
slug: bare
published: 2026-09-20T09:00:00Z
authors: [Reporter]
---

## A heading

The *first* paragraph & its words.

The second one.
"""


@pytest.fixture
def talked(newsroom: Newsroom) -> Newsroom:
    """With a comment by nobody in particular, and a story that says nothing of itself."""
    folder = Path(newsroom.settings.stories.folder)
    (folder / "bare.en.md").write_text(BARE)
    publish(newsroom)
    newsroom.person().comment("By *Ana*.", name="Ana")
    return newsroom


def publish(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    publish_folder(newsroom.db, newsroom.settings.site, folder, Clock(newsroom.hands))


def text(parent: ET.Element, name: str) -> str:
    found = parent.findtext(f"{ATOM}{name}")
    assert (found or "").strip(), f"<{name}> is missing or empty"
    return found or ""


def require_atom(newsroom: Newsroom, path: str) -> list[str]:
    """As RFC 4287 wants it (4.1.1, 4.1.2, 4.2.6); the ids of its entries."""
    answer = newsroom.person().get(f"{path}/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert URN.fullmatch(text(feed, "id"))
    assert text(feed, "title")
    assert (
        text(feed.find(f"{ATOM}author") or feed[0], "name")
        if False
        else feed.find(f"{ATOM}author/{ATOM}name") is not None
    )
    links = {link.get("rel"): link.get("href", "") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{newsroom.address}{path}/feed.atom"
    assert links["alternate"].startswith(newsroom.address)
    for each in (feed, *feed.findall(f"{ATOM}entry")):
        assert datetime.fromisoformat(text(each, "updated")).tzinfo
    ids = []
    for entry in some(feed.findall(f"{ATOM}entry")):
        ids.append(text(entry, "id"))
        assert URN.fullmatch(ids[-1])
        assert text(entry, "title")
        assert entry.findtext(f"{ATOM}summary") or entry.findtext(f"{ATOM}content")
        for author in entry.findall(f"{ATOM}author"):  # may be none: the feed has one
            assert text(author, "name")
        assert [link.get("rel") for link in entry.findall(f"{ATOM}link")] == ["alternate"]
    assert len(set(ids)) == len(ids)
    assert text(feed, "id") not in ids
    return ids


def require_json(newsroom: Newsroom, path: str) -> list[str]:
    """As jsonfeed.org, 1.1, wants it."""
    answer = newsroom.person().get(f"{path}/feed.json")
    assert answer.headers["content-type"].startswith("application/feed+json")
    feed: dict[str, Any] = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{newsroom.address}{path}/feed.json"
    for item in some(feed["items"]):
        assert item["id"]
        assert item.get("content_html") or item.get("content_text")
        assert all(author["name"] for author in some(item["authors"]))
        assert item["url"].startswith(newsroom.address)
        assert datetime.fromisoformat(item["date_published"]) <= datetime.fromisoformat(item["date_modified"])
    return [item["id"] for item in feed["items"]]


@pytest.mark.parametrize("path", ["/en", "/es", "/en/flight", "/es/vuelo", "/en/authors/Reporter"])
def test_every_feed_is_valid_and_says_the_same_in_both_forms(talked: Newsroom, path: str) -> None:
    assert require_atom(talked, path) == require_json(talked, path)


def test_what_has_no_summary_says_how_it_begins(talked: Newsroom) -> None:
    items = {item["title"]: item for item in talked.person().get("/en/feed.json").json()["items"]}
    assert items["Nothing but words"]["content_text"] == "A heading\nThe first paragraph & its words."


def test_a_comment_without_a_name_is_a_guests(open_site: Any) -> None:
    newsroom = open_site(require_name_and_email=False)
    newsroom.person().post("By nobody.", name="", email="")
    (item,) = newsroom.person().get("/en/flight/feed.json").json()["items"]
    assert (item["authors"], item["title"]) == ([{"name": "Guest"}], "Comment by Guest")
    (item,) = newsroom.person().get("/es/vuelo/feed.json").json()["items"]
    assert item["authors"] == [{"name": "Invitado"}]
    require_atom(newsroom, "/en/flight")


def test_an_address_that_changes_makes_nothing_new(talked: Newsroom) -> None:
    before = {path: require_atom(talked, path) for path in ("/en", "/en/flight")}
    folder = Path(talked.settings.stories.folder)
    story = (folder / "flight.en.md").read_text()
    assert "slug: flight\n" in story
    (folder / "flight.en.md").write_text(story.replace("slug: flight\n", "slug: another-flight\n"))
    publish(talked)
    assert require_atom(talked, "/en") == before["/en"]
    assert require_atom(talked, "/en/another-flight") == before["/en/flight"]
