"""Readers look at what they wrote before it is posted."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive, Device
from tests.browser.words import Words
from tests.newsroom import Newsroom

NAMES = {"en": "Preview", "es": "Vista previa"}


def test_a_reader_looks_at_it_changes_it_and_posts(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    tab = arrive(newsroom, words, device).open()
    preview = tab.page.locator(".preview")
    tab.write("It is **2*3*4**.")
    expect(preview).to_be_hidden()

    tab.press(NAMES[words.language])
    expect(preview).to_be_focused()
    expect(preview.locator(".text")).to_have_text("It is 234.")
    assert tab.texts() == []
    assert tab.field("text").input_value() == "It is **2*3*4**."
    assert tab.field("name").input_value() == "Night reader"

    tab.field("text").fill("It is `2*3*4`.")
    if device.has_scripts:
        expect(preview).to_be_hidden()
    tab.press(NAMES[words.language])
    expect(preview.locator("code")).to_have_text("2*3*4")
    tab.press(words.post)
    tab.see(tab.page.locator("article.comment"))
    assert tab.texts() == ["It is 2*3*4."]
    expect(preview).to_be_hidden()


def test_a_preview_of_nothing_says_what_is_missing(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    reader = arrive(newsroom, words, device)
    reader.alarm.forgive("Failed to load resource: the server responded")
    tab = reader.open()
    tab.write("#")
    tab.press(NAMES[words.language])
    tab.see_error(words.text_missing)
    expect(tab.page.locator(".preview")).to_be_hidden()
    assert tab.field("text").input_value() == "#"
