"""Comments of others arrive while a page is open, and nothing jumps."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.conftest import COMPUTER, PHONE, Arrive
from tests.browser.words import ENGLISH, SPANISH
from tests.newsroom import Newsroom


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
    expect(tab.page.locator("#count")).to_have_text("3 thoughts")

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


def hide(page: object, *, hidden: bool) -> None:
    page.evaluate(  # type: ignore[attr-defined]  # a page
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
