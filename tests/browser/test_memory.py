"""What the browser remembers: drafts always, details only when asked to, and what was read before."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OLD_PHONE, Arrive, Device
from tests.browser.words import Words
from tests.newsroom import Newsroom
from tests.some import some


def test_a_draft_survives_a_reload_and_waits_in_a_second_tab(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    reader = arrive(newsroom, words)
    tab = reader.open()
    tab.field("text").press_sequentially("Half a thou")
    tab.reload()
    expect(tab.field("text")).to_have_value("Half a thou")
    expect(tab.field("email")).to_be_visible()

    second = reader.open()
    expect(second.field("text")).to_have_value("Half a thou")
    tab.page.close()
    second.post("Half a thought.")

    assert reader.open().field("text").input_value() == ""


def test_a_new_thought_in_a_tab_whose_draft_was_posted_in_another_is_not_lost(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    reader = arrive(newsroom, words)
    tab = reader.open()
    tab.field("text").fill("The first thought.")
    second = reader.open()
    expect(second.field("text")).to_have_value("The first thought.")
    second.post("The first thought.")

    tab.post("The second thought.")

    tab.reload()
    assert tab.texts() == ["The first thought.", "The second thought."]


def test_every_reply_has_a_draft_of_its_own(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    newsroom.person().comment("One.", name="One")
    newsroom.person().comment("Two.", name="Two", email="two@example.org")
    tab = arrive(newsroom, words).open()
    drafts = {"One": "To the first.", "Two": "To the second."}
    tab.field("text").fill("To everybody.")
    for name, draft in some(drafts.items()):
        tab.follow(words.reply_to.format(name))
        expect(tab.field("text")).to_have_value("")
        tab.field("text").fill(draft)

    tab.reload()

    expect(tab.field("text")).to_have_value("To everybody.")
    for name, draft in some(drafts.items()):
        tab.follow(words.reply_to.format(name))
        expect(tab.field("text")).to_have_value(draft)
    tab.follow(words.cancel_reply)
    expect(tab.field("text")).to_have_value("To everybody.")


def test_name_and_email_are_not_kept_unless_the_reader_asks(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    tab = arrive(newsroom, words).open()

    tab.post("Do not remember me.", name="Anonyma", email="anonyma@example.org")

    assert "nonyma" not in str(tab.kept())
    tab.reload()
    expect(tab.field("name")).to_have_value("")
    expect(tab.field("email")).to_have_value("")


def test_name_and_email_come_back_when_the_reader_asks_and_go_when_they_ask_for_that(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    tab = arrive(newsroom, words, device).open()
    tab.write("Remember me.", name="Memoria", email="memoria@example.org")
    tab.page.get_by_label(words.keep_details).check()
    tab.press(words.post)
    tab.see(tab.comment("Remember me."))

    tab.go(words.path)
    expect(tab.field("name")).to_have_value("Memoria")
    expect(tab.field("email")).to_have_value("memoria@example.org")
    tab.field("text").fill("Forget me.")
    tab.page.get_by_label(words.keep_details).uncheck()
    tab.press(words.post)
    tab.see(tab.comment("Forget me."))
    tab.go(words.path)

    expect(tab.field("name")).to_have_value("")
    assert device == OLD_PHONE or "emoria" not in str(tab.kept())


def test_a_reader_who_comes_back_is_told_what_is_new(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    newsroom.person().comment("Old.")
    tab = arrive(newsroom, words).open()
    tab.page.get_by_role("button", name=words.good).first.click()
    tab.see(tab.page.locator(".votes [aria-pressed=true]"))
    tab.come_back()
    expect(tab.page.locator(".news")).to_be_hidden()

    for number in range(2):
        newsroom.person().comment(f"New {number}.", email=f"{number}@example.org")
    tab.come_back()

    expect(tab.page.locator(".news")).to_have_text(words.news.format(2))
    expect(tab.page.locator(".comment.new")).to_have_count(2)
    tab.come_back()
    expect(tab.page.locator(".news")).to_be_hidden()
