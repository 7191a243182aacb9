"""The page on small screens, with difficult texts, with a reader's own spacing, and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COMPUTER, OLD_PHONE, PHONE, Arrive, Device
from tests.browser.tab import Tab
from tests.browser.words import Words
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom
from tests.some import some

DEEPEST = 10
NARROWEST_TEXT = 140
"""CSS pixels that the deepest comment's text may use at least, about twenty letters."""

DIFFICULT = {
    "an unbroken word": "w" * 2_000,
    "an unbroken address": "https://example.org/" + "w" * 900,
    "zalgo": "".join(f"{letter}{''.join(chr(0x300 + n) for n in range(60))}" for letter in "He comes"),
    "right to left": "شكرا على المقال، " * 30 + "https://example.org/" + "w" * 200,
    "code": "```\n" + "x" * 500 + "\n```",
    "a list": "\n".join(f"{'  ' * n}- {'item' * 20}" for n in range(10)),
}
OUTSIDE = """() => [...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility() && !each.closest(".quiet, .skip, pre"))
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1
        || each.getBoundingClientRect().left < -1)
    .map((each) => each.outerHTML.slice(0, 120))"""
CLIPPED = """() => [...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility() && !each.closest(".quiet, .skip, pre"))
    .filter((each) => ["hidden", "clip"].includes(getComputedStyle(each).overflowX))
    .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
    .map((each) => each.outerHTML.slice(0, 120))"""
LABELS_OUTSIDE = """() => [...document.querySelectorAll(".field label")].filter((label) => {
        const inner = label.getBoundingClientRect(), outer = label.control.getBoundingClientRect();
        return inner.bottom > outer.bottom || inner.right > outer.right || inner.left < outer.left;
    }).map((label) => label.textContent)"""
SPACING = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
        * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
        p { margin-block-end: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
SMALL = """() => [...document.querySelectorAll(".comment footer :is(a, button), .when a, .orders a, .more a")]
    .filter((each) => Math.min(each.getBoundingClientRect().width, each.getBoundingClientRect().height) < 24)
    .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(params=(PHONE, OLD_PHONE), ids=("phone", "old phone"))
def phone(request: pytest.FixtureRequest) -> Device:
    assert isinstance(request.param, Device)
    return request.param


def test_ten_levels_fit_on_a_phone_and_can_be_answered(
    open_site: OpenNewsroom, arrive: Arrive, words: Words, phone: Device
) -> None:
    newsroom = open_site(nesting=DEEPEST)
    nest(newsroom)
    tab = arrive(newsroom, words, phone).open()
    require_fit(tab)
    deepest = tab.comment(f"Level {DEEPEST - 1}")
    assert deepest.locator(".text").evaluate("each => each.clientWidth") >= NARROWEST_TEXT

    tab.follow(words.reply_to.format(f"Level {DEEPEST - 1}"))
    tab.see(tab.page.get_by_role("heading", name=words.leave_reply.format(f"Level {DEEPEST - 1}")))

    require_fit(tab)
    assert tab.measure(LABELS_OUTSIDE) == []


def test_no_text_makes_a_page_scroll_sideways(
    newsroom: Newsroom, arrive: Arrive, words: Words, phone: Device
) -> None:
    for number, text in enumerate(DIFFICULT.values()):
        parent = newsroom.person().comment(text, email=f"{number}@example.org", name="n" * 245)
        newsroom.person().comment(text, parent=parent, email=f"r{number}@example.org", name="و" * 245)
    tab = arrive(newsroom, words, phone).open()

    require_fit(tab)


def test_zalgo_stays_within_its_own_comment(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    newsroom.person().comment(DIFFICULT["zalgo"])
    tab = arrive(newsroom, words).open()

    assert tab.page.locator("article.comment > .text").evaluate("each => getComputedStyle(each).contain") == (
        "paint"
    )


@pytest.mark.parametrize("width", [COMPUTER, PHONE], ids=("computer", "phone"))
def test_a_readers_own_spacing_cuts_nothing_off(
    newsroom: Newsroom, arrive: Arrive, words: Words, width: Device
) -> None:
    root = newsroom.person().comment("A root with a few words.", name="A reader with three names")
    newsroom.person().comment("A reply.", parent=root, email="b@example.org")
    reader = arrive(newsroom, words, width)
    tab = reader.open()
    tab.measure(SPACING)

    tab.follow(words.reply_to.format("Night reader"))
    tab.field("text").fill("Words.")
    tab.press(words.reply)
    tab.see_error(words.details_missing)

    assert tab.measure(CLIPPED) == []
    assert tab.measure(LABELS_OUTSIDE) == []
    require_fit(tab)


def test_what_is_pressed_is_large_enough_for_a_thumb(
    newsroom: Newsroom, arrive: Arrive, words: Words, phone: Device
) -> None:
    newsroom.person().comment("Somebody else's.")
    tab = arrive(newsroom, words, phone).open()
    tab.post("Mine.", email="mine@example.org")
    tab.go(words.path)
    tab.see(tab.page.get_by_role("link", name=words.edit, exact=True))

    assert tab.measure(SMALL) == []


def test_long_texts_scroll_beneath_the_fields_label_and_not_through_it(
    newsroom: Newsroom, arrive: Arrive, words: Words
) -> None:
    tab = arrive(newsroom, words).open()

    tab.field("text").fill("line\n" * 200)

    label = tab.page.locator("#respond .text label")
    assert label.evaluate("each => getComputedStyle(each).backgroundColor") == tab.page.locator(
        "body"
    ).evaluate("each => getComputedStyle(each).backgroundColor")
    assert tab.field("text").evaluate("each => each.clientHeight") < 800


def test_a_click_into_a_comment_does_not_paint_it(newsroom: Newsroom, arrive: Arrive, words: Words) -> None:
    newsroom.person().comment("Only read.")
    tab = arrive(newsroom, words).open()
    colour = "each => getComputedStyle(each).backgroundColor"
    before = tab.comment("Only read.").evaluate(colour)

    tab.comment("Only read.").locator(".text").click()

    assert tab.comment("Only read.").evaluate(colour) == before
    assert tab.post("Just posted.", email="b@example.org").evaluate(colour) != before


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_paper_shows_the_story_and_its_thread_without_the_box(
    newsroom: Newsroom, arrive: Arrive, words: Words, colours: str
) -> None:
    newsroom.person().comment("On paper.")
    newsroom.person().comment("On paper, too.", email="b@example.org")
    tab = arrive(newsroom, words, color_scheme=colours).open()

    tab.page.emulate_media(media="print", color_scheme=colours)  # type: ignore[arg-type]

    tab.see(tab.page.get_by_role("heading", name=words.title))
    tab.see(tab.comment("On paper.").locator(".text"))
    for screen_only in ("#respond", ".orders", ".languages", ".comment footer", ".colophon"):
        for each in some(tab.page.locator(screen_only).all()):
            expect(each).to_be_hidden()
    style = "each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]"
    assert tab.page.locator("body").evaluate(style) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def nest(newsroom: Newsroom) -> None:
    """One comment beneath the other, down to the deepest level."""
    parent = ""
    for level in range(DEEPEST):
        above = {"parent": parent} if parent else {}
        parent = newsroom.person().comment(
            f"Level {level}", name=f"Level {level}", email=f"{level}@example.org", **above
        )


def require_fit(tab: Tab) -> None:
    assert tab.measure(OUTSIDE) == []
    assert tab.measure("document.documentElement.scrollWidth <= innerWidth")
