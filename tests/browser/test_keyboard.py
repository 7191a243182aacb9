"""A reader who uses nothing but the keyboard, perhaps with a screen reader that follows the focus."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COMPUTER, OLD_PHONE, PHONE, TERMINAL, Arrive, Device
from tests.browser.tab import Tab
from tests.browser.words import Words
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom

STOPS = """() => [...document.querySelectorAll("a[href], button, input, textarea")]
    .filter((each) => each.tabIndex >= 0 && each.type !== "hidden" && each.checkVisibility())
    .map((each) => each.outerHTML)"""
HERE = """() => {
    const here = document.activeElement, style = getComputedStyle(here), place = here.getBoundingClientRect();
    return {
        name: here === document.body ? "" : here.outerHTML,
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        size: place.height,
        inside: place.top < innerHeight && place.bottom > 0,
    };
}"""


@pytest.mark.parametrize("device", [COMPUTER, PHONE, OLD_PHONE, TERMINAL], ids=str)
def test_the_tab_key_reaches_everything_in_the_order_of_the_page(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    root = newsroom.person().comment("Root.", website="https://example.org")
    newsroom.person().comment("Reply with [a link](https://example.org).", parent=root, email="b@example.org")
    tab = arrive(newsroom, words, device).open()

    stops = walk(tab)

    assert [stop["name"] for stop in stops] == tab.measure(STOPS)
    assert [
        stop["name"] for stop in stops if stop["ring"] < 2 or stop["size"] < 5 or not stop["inside"]
    ] == []


def test_the_first_tab_offers_to_skip_to_the_story(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    tab = arrive(newsroom, words).open()

    tab.page.keyboard.press("Tab")
    skip = tab.page.locator(".skip")
    expect(skip).to_be_focused()
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**#main")
    tab.page.keyboard.press("Tab")

    expect(tab.page.locator(".byline a")).to_be_focused()


def test_a_comment_is_posted_and_answered_without_a_mouse(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    tab = arrive(newsroom, words).open()
    keys = tab.page.keyboard
    tab.page.locator(".byline a").focus()

    for typed in ("By keyboard.", "keys@example.org", "Keys"):
        keys.press("Tab")
        keys.type(typed)
    for _ in ("website", "check box", "button"):
        keys.press("Tab")
    expect(tab.page.get_by_role("button", name=words.post)).to_be_focused()
    keys.press("Enter")

    expect(tab.comment("By keyboard.")).to_be_focused()
    tab.hear(words.published)
    assert tab.measure(HERE)["ring"] >= 2
    for _ in ("permalink", "reply"):
        keys.press("Tab")
    keys.press("Enter")
    expect(tab.field("text")).to_be_focused()
    keys.type("And an answer.")
    keys.press("Shift+Tab")
    expect(tab.field("text")).not_to_be_focused()
    tab.page.get_by_role("link", name=words.cancel_reply).focus()
    keys.press("Enter")
    expect(tab.comment("By keyboard.")).to_be_focused()


def test_what_is_missing_is_announced_and_described(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    tab = arrive(newsroom, words).open()
    tab.field("text").focus()

    tab.press(words.post)
    tab.hear(words.text_missing)
    expect(tab.field("text")).to_have_accessible_description(
        tab.page.locator("#box-hint").inner_text() + " " + words.text_missing
    )
    tab.field("text").fill("Now there is one.")
    tab.press(words.post)

    tab.hear(words.details_missing)
    hint = tab.page.locator("#box-private").inner_text()
    expect(tab.field("email")).to_have_accessible_description(f"{hint} {words.details_missing}")
    expect(tab.field("text")).to_have_accessible_description(tab.page.locator("#box-hint").inner_text())


def test_the_focus_stays_on_the_vote(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    newsroom.person().comment("Vote for me.", language=words.language)
    tab = arrive(newsroom, words).open()
    good = tab.page.get_by_role("button", name=words.good).first
    good.focus()

    for pressed in ("true", "false", "true"):
        tab.page.keyboard.press("Enter")
        expect(good).to_have_attribute("aria-pressed", pressed)
        expect(good).to_be_focused()


def test_more_comments_begin_where_the_focus_is(
    open_site: OpenNewsroom, arrive: Arrive, words: Words
) -> None:
    newsroom = open_site(page_size=2)
    for number in range(4):
        newsroom.person().comment(f"Number {number}", email=f"{number}@example.org")
    tab = arrive(newsroom, words).open()

    tab.page.get_by_role("link", name=words.more).press("Enter")

    expect(tab.comment("Number 2")).to_be_focused()


def walk(tab: Tab) -> list[dict[str, Any]]:
    """Every place that the Tab key stops at, until it leaves the page."""
    stops: list[dict[str, Any]] = []
    while len(stops) < 100:
        tab.page.keyboard.press("Tab")
        here = tab.measure(HERE)
        if not here["name"] or (stops and here["name"] == stops[0]["name"]):
            return stops
        stops.append(here)
    raise AssertionError("The Tab key never leaves the page.")
