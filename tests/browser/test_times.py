"""When something was said: in the reader's own hours and the page's language."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from piensas.model.moment import Clock
from piensas.settings import Settings
from piensas.web.folder import publish_folder
from tests.browser.conftest import COMPUTER, OLD_PHONE, PHONE, Arrive
from tests.browser.tab import Reader, Tab
from tests.browser.words import ENGLISH, SPANISH, Words
from tests.conftest import OpenNewsroom
from tests.newsroom import START, STORY, Newsroom
from tests.some import some

TOKYO = {"timezone_id": "Asia/Tokyo"}
HONOLULU = {"timezone_id": "Pacific/Honolulu"}
HEIGHTS = """() => [...document.querySelectorAll(".comment header, .byline, .comment")]
    .map((each) => Math.round(each.getBoundingClientRect().height))"""


def open_at(reader: Reader, path: str, **after: Any) -> Page:
    """A page that is opened so long after the newsroom's clock began."""
    page = reader.context.new_page()
    page.clock.install(time=datetime.fromtimestamp(START, UTC) + timedelta(**after))
    Tab(reader, page).go(path)
    return page


def in_arabic_too(settings: Settings) -> Settings:
    return replace(settings, site=replace(settings.site, languages=("en", "es", "ar")))


@pytest.mark.parametrize(
    ("words", "when", "title", "day"),
    [
        (ENGLISH, "Sep 21, 2026, 11:13 PM", r"^Sep 21, 2026, 11:13:20\sPM GMT\+9$", "September 20, 2026"),
        (SPANISH, "21 sept 2026, 23:13", r"^21 sept 2026, 23:13:20 GMT\+9$", "20 de septiembre de 2026"),
    ],
    ids=("english", "spanish"),
)
def test_a_reader_far_away_sees_their_own_hours(
    newsroom: Newsroom, arrive: Arrive, words: Words, when: str, title: str, day: str
) -> None:
    newsroom.person().comment("When was that?")
    page = open_at(arrive(newsroom, words, COMPUTER, **TOKYO), words.path, days=30)
    said = page.locator(".when time")
    expect(said).to_have_text(when)
    expect(said).to_have_attribute("title", re.compile(title))
    expect(said).to_have_attribute("datetime", "2026-09-21T14:13:20Z")
    expect(page.locator(".byline time")).to_have_text(day)


@pytest.mark.parametrize("place", [TOKYO, HONOLULU], ids=("east", "west"))
def test_a_storys_day_is_the_newsrooms_wherever_it_is_read(
    newsroom: Newsroom, arrive: Arrive, place: dict[str, str]
) -> None:
    page = open_at(arrive(newsroom, ENGLISH, COMPUTER, **place), ENGLISH.path, hours=1)
    expect(page.locator("#respond")).to_be_visible()
    expect(page.locator(".byline time")).to_have_text("September 20, 2026")


def test_right_to_left_it_is_said_in_the_pages_own_letters(open_site: OpenNewsroom, arrive: Arrive) -> None:
    newsroom = open_site(in_arabic_too)
    folder = Path(newsroom.settings.stories.folder)
    (folder / "flight.ar.md").write_text(STORY.format(title="ط", slug="flight", summary="ط", text="ط"))
    assert publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands)) == []
    newsroom.person().comment("When was that?")
    page = open_at(arrive(newsroom, ENGLISH, COMPUTER, **TOKYO), "/ar/flight", days=30)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".when time")).to_have_text("21\u200f/09\u200f/2026، 11:13 م")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (ENGLISH, ["this minute", "59 minutes ago", "1 hour ago", "23 hours ago", "Sep 22, 2026, 12:13 AM"]),
        (SPANISH, ["este minuto", "hace 59 minutos", "hace 1 hora", "hace 23 horas", "22 sept 2026, 0:13"]),
    ],
    ids=("english", "spanish"),
)
def test_what_was_said_today_is_said_as_how_long_ago_while_the_page_stays_open(
    newsroom: Newsroom, arrive: Arrive, words: Words, said: list[str]
) -> None:
    newsroom.hands.turn(minutes=60)
    newsroom.person().comment("When was that?")
    page = open_at(arrive(newsroom, words, COMPUTER, **TOKYO), words.path, minutes=60, seconds=30)
    when = page.locator(".when time")
    expect(when).to_have_text(said[0])
    for minutes, later in some(zip((59, 1, 22 * 60, 60), said[1:], strict=True)):
        page.clock.fast_forward(minutes * 60_000)
        expect(when).to_have_text(later)
    expect(when).to_have_attribute("title", re.compile(r"GMT\+9$"))


def test_a_clock_that_is_a_little_slow_or_quite_wrong_says_nothing_odd(
    newsroom: Newsroom, arrive: Arrive
) -> None:
    newsroom.person().comment("When was that?")
    reader = arrive(newsroom, ENGLISH, COMPUTER, **TOKYO)
    expect(open_at(reader, ENGLISH.path, seconds=-40).locator(".when time")).to_have_text("this minute")
    whole = "Sep 21, 2026, 11:13 PM"
    expect(open_at(reader, ENGLISH.path, days=-3).locator(".when time")).to_have_text(whole)


def test_what_is_posted_and_what_others_write_meanwhile_is_said_alike(
    newsroom: Newsroom, arrive: Arrive
) -> None:
    reader = arrive(newsroom, ENGLISH, COMPUTER, **TOKYO)
    page = open_at(reader, ENGLISH.path, seconds=20)
    Tab(reader, page).post("My own.")
    expect(page.locator(".when time")).to_have_text("this minute")
    page.wait_for_timeout(400)
    newsroom.person().comment("Another's.", name="Other", email="other@example.org")
    page.locator(".arrivals").click()
    expect(page.locator(".when time")).to_have_text(["this minute", "this minute"])


def test_no_line_moves_when_a_time_becomes_the_readers(newsroom: Newsroom, arrive: Arrive) -> None:
    parent = newsroom.person().comment("When was that?", name="A reader with three names")
    newsroom.person().comment("And that?", parent=parent, email="b@example.org")
    heights = [
        arrive(newsroom, ENGLISH, device, **TOKYO).open().measure(HEIGHTS) for device in (OLD_PHONE, PHONE)
    ]
    assert heights[0] == heights[1]


def test_without_scripts_the_hours_are_the_newsrooms(newsroom: Newsroom, arrive: Arrive) -> None:
    newsroom.person().comment("When was that?")
    tab = arrive(newsroom, ENGLISH, OLD_PHONE, **TOKYO).open()
    expect(tab.page.locator(".when time")).to_have_text("Sep 21, 2026, 2:13 PM UTC")
