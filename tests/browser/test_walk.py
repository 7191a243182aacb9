"""Walks of a guest through a discussion, in both languages, with scripts and without."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive, Device
from tests.browser.words import Words
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom


def test_a_guest_reads_and_posts(newsroom: Newsroom, arrive: Arrive, words: Words, device: Device) -> None:
    newsroom.person().comment("Somebody was here before.")
    tab = arrive(newsroom, words, device).open()
    tab.see(tab.page.get_by_role("heading", name=words.title))
    tab.see(tab.page.get_by_role("heading", name=words.greeting))
    tab.see(tab.comment("Somebody was here before."))

    comment = tab.post("A *thought* of mine.".replace("*", ""))

    expect(comment).to_contain_text("Night reader")
    tab.hear(words.published)
    if device.has_scripts:
        expect(comment).to_be_focused()
        expect(tab.field("text")).to_have_value("")


def test_who_presses_the_button_first_is_asked_for_their_details_and_loses_nothing(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    reader = arrive(newsroom, words, device)
    reader.alarm.forgive("422")
    tab = reader.open()
    tab.field("text").fill("Text first.")

    tab.press(words.post)

    tab.see_error(words.details_missing)
    expect(tab.field("email")).to_be_focused()
    expect(tab.field("email")).to_have_accessible_description(re.compile(re.escape(words.details_missing)))
    expect(tab.field("text")).to_have_value("Text first.")
    tab.field("email").fill("night@example.org")
    tab.press(words.post)
    expect(tab.field("name")).to_be_focused()
    tab.field("name").fill("Night reader")
    tab.press(words.post)
    tab.see(tab.comment("Text first."))
    assert newsroom.person().thread()["count"] == 1


def test_a_refusal_keeps_the_text_and_says_why_beside_the_field(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    reader = arrive(newsroom, words, device)
    reader.alarm.forgive("422", "409")
    tab = reader.open()

    tab.press_empty = None if False else None  # type: ignore[attr-defined]
