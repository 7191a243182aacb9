"""What nobody should be able to slip into a page, a feed or a program's answer, field by field."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml

from piensas.markup.comment import render_html, render_markdown
from piensas.model.moment import Clock
from piensas.model.website import read_website
from piensas.model.wording import tidy_line, tidy_text
from piensas.web.folder import publish_folder
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person
from tests.oracle import (
    list_authors_links,
    names_by_comment,
    require_safe_feed,
    require_safe_html,
    require_safe_page,
    require_safe_thread,
    text_of,
)
from tests.payloads import GROWTH, PAYLOADS, WEBSITES

FEED = 50
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
OWN = {"sec-fetch-site": "same-origin", "accept": JSON}
SMALL, LARGE = 16 << 10, 64 << 10


@pytest.fixture
def wide(open_site: OpenNewsroom) -> Newsroom:
    """A newsroom with all comments on one page, none held for its links."""
    return open_site(page_size=200, hold_links=0)


@pytest.mark.parametrize("render", [render_markdown, render_html])
def test_what_is_rendered_is_safe_and_stays_the_same(render: Callable[[str], str]) -> None:
    for payload in PAYLOADS:
        require_safe_html(render(tidy_text(payload)))


def test_comments_and_names_are_safe_wherever_they_are_shown(wide: Newsroom) -> None:
    linked = set()
    for start in range(0, len(PAYLOADS), FEED // 2):
        shown = {}
        for number, payload in enumerate(PAYLOADS[start : start + FEED // 2], start):
            shown |= post_in_both_ways(wide, payload, number)
        expected = list(shown.values())
        assert [author for author, _ in read_feed(wide)][: len(expected)] == expected[::-1]
        tree = require_safe_page(wide.person().read())
        assert shown.items() <= names_by_comment(tree).items()
        linked |= {link.get("href") for link in list_authors_links(tree)}
    assert len(linked) == len(WEBSITES), "Each of them is an address that an author has, and no other is."
    require_safe_page(wide.person().read(wide.historia))
    require_safe_thread(wide.person().thread()["comments"])


def post_in_both_ways(newsroom: Newsroom, payload: str, number: int) -> dict[str, str]:
    """Posts a payload as JSON and as a form; returns the names by which the comments must be known."""
    fields = {"name": payload[:245], "website": payload if read_website(tidy_line(payload)) else ""}
    scripted, plain = newsroom.person(), newsroom.person()
    newsroom.hands.turn(seconds=11)  # some payloads are the same words

    draft = f"a-draft-of-mine-{number}"
    posted = scripted.post(payload, email=f"{number}@example.org", draft=draft, **fields)
    sent = plain.post_form(payload, email=f"{number}@example.com", **fields)

    if posted.status_code == 422:
        assert posted.json()["code"] in ("text_missing", "details_missing"), payload
        assert sent.status_code == 422
        return {}
    assert (posted.status_code, sent.status_code) == (201, 303), (
        payload,
        [line for line in sent.text.splitlines() if "error" in line.lower()],
    )
    require_safe_html(posted.json()["comment"]["html"])
    ids = [posted.json()["comment"]["id"], sent.headers["location"].rpartition("-")[2]]
    own_pages_are_safe(scripted, plain, ids)
    return dict.fromkeys(ids, tidy_line(payload[:245]))


def own_pages_are_safe(scripted: Person, plain: Person, ids: list[str]) -> None:
    """The pages of a comment: of its own, to answer it, to edit and to withdraw it."""
    newsroom = plain.newsroom
    for piece in scripted.get(f"/stories/{newsroom.story_id}/viewer").json()["pieces"]:
        require_safe_page(f"<!doctype html>{piece['piece']}")
    for page in ("", "/reply", "/edit", "/withdrawal"):
        require_safe_page(plain.read(f"{newsroom.story}/comments/{ids[1]}{page}"))


def read_feed(newsroom: Newsroom) -> list[tuple[str, str]]:
    return require_safe_feed(newsroom.person().get(f"{newsroom.story}/feed.atom").content)


def test_an_edit_is_as_safe_as_a_new_comment(wide: Newsroom) -> None:
    author = wide.person()
    for number, payload in enumerate(PAYLOADS):
        comment = author.comment(f"Harmless {number}")
        edited = author.change(comment, "text", text=payload)

        assert edited.status_code == 200, payload
        require_safe_html(edited.json()["comment"]["html"])
        require_safe_page(f"<!doctype html>{edited.json()['piece']}")
    require_safe_page(wide.person().read())
    read_feed(wide)


def test_what_is_given_back_after_a_refusal_is_text(newsroom: Newsroom) -> None:
    rules = newsroom.site.rules
    most = {"name": 2 * rules.longest_name, "website": 2 * rules.longest_website}
    for payload in PAYLOADS:
        fields = {"text": payload, "name": payload, "email": "no address", "website": payload}
        page = newsroom.person().post_form(**fields)
        tree = require_safe_page(page.text)

        assert page.status_code == 422, payload
        assert text_of(tree, "textarea", name="text") == [as_parsed(payload).removeprefix("\n")], payload
        values = [field.get("value") for field in tree.iter("input") if field.get("name") in fields]
        given = [as_parsed(fields[name][: most.get(name)]) for name in ("email", "name", "website")]
        assert values == given, payload


def as_parsed(text: str) -> str:
    """The text as a parser hands it on: other line ends, and no NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def test_every_field_of_a_story_is_text_on_every_page(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    for number, payload in enumerate(PAYLOADS):
        write_story(folder / f"story-{number}.en.md", payload)

    faults = publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands))

    assert faults == []
    reader = newsroom.person()
    for number, payload in enumerate(PAYLOADS):
        tree = require_safe_page(reader.read(f"/en/story-{number}"))
        (title,) = text_of(tree, "h1", dir="auto")
        assert tidy_line(title) == tidy_line(payload[:500]), payload
    require_safe_page(reader.read("/"))
    require_safe_feed(reader.get("/en/feed.atom").content)
    require_safe_feed(reader.get("/en/story-0/feed.atom").content)


