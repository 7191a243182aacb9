"""A story that waits, for its time or for its editor, is nowhere; then it is everywhere at once."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from piensas.cli import main
from piensas.model.moment import Clock
from piensas.store.stories import list_waiting
from piensas.web.folder import publish_folder
from tests.newsroom import START, Newsroom, wait_until
from tests.test_embed import environment

SECRET = "zanahoria"
WAITING = """---
title: The {secret} story
slug: {secret}-slug
published: {time}
authors: [Author {secret}]
summary: Summary {secret}.
{more}---

Text {secret}.
"""
AT_TEN = "2026-09-21T18:00:00Z"
"""Some hours after every test begins."""


def write(newsroom: Newsroom, time: str = AT_TEN, more: str = "") -> None:
    folder = Path(newsroom.settings.stories.folder)
    (folder / "waiting.en.md").write_text(WAITING.format(secret=SECRET, time=time, more=more))
    assert publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands)) == []


def list_surfaces(newsroom: Newsroom) -> list[str]:
    """Every address that everybody may ask for, with and without what makes a page ready."""
    return [
        "/",
        "/en",
        f"/en/{SECRET}-slug",
        "/sitemap.xml",
        "/en/feed.atom",
        "/en/feed.json",
        f"/en/authors/Author%20{SECRET}/feed.atom",
        f"/en/{SECRET}-slug/feed.atom",
        "/api/v1/stories",
        f"/api/v1/stories?page=/en/{SECRET}-slug",
        "/wp-json/wp/v2/posts",
        "/embed/discussed",
        "/embed/newest",
        f"/oembed?url={newsroom.address}/en/{SECRET}-slug/comments/1",
    ]


def says(answer: httpx.Response) -> bool:
    """Of what was not asked for."""
    asked = str(answer.request.url)
    return SECRET in answer.text.replace(asked, "").replace(answer.request.url.path, "")


def shown_at(newsroom: Newsroom) -> list[str]:
    reader = newsroom.person()
    found = []
    for address in list_surfaces(newsroom):
        for _ in range(2):
            answer = reader.get(address)
        if answer.status_code == 200 and says(answer):
            found.append(address)
    return found


def test_a_story_of_tomorrow_is_nowhere_today_and_everywhere_at_its_time(newsroom: Newsroom) -> None:
    write(newsroom)
    assert shown_at(newsroom) == []
    newsroom.hands.turn(seconds=seconds_until_ten() - 1)
    newsroom.hands.turn(seconds=2)
    wait_until(lambda: newsroom.person().get(f"/en/{SECRET}-slug").status_code == 200)

    there = shown_at(newsroom)
    assert {"/", "/sitemap.xml", "/en/feed.atom", "/en/feed.json", "/api/v1/stories"} <= set(there)
    assert {"/wp-json/wp/v2/posts", f"/en/{SECRET}-slug", f"/en/{SECRET}-slug/feed.atom"} <= set(there)


def seconds_until_ten() -> float:
    return 1_790_013_600 - START


def test_nobody_writes_under_a_story_that_waits(newsroom: Newsroom) -> None:
    write(newsroom)
    story = str(newsroom.db.ask(list_waiting, 1)[0].story_id)
    reader = newsroom.person()
    fields = {"text": "First!", "name": "A", "email": "a@example.org"}

    assert reader.send_json(f"/stories/{story}/comments", fields).status_code == 404
    assert reader.send(f"/stories/{story}/comments", fields | {"language": "en"}).status_code == 404
    assert reader.send_json(f"/api/v1/stories/{story}/comments", {"text": "First!"}).status_code == 404
    assert reader.get(f"/api/v1/stories/{story}").status_code == 404
    assert reader.get(f"/stories/{story}/viewer").status_code == 404
    assert reader.get(f"/stories/{story}/events").status_code == 404
    newsroom.hands.turn(days=2)
    wait_until(lambda: reader.get(f"/en/{SECRET}-slug").status_code == 200)
    assert "First!" not in reader.read(f"/en/{SECRET}-slug")


def test_a_draft_waits_for_its_editor(newsroom: Newsroom) -> None:
    write(newsroom, "2026-09-20T08:00:00Z", "draft: true\n")
    newsroom.hands.turn(days=30)
    assert shown_at(newsroom) == []
    write(newsroom, "2026-09-20T08:00:00Z", "draft: false\n")

    assert f"/en/{SECRET}-slug" in shown_at(newsroom)


def test_a_time_that_is_changed_counts(newsroom: Newsroom) -> None:
    write(newsroom)
    write(newsroom, "2026-09-25T18:00:00Z")
    newsroom.hands.turn(days=2)
    wait_until(lambda: not is_promised(newsroom))
    assert shown_at(newsroom) == []
    newsroom.hands.turn(days=3)
    wait_until(lambda: newsroom.person().get(f"/en/{SECRET}-slug").status_code == 200)


def is_promised(newsroom: Newsroom) -> bool:
    """Something is due that was not done."""
    from piensas.store.jobs import has_due_job

    return newsroom.db.ask(has_due_job, 1, ("release",), Clock(newsroom.hands)().now)


def test_a_story_that_is_out_can_be_taken_back_until_later(newsroom: Newsroom) -> None:
    write(newsroom, "2026-09-20T08:00:00Z")
    assert f"/en/{SECRET}-slug" in shown_at(newsroom)
    write(newsroom)
    assert shown_at(newsroom) == []


@pytest.mark.parametrize("more", ["", "draft: true\n"])
def test_who_has_the_link_reads_what_waits(newsroom: Newsroom, more: str) -> None:
    write(newsroom, more=more)
    own = {
        "PIENSAS_SITE_ADDRESS": newsroom.address,
        "PIENSAS_SITE_LANGUAGES": "en, es",
        "PIENSAS_STORIES_FOLDER": newsroom.settings.stories.folder,
    }
    run = CliRunner(env=environment(newsroom) | own)
    said = run.invoke(main, ["publish"]).output
    address = next(word for word in said.split() if "/preview/" in word)
    answer = newsroom.person().get(address)

    assert answer.status_code == 200
    assert f"Text {SECRET}." in answer.text
    assert ("This is a draft." if more else "Not published yet") in answer.text
    assert 'name="robots" content="noindex' in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert 'id="respond"' not in answer.text
    guessed = address[:-1] + ("0" if address[-1] != "0" else "1")
    assert newsroom.person().get(guessed).status_code == 404
    for nonsense in ("/preview/x", "/preview/1.en.", f"/preview/{'1' * 40}.en.00"):
        assert newsroom.person().get(nonsense).status_code == 404

    write(newsroom, "2026-09-20T08:00:00Z")
    assert newsroom.person().get(address).headers["location"] == f"/en/{SECRET}-slug"
    (Path(newsroom.settings.stories.folder) / "waiting.en.md").unlink()
    publish_folder(newsroom.db, newsroom.site, Path(newsroom.settings.stories.folder), Clock(newsroom.hands))
    assert newsroom.person().get(address).status_code == 404
