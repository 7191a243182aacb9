"""Comments of others arrive while a page is open, and nothing jumps."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from piensas.model.moment import Clock
from piensas.web import live
from piensas.web.folder import publish_folder
from tests.browser.conftest import COMPUTER, PHONE, Arrive
from tests.browser.tab import Reader, Tab
from tests.browser.words import ENGLISH, SPANISH
from tests.newsroom import STORY, Newsroom, guest
from tests.some import some

EVENTS = "**/events?*"
BAD: list[dict[str, Any]] = [{"status": 503}, {"status": 404}, {"status": 200, "body": "Hello."}]
PAUSES = [4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000]
"""The longest that chance allows, in milliseconds."""
NOTE_BEGINNINGS = """
    window.begun = [], window.ended = [];
    window.EventSource = class extends EventSource {
        constructor(url) {
            super(url);
            begun.push(performance.now());
            const note = () => ended.push(performance.now());
            for (const end of ["error", "later"]) this.addEventListener(end, note);
        }
    };
"""
LONG = STORY.format(title="Long", slug="long", summary="Long.", text="A paragraph.\n\n" * 200)


def test_new_comments_wait_behind_a_button(newsroom: Newsroom, arrive: Arrive) -> None:
    newsroom.person().comment("There before.", name="Early", email="early@example.org")
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()
    expect(tab.page.locator(".comment")).to_have_count(1)
    tab.page.wait_for_timeout(400)
    root = newsroom.person().comment("New one.", name="Other", email="other@example.org")
    expect(tab.page.locator(".arrivals")).to_have_text("1 new comment")
    newsroom.person().comment("New reply.", name="Third", email="third@example.org", parent=root)
    expect(tab.page.locator(".arrivals")).to_have_text("2 new comments")
    expect(tab.page.get_by_role("status").filter(has_text="2 new comments")).to_be_visible()
    expect(tab.page.locator(".comment")).to_have_count(1)
    expect(tab.page.locator("#count")).to_have_text("3 comments")

    tab.page.locator(".arrivals").click()
    expect(tab.page.locator(".comment")).to_have_count(3)
    expect(tab.page.locator(".comments .comments .text")).to_have_text("New reply.")
    expect(tab.page.locator(f'.comment[data-id="{root}"]')).to_be_focused()
    expect(tab.page.locator(".arrivals")).to_be_hidden()


def test_what_changes_is_changed_in_place_but_not_what_is_ones_own(
    newsroom: Newsroom, arrive: Arrive
) -> None:
    author = newsroom.person()
    comment = author.comment("As first said.", name="Other", email="other@example.org")
    tab = arrive(newsroom, ENGLISH, PHONE).open()
    tab.page.wait_for_timeout(400)
    author.change(comment, "text", text="As said later.")
    expect(tab.page.locator(".comment .text")).to_have_text("As said later.")
    author.change(comment, "withdrawal")
    expect(tab.page.locator(".comment.gone")).to_be_visible()

    tab.write("My own.")
    tab.page.locator(".send .post").click()
    expect(tab.page.locator(".comment.own .edit")).to_be_visible()
    newsroom.person().comment("Somebody else.", name="Else", email="else@example.org")
    expect(tab.page.locator(".arrivals")).to_have_text("1 new comment")
    expect(tab.page.locator(".comment.own .edit")).to_be_visible()


def test_ones_own_piece_keeps_its_buttons_when_it_is_changed_in_another_tab(
    newsroom: Newsroom, arrive: Arrive
) -> None:
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()
    tab.page.wait_for_timeout(400)
    tab.write("My own.")
    tab.page.locator(".send .post").click()
    expect(tab.page.locator(".comment.own .edit")).to_be_visible()
    other = newsroom.person()
    other.client.cookies.update({each["name"]: each["value"] for each in tab.page.context.cookies()})
    id = tab.page.locator(".comment.own").get_attribute("data-id")
    assert other.change(id, "text", text="Changed in another tab.").status_code == 200
    newsroom.person().comment("Somebody else.", name="Else", email="else@example.org")
    expect(tab.page.locator(".arrivals")).to_have_text("1 new comment")
    expect(tab.page.locator(".comment.own .edit")).to_be_visible()


def test_where_not_all_that_is_new_was_told_all_is_shown_anew(
    newsroom: Newsroom, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()
    tab.page.wait_for_timeout(400)
    hide(tab.page, hidden=True)
    newsroom.person().comment("While away.", name="Other", email="other@example.org")
    monkeypatch.setattr(live, "OLDEST", 0)
    tab.page.wait_for_timeout(400)
    hide(tab.page, hidden=False)
    expect(tab.page.locator(".arrivals")).to_have_text("Show the newest comments")
    tab.page.locator(".arrivals").click()
    expect(tab.page.locator(".comment")).to_have_count(1)
    expect(tab.page.locator(".arrivals")).to_be_hidden()


def test_ones_own_comment_is_no_news_although_it_is_heard_of_first(
    newsroom: Newsroom, arrive: Arrive
) -> None:
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        tab.page.wait_for_timeout(1_000)
        route.fulfill(response=answer)

    tab.page.wait_for_timeout(400)
    tab.page.route("**/comments", answer_late)
    tab.write("My own.")
    tab.page.locator(".send .post").click()
    expect(tab.page.locator(".comment.own .text")).to_have_text("My own.")
    expect(tab.page.locator(".arrivals")).to_be_hidden()
    expect(tab.page.locator("#status")).to_have_text("Your comment is published")


def test_in_spanish_it_is_said_in_spanish(newsroom: Newsroom, arrive: Arrive) -> None:
    tab = arrive(newsroom, SPANISH, COMPUTER).open()
    tab.page.wait_for_timeout(400)
    newsroom.person().comment("Nuevo.", name="Otra", email="otra@example.org")
    expect(tab.page.locator(".arrivals")).to_have_text("1 comentario nuevo")


def test_a_tab_that_nobody_looks_at_asks_for_nothing_and_catches_up(
    newsroom: Newsroom, arrive: Arrive
) -> None:
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.wait_for_timeout(400)
    hide(tab.page, hidden=True)
    newsroom.person().comment("While away.", name="Other", email="other@example.org")
    tab.page.wait_for_timeout(800)
    expect(tab.page.locator(".arrivals")).to_be_hidden()
    hide(tab.page, hidden=False)
    expect(tab.page.locator(".arrivals")).to_have_text("1 new comment")
    assert len([url for url in asked if "/events?" in url]) == 2


@pytest.mark.parametrize("answer", BAD, ids=str)
def test_a_page_that_is_answered_badly_listens_again_after_longer_and_longer(
    newsroom: Newsroom, arrive: Arrive, answer: dict[str, Any]
) -> None:
    reader = arrive(newsroom, ENGLISH, COMPUTER)
    reader.alarm.forgive("Failed to load resource", "EventSource")
    page = open_with_chance(reader, 1.0, lambda route: route.fulfill(**answer))
    pauses = listen_until(page, 8)
    assert all(pause >= least for pause, least in some(zip(pauses, PAUSES, strict=True))), pauses

    page.wait_for_function("() => ended.length === 8")
    page.unroute(EVENTS)
    newsroom.person().comment("Meanwhile.", name="Other", email="other@example.org")
    listen_until(page, 9)
    expect(page.locator(".arrivals")).to_have_text("1 new comment")


def test_pages_that_were_cut_off_at_once_do_not_come_back_at_once(newsroom: Newsroom, arrive: Arrive) -> None:
    def cut_off(route: Route) -> None:
        route.fulfill(content_type="text/event-stream", body="retry: 1\nid: 1.1\nevent: here\ndata:\n\n")

    pauses = []
    for chance in (0.2, 0.5, 0.9):
        page = open_with_chance(arrive(newsroom, ENGLISH, COMPUTER), chance, cut_off)
        pauses.append(listen_until(page, 2)[0])
    assert 800 <= pauses[0] < 2_000 <= pauses[1] < 3_600 <= pauses[2]


def test_who_was_turned_away_stays_away_for_as_long_as_the_server_says(
    newsroom: Newsroom, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    page = open_with_chance(arrive(newsroom, ENGLISH, COMPUTER), 0.0)
    assert all(pause >= live.FULL for pause in some(listen_until(page, 3)))
    page.wait_for_function("() => ended.length === 3")
    hide(page, hidden=True)
    hide(page, hidden=False)
    page.clock.run_for(live.FULL // 2)
    assert page.evaluate("begun.length") == 3, "a tab that is looked at again does not come back earlier"

    monkeypatch.undo()
    newsroom.person().comment("Meanwhile.", name="Other", email="other@example.org")
    listen_until(page, 4)
    expect(page.locator(".arrivals")).to_have_text("1 new comment")


def test_who_comes_back_says_where_it_left_off(newsroom: Newsroom, arrive: Arrive) -> None:
    """Also where nothing had happened yet, or all there has been since the page came would be sent again."""
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()
    with tab.page.expect_request(EVENTS) as first:
        tab.reload()
    assert "revision=" in first.value.url
    tab.page.wait_for_timeout(400)
    hide(tab.page, hidden=True)
    with tab.page.expect_request(EVENTS) as again:
        hide(tab.page, hidden=False)
    assert re.search(r"since=\d+\.\d+$", again.value.url)


def test_a_page_costs_nothing_until_its_discussion_is_near(newsroom: Newsroom, arrive: Arrive) -> None:
    publish_long_story(newsroom)
    reader = arrive(newsroom, ENGLISH, COMPUTER)
    page = reader.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    Tab(reader, page).go("/en/long")
    page.wait_for_load_state("networkidle")
    with_page = len(asked)
    for _ in ("to another tab", "and again"):
        hide(page, hidden=True)
        hide(page, hidden=False)
    page.evaluate("scrollBy(0, 300)")
    page.wait_for_timeout(400)
    assert not any("/events" in url for url in asked)
    assert asked[with_page:] == []

    with page.expect_request(EVENTS):
        page.evaluate("scrollTo(0, document.querySelector('.discussion').offsetTop - innerHeight - 900)")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(400)
    story = page.locator(".discussion").get_attribute("data-story")
    newsroom.person().send_json(f"/stories/{story}/comments", guest("New."))
    expect(page.locator(".arrivals")).to_have_text("1 new comment")


def test_a_browser_that_cannot_tell_what_is_near_listens_at_once(newsroom: Newsroom, arrive: Arrive) -> None:
    publish_long_story(newsroom)
    reader = arrive(newsroom, ENGLISH, COMPUTER)
    reader.context.add_init_script("delete window.IntersectionObserver")
    page = reader.context.new_page()
    with page.expect_request(EVENTS):
        Tab(reader, page).go("/en/long")


def open_with_chance(reader: Reader, chance: float, answer: Callable[[Route], object] | None = None) -> Page:
    """The story in a browser whose clock we turn, and for which chance is always the same."""
    reader.context.add_init_script(f"Math.random = () => {chance}; {NOTE_BEGINNINGS}")
    page = reader.context.new_page()
    page.clock.install()
    if answer:
        page.route(EVENTS, answer)
    Tab(reader, page).go(ENGLISH.path)
    return page


def listen_until(page: Page, times: int) -> list[float]:
    """Turns the page's clock until it has listened so many times; how long it paused, in milliseconds."""
    for _ in range(600):
        begun, ended = page.evaluate("[begun, ended]")
        if len(begun) >= times:
            return [again - end for again, end in zip(begun[1:], ended, strict=False)]
        page.wait_for_function("() => ended.length === begun.length")
        page.clock.run_for(1_000)
    raise AssertionError(f"It listens no more: {begun}")


def publish_long_story(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    (folder / "long.en.md").write_text(LONG)
    assert publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands)) == []


def hide(page: object, *, hidden: bool) -> None:
    page.evaluate(  # type: ignore[attr-defined]  # a page
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
