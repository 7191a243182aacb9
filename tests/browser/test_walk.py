"""Walks of a guest through a discussion, in both languages, with scripts and without."""

from __future__ import annotations

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

    comment = tab.post("A thought of mine.")

    expect(comment).to_contain_text("Night reader")
    tab.hear(words.published)
    tab.go(words.path)
    assert tab.texts() == ["Somebody was here before.", "A thought of mine."]


def test_replies_stand_beneath_what_they_answer(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    root = newsroom.person().comment("The root.", name="Root")
    newsroom.person().comment("The first reply.", parent=root, name="First", email="f@example.org")
    newsroom.person().comment("Another root.", name="Other", email="o@example.org")
    tab = arrive(newsroom, words, device).open()

    tab.answer("Beneath the first reply.", "First")
    tab.answer("Beneath the root.", "Root", email="again@example.org")
    as_it_stood = tab.texts()
    tab.go(words.path)

    assert tab.texts() == [
        "The root.",
        "The first reply.",
        "Beneath the first reply.",
        "Beneath the root.",
        "Another root.",
    ]
    assert as_it_stood == tab.texts() or not device.has_scripts


def test_who_cancels_a_reply_is_back_where_they_were(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    newsroom.person().comment("Answer me.", name="Asker")
    tab = arrive(newsroom, words, device).open()
    tab.follow(words.reply_to.format("Asker"))
    tab.see(tab.page.get_by_role("heading", name=words.leave_reply.format("Asker")))

    tab.follow(words.cancel_reply)

    tab.see(tab.page.get_by_role("heading", name=words.greeting))
    expect(tab.page.get_by_role("link", name=words.cancel_reply)).to_be_hidden()
    assert tab.field("parent").get_attribute("value") == ""
    tab.post("Not an answer.")
    assert [comment["html"] for comment in newsroom.person().thread()["comments"]] == [
        "<p>Answer me.</p>\n",
        "<p>Not an answer.</p>\n",
    ]


def test_the_reply_page_works_with_scripts_too(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    root = newsroom.person().comment("Answer me.", name="Asker")
    newsroom.person().comment("Or me.", name="Other", parent=root, email="o@example.org")
    tab = arrive(newsroom, words).open(f"{words.path}/comments/{root}/reply")

    tab.follow(words.reply_to.format("Other"))
    tab.see(tab.page.get_by_role("heading", name=words.leave_reply.format("Other")))
    tab.follow(words.cancel_reply)
    tab.see(tab.page.get_by_role("heading", name=words.leave_reply.format("Asker")))
    tab.write("An answer.")
    tab.press(words.reply)
    tab.see(tab.comment("An answer."))
    tab.follow(words.cancel_reply)

    tab.page.wait_for_url(f"**{words.path}/comments/{root}")
    assert tab.texts() == ["Answer me.", "Or me.", "An answer."]


def test_authors_edit_what_they_wrote(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    tab = arrive(newsroom, words, device).open()
    tab.post("With a mistke.")

    tab.follow(words.edit, within=tab.comment("With a mistke."))
    text = tab.page.locator("form.change textarea")
    expect(text).to_have_value("With a mistke.")
    text.fill("With a mistake.")
    tab.press(words.save)

    tab.see(tab.comment("With a mistake."))
    expect(tab.comment("With a mistake.")).to_contain_text(words.edited)
    tab.go(words.path)
    assert tab.texts() == ["With a mistake."]


def test_an_edit_may_be_given_up_and_an_empty_one_is_refused(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    reader = arrive(newsroom, words, device)
    reader.alarm.forgive("422")
    tab = reader.open()
    tab.post("It stays.")

    tab.follow(words.edit, within=tab.comment("It stays."))
    tab.page.locator("form.change textarea").fill(" ")
    tab.press(words.save)
    expect(tab.page.locator("form.change .error")).to_have_text(words.text_missing)
    tab.follow(words.cancel, within=tab.page.locator("form.change"))

    tab.see(tab.comment("It stays."))
    expect(tab.page.locator("form.change")).to_have_count(0)


def test_a_withdrawn_comment_leaves_a_place_holder_where_it_has_replies(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    tab = arrive(newsroom, words, device).open()
    tab.post("I should not have said that.")
    tab.go(words.path)
    comment = newsroom.person().thread()["comments"][0]["id"]
    newsroom.person().comment("But you did.", parent=comment, email="b@example.org")

    tab.follow(words.withdraw, within=tab.comment("I should not have said that."))
    tab.press(words.withdraw)

    tab.see(tab.page.get_by_text(words.withdrawn))
    tab.hear(words.withdrawn_now)
    tab.go(words.path)
    tab.see(tab.page.get_by_text(words.withdrawn))
    assert tab.texts() == ["But you did."]


def test_a_withdrawn_comment_without_replies_is_gone(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    tab = arrive(newsroom, words, device).open()
    tab.post("Never mind.")

    tab.follow(words.withdraw, within=tab.comment("Never mind."))
    tab.press(words.withdraw)
    expect(tab.comment("Never mind.")).to_have_count(0)
    tab.go(words.path)

    expect(tab.page.locator("article.comment")).to_have_count(0)


def test_a_reader_votes_and_takes_the_vote_back(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    newsroom.person().comment("Vote for me.", language=words.language)
    tab = arrive(newsroom, words, device).open()
    good = tab.page.get_by_role("button", name=words.good).first

    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_accessible_name(f"{words.good} (1 {vote_in(words)})")
    tab.hear(f"{words.good} (1 {vote_in(words)})")
    tab.go(words.path)
    expect(good).to_have_attribute("aria-pressed", "true")
    good.click()

    expect(good).to_have_attribute("aria-pressed", "false")
    assert newsroom.person().thread()["comments"][0]["ups"] == 0


def test_the_order_is_the_readers_choice_and_every_page_is_reached(
    open_site: OpenNewsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    newsroom = open_site(page_size=3)
    writer = newsroom.person()
    for number in range(8):
        writer.comment(f"Number {number}")
    tab = arrive(newsroom, words, device).open()
    assert tab.texts() == ["Number 0", "Number 1", "Number 2"]

    tab.follow(words.newest)
    tab.see(tab.comment("Number 7"))
    seen = tab.texts()
    for last in ("Number 2", "Number 0"):
        tab.follow(words.more)
        tab.see(tab.comment(last))
        seen = tab.texts() if device.has_scripts else seen + tab.texts()

    assert seen == [f"Number {number}" for number in range(7, -1, -1)]
    expect(tab.page.get_by_role("link", name=words.more)).to_have_count(0)


def test_a_long_branch_is_read_to_its_end(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    writer = newsroom.person()
    root = writer.comment("Root")
    for number in range(65):
        writer.comment(f"Reply {number}", parent=root)
    tab = arrive(newsroom, words, device).open()
    seen = tab.texts()
    assert seen[-1] == "Reply 9"

    tab.follow(words.more_replies.format(55))
    tab.see(tab.comment("Reply 10"))
    seen += [text for text in tab.texts() if text != "Root"]
    tab.follow(words.more)
    tab.see(tab.comment("Reply 64"))
    seen += [text for text in tab.texts() if text != "Root"]

    assert seen == ["Root", *(f"Reply {number}" for number in range(65))]
    assert tab.texts().count("Root") == 1


def test_a_permalink_leads_to_a_comment_and_from_there_to_the_whole_discussion(
    newsroom: Newsroom, arrive: Arrive, words: Words, device: Device
) -> None:
    root = newsroom.person().comment("Above.")
    newsroom.person().comment("The one.", parent=root, email="b@example.org")
    newsroom.person().comment("Elsewhere.", email="c@example.org")
    tab = arrive(newsroom, words, device).open()

    tab.comment("The one.").locator(".when a").click()
    tab.page.wait_for_url("**/comments/*")
    assert tab.texts() == ["Above.", "The one."]
    tab.follow(words.whole)

    tab.see(tab.comment("Elsewhere."))


def vote_in(words: Words) -> str:
    return "vote" if words.language == "en" else "voto"
