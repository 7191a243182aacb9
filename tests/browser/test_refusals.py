"""What happens in the box when a comment is held, refused, sent twice or cannot be sent."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OLD_PHONE, Arrive, Device
from tests.browser.tab import REFUSED
from tests.browser.words import Words
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, open_newsroom


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


def test_a_refusal_says_why_beside_the_field_and_keeps_what_was_typed(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    reader = arrive(newsroom, words, device)
    reader.alarm.forgive("422")
    tab = reader.open()
    tab.write("My long thought.", email="night@nowhere")

    tab.press(words.post)

    tab.see_error(words.email_invalid)
    expect(tab.field("email")).to_be_focused()
    expect(tab.field("email")).to_have_attribute("aria-invalid", "true")
    expect(tab.field("text")).to_have_value("My long thought.")
    expect(tab.field("name")).to_have_value("Night reader")
    assert not tab.field("text").get_attribute("aria-invalid")
    assert "box-error" not in (tab.field("text").get_attribute("aria-describedby") or "")


def test_the_same_words_again_are_refused_and_kept(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    reader = arrive(newsroom, words, device)
    reader.alarm.forgive("409")
    tab = reader.open()
    tab.post("I said that.")
    newsroom.hands.turn(minutes=2)
    tab.go(words.path)

    tab.write("I said that.")
    tab.press(words.post)

    tab.see_error(words.duplicate)
    expect(tab.field("text")).to_have_value("I said that.")
    expect(tab.field("text")).to_be_focused()


def test_authors_see_their_held_comment_on_every_load_and_nobody_else_does(
    open_site: OpenNewsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    newsroom = open_site(hold_words=("secret",))
    author, other = arrive(newsroom, words, device), arrive(newsroom, words, device)
    tab, elsewhere = author.open(), other.open()

    comment = tab.post("A secret thing.")

    expect(comment).to_contain_text(words.held)
    tab.hear(words.held)
    for _ in range(2):
        tab.go(words.path)
        expect(comment).to_contain_text(words.held)
        elsewhere.reload()
        expect(elsewhere.page.locator("article.comment")).to_have_count(0)


def test_authors_see_what_is_theirs_on_its_own_page_only(
    open_site: OpenNewsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    newsroom = open_site(page_size=2)
    for number in range(3):
        newsroom.person().comment(f"Number {number}", email=f"{number}@example.org")
    tab = arrive(newsroom, words, device).open()
    tab.post("Mine.")

    tab.go(words.path)
    assert tab.texts() == ["Number 0", "Number 1"]
    tab.follow(words.more)
    tab.see(tab.comment("Mine."))

    assert tab.texts()[-2:] == ["Number 2", "Mine."]
    tab.see(tab.comment("Mine.").get_by_role("link", name=words.edit, exact=True))


def test_a_double_click_posts_once(newsroom: Newsroom, arrive: Arrive, words: Words, device: Device) -> None:
    reader = arrive(newsroom, words, device)
    if not device.has_scripts:
        reader.alarm.forgive(REFUSED)  # where the second is sent before the first is answered, it is told so
    tab = reader.open()
    tab.write("Pressed twice.")
    sent: list[str] = []
    tab.page.on("request", lambda request: sent.append(request.method))

    tab.page.get_by_role("button", name=words.post).dblclick()
    tab.see(tab.comment("Pressed twice."))

    assert sent.count("POST") == 1 or not device.has_scripts
    tab.go(words.path)
    assert tab.texts() == ["Pressed twice."]
    assert newsroom.person().thread()["count"] == 1


def test_the_text_is_safe_when_the_server_has_stopped(tmp_path: Path, arrive: Arrive, words: Words) -> None:
    with open_newsroom(f"sqlite:///{tmp_path / 'piensas.db'}", tmp_path / "stories") as newsroom:
        reader = arrive(newsroom, words)
        reader.alarm.forgive("ERR_CONNECTION_REFUSED")
        tab = reader.open()
        tab.write("Written while you stopped.")

    tab.press(words.post)

    tab.see_error(words.safe)
    tab.hear(words.safe)
    expect(tab.field("text")).to_have_value("Written while you stopped.")
    expect(tab.page.get_by_role("button", name=words.post)).to_be_enabled()
    assert any("Written while you stopped." in text for text in tab.kept().values())


@pytest.mark.parametrize("trouble", ["503", "502"])
def test_the_text_is_safe_when_the_answer_is_trouble(
    newsroom: Newsroom, arrive: Arrive, words: Words, trouble: str
) -> None:
    reader = arrive(newsroom, words)
    reader.alarm.forgive(trouble)
    tab = reader.open()
    tab.page.route("**/comments", lambda route: route.fulfill(status=int(trouble), body="<h1>Sorry</h1>"))
    tab.write("Written in a bad moment.")

    tab.press(words.post)
    tab.see_error(words.safe)
    tab.page.unroute("**/comments")
    tab.press(words.post)

    tab.see(tab.comment("Written in a bad moment."))
    expect(tab.page.locator("#box-error")).to_be_hidden()


def test_without_scripts_the_text_comes_back_from_a_store_that_takes_nothing(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    reader = arrive(newsroom, words, OLD_PHONE)
    reader.alarm.forgive("503")
    tab = reader.open()
    tab.write("Written in a bad moment.")
    with closing(sqlite3.connect(newsroom.settings.database.url.removeprefix("sqlite:///"))) as hog:
        hog.execute("BEGIN EXCLUSIVE")
        tab.press(words.post)
        tab.see_error(words.safe)
        expect(tab.field("text")).to_have_value("Written in a bad moment.")

    tab.press(words.post)

    tab.see(tab.comment("Written in a bad moment."))
