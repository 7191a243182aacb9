"""A discussion of three hundred comments: what is far down is not laid out, and is there all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import FloatRect, Playwright, expect

from tests.browser.conftest import COMPUTER, PHONE, TERMINAL, Arrive, Device, open_chromium
from tests.browser.tab import Tab
from tests.browser.words import ENGLISH
from tests.newsroom import Newsroom, open_newsroom
from tests.shared import Shared

ROOTS = 150
DEEP = 120
NOT_LAID_OUT = """() => [...document.querySelectorAll("article.comment")]
    .filter((each) => !each.checkVisibility({ contentVisibilityAuto: true })).length"""
CUT_FAR_OUT = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("#thread li { overflow-clip-margin: 9rem !important }");
    document.adoptedStyleSheets = [sheet];
}"""
FIND = """(words) => find(words) && getSelection().getRangeAt(0).getBoundingClientRect().top"""


class Thread(Struct):
    """Roots and a reply to each, by their numbers."""

    newsroom: Newsroom
    roots: list[str]
    replies: list[str]


@pytest.fixture(scope="module")
def thread(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thread]:
    folder: Path = tmp_path_factory.mktemp("long")
    with ExitStack() as stack:
        url = shared.copy_database(folder / "piensas.db")
        newsroom = stack.enter_context(open_newsroom(url, folder / "stories", page_size=200))
        writer, roots, replies = newsroom.person(), [], []
        for number in range(ROOTS):
            words = "And a little more. " * (number % 30)
            roots.append(writer.comment(f"Root number {number}. {words}", name=f"Root {number}"))
            replies.append(
                writer.comment(f"Reply number {number}.", parent=roots[-1], name=f"Reply {number}")
            )
        yield Thread(newsroom, roots, replies)


@pytest.mark.parametrize("device", [COMPUTER, PHONE, TERMINAL], ids=str)
@pytest.mark.parametrize("kind", ["roots", "replies"])
def test_a_link_to_a_comment_far_down_leads_there(
    thread: Thread, arrive: Arrive, device: Device, kind: str
) -> None:
    comment = getattr(thread, kind)[DEEP]
    tab = arrive(thread.newsroom, ENGLISH, device).open(f"{ENGLISH.path}#comment-{comment}")
    linked = tab.page.locator(f"#comment-{comment}")
    expect(linked).to_be_in_viewport()
    tab.page.wait_for_timeout(400)
    assert 0 <= (linked.bounding_box() or {"y": -1})["y"] < 400


def test_most_of_it_is_not_laid_out_until_it_is_near(thread: Thread, arrive: Arrive) -> None:
    tab = arrive(thread.newsroom, ENGLISH, COMPUTER).open()
    assert tab.measure(NOT_LAID_OUT) > ROOTS


def test_words_far_down_are_found(thread: Thread, arrive: Arrive) -> None:
    tab = arrive(thread.newsroom, ENGLISH, COMPUTER).open()
    for number in (DEEP, 3, ROOTS - 1):
        assert 0 <= tab.measure(FIND, f"Reply number {number}.") < 800
        tab.measure("scrollTo(0, 0)")


def test_a_screen_reader_has_all_of_it(thread: Thread, playwright: Playwright) -> None:
    with open_chromium(playwright, "--force-renderer-accessibility") as browser:
        page = browser.new_page()
        page.goto(thread.newsroom.address + ENGLISH.path)
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    said = {str(node.get("name", {}).get("value")) for node in tree["nodes"] if not node["ignored"]}
    assert {f"Reply number {number}." for number in range(ROOTS)} <= said


def test_the_tab_key_goes_where_nothing_is_laid_out_yet(thread: Thread, arrive: Arrive) -> None:
    tab = arrive(thread.newsroom, ENGLISH, COMPUTER).open()
    tab.measure("(id) => document.querySelector(`#comment-${id} .when a`).focus()", thread.roots[5])
    passed = []
    for _ in range(24):
        tab.page.keyboard.press("Tab")
        expect(tab.page.locator(":focus")).to_be_in_viewport()
        passed.append(tab.measure("document.activeElement.closest('article').dataset.id"))
    expected = [id for pair in zip(thread.roots, thread.replies, strict=True) for id in pair]
    assert list(dict.fromkeys(passed)) == expected[10:17]


def test_a_new_comment_at_the_end_of_it_is_led_to(thread: Thread, arrive: Arrive) -> None:
    thread.newsroom.hands.turn(minutes=5)
    tab = arrive(thread.newsroom, ENGLISH, COMPUTER).open()
    tab.page.wait_for_timeout(400)
    comment = thread.newsroom.person().comment("The very last.", name="Last", email="last@example.org")
    tab.page.locator(".arrivals").click()
    expect(tab.page.locator(f'.comment[data-id="{comment}"]')).to_be_focused()
    for _ in ("as it comes", "when everything has its height"):
        expect(tab.page.locator(f'.comment[data-id="{comment}"]')).to_be_in_viewport()
        expect(tab.page.locator("#thread")).not_to_have_class("whole")
    assert tab.measure(NOT_LAID_OUT) > ROOTS


def test_paper_shows_all_of_it(thread: Thread, arrive: Arrive) -> None:
    tab = arrive(thread.newsroom, ENGLISH, COMPUTER).open()
    tab.page.emulate_media(media="print")
    assert tab.measure(NOT_LAID_OUT) == 0


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("device", [COMPUTER, PHONE], ids=str)
@pytest.mark.parametrize("what", [".comment", ".comments .comment", ".votes button", ".reply", "#box-text"])
def test_nothing_that_stands_out_of_a_comment_is_cut_off(
    thread: Thread, arrive: Arrive, direction: str, device: Device, what: str
) -> None:
    tab = arrive(thread.newsroom, ENGLISH, device, reduced_motion="reduce").open()
    tab.measure("(direction) => { document.documentElement.dir = direction; }", direction)
    root = tab.page.locator(f"#comment-{thread.roots[2]}")
    if what == "#box-text":
        root.locator(".reply").first.click()
        tab.press(ENGLISH.reply)
    tab.page.keyboard.press("Tab")
    root.locator(what).first.focus()
    with_margin = picture_of(tab)
    tab.measure(CUT_FAR_OUT)
    assert picture_of(tab) == with_margin


def picture_of(tab: Tab) -> bytes:
    """What has the focus, with what is around it."""
    box = tab.page.locator(":focus").bounding_box()
    assert box
    left, top, width, height = (box[name] for name in ("x", "y", "width", "height"))
    around = FloatRect(x=left - 20, y=top - 20, width=width + 40, height=height + 40)
    return tab.page.screenshot(animations="disabled", caret="hide", clip=around)


WAYS = """() => [...new Set([...document.querySelectorAll("#thread > .comments > li")].map(
    (each) => getComputedStyle(each).contentVisibility))]"""


@pytest.mark.parametrize("device", [COMPUTER, TERMINAL], ids=str)
def test_a_thread_is_laid_out_as_a_whole_where_a_link_leads_into_it(
    thread: Thread, arrive: Arrive, device: Device
) -> None:
    """Heights that are only guessed would lead past the comment on a slow machine."""
    reader = arrive(thread.newsroom, ENGLISH, device)
    assert reader.open(ENGLISH.path).measure(WAYS) == ["auto"]
    linked = reader.open(f"{ENGLISH.path}#comment-{thread.roots[DEEP]}")
    expect(linked.page.locator(f"#comment-{thread.roots[DEEP]}")).to_be_in_viewport()
    assert linked.measure(WAYS) == ["visible"]