def write_story(file: Path, payload: str) -> None:
    matter = {
        "title": payload[:500],
        "published": "2026-09-21T08:00:00Z",
        "summary": payload[:2_000],
        "authors": [payload],
        "sources": [payload],
    }
    file.write_text(f"---\n{yaml.safe_dump(matter)}---\n{payload}\n", "utf-8", errors="replace")


def test_addresses_and_queries_are_never_drawn_nor_break_anything(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    for payload in PAYLOADS:
        query = dict.fromkeys(("order", "after", "before", "p", "language", "since", "posted"), payload[:500])
        for path in (newsroom.story, "/", f"/en/{quote(payload)}", newsroom.discussion):
            answer = reader.client.get(path, params=query)
            assert answer.status_code in (200, 400, 404), (path, payload)
            if answer.headers["content-type"].startswith("text/html"):
                require_safe_page(answer.text)


def quote(payload: str) -> str:
    return str(httpx.QueryParams({"": payload[:500]}))[1:]


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "\\ude00\\ud83d"])
def test_halves_of_surrogate_pairs_are_refused(newsroom: Newsroom, half: str) -> None:
    for field in ("text", "name", "email", "website", "draft", "parent", "language"):
        body = json.dumps({"text": "A", "name": "B", "email": "c@example.org"} | {field: "HALF"})
        answer = newsroom.person().client.post(
            newsroom.comments, content=body.replace("HALF", half), headers=OWN | {"content-type": JSON}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), field
    assert newsroom.person().thread()["count"] == 0


def test_halves_of_surrogate_pairs_in_a_form_do_not_get_into_a_page(newsroom: Newsroom) -> None:
    for field in ("text", "name", "website"):
        form = f"{field}=x%ED%A0%80&text=A&name={field}&email=c@example.org"
        answer = newsroom.person().client.post(
            newsroom.comments, content=form, headers=OWN | {"content-type": FORM}
        )
        assert answer.status_code in (201, 400, 422), form
    require_safe_page(newsroom.person().read())


@pytest.mark.parametrize("unit", GROWTH.values(), ids=GROWTH.keys())
def test_rendering_takes_longer_in_proportion_to_the_length_alone(unit: str) -> None:
    """Four times the text takes about four times as long; sixteen would be a door for anybody."""
    small, large = ((unit * (size // len(unit) + 1))[:size] for size in (SMALL, LARGE))
    ratios = []
    for _ in range(5):
        ratios.append(fastest(large) / max(fastest(small), 0.001))
        if ratios[-1] < 9:
            return
    raise AssertionError(f"{LARGE // SMALL} times the text took {ratios} times as long")


def fastest(text: str) -> float:
    """Seconds of this thread's own work, the least of three goes."""
    seconds = []
    for _ in range(3):
        begun = time.thread_time()
        render_markdown(text)
        seconds.append(time.thread_time() - begun)
    return min(seconds)
