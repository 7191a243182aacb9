"""axe-core finds nothing to complain about on any kind of page, light or dark, in either language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE
from tests.browser.words import ENGLISH, SPANISH, Words
from tests.newsroom import Newsroom, open_newsroom

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => (await axe.run(document, { runOnly: tags })).violations
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))"""

Go = Callable[[Page, Newsroom, Words], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("axe")


@pytest.fixture(scope="module")
def lively(folder: Path) -> Iterator[Newsroom]:
    """A site whose story has a long thread with everything in it."""
    url = f"sqlite:///{folder / 'lively.db'}"
    with open_newsroom(url, folder / "lively", page_size=8, hold_words=("secret",)) as newsroom:
        fill(newsroom)
        yield newsroom


@pytest.fixture(scope="module")
def empty(folder: Path) -> Iterator[Newsroom]:
    with open_newsroom(f"sqlite:///{folder / 'empty.db'}", folder / "empty") as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def closed(folder: Path) -> Iterator[Newsroom]:
    """A site whose story was closed after somebody had commented on it."""
    url = f"sqlite:///{folder / 'closed.db'}"
    with open_newsroom(url, folder / "closed", close_after_days=14) as newsroom:
        newsroom.person().comment("In time.")
        newsroom.hands.turn(days=20)
        yield newsroom


def fill(newsroom: Newsroom) -> None:
    for number in range(10):
        texts = ("# Loud\n\n> quoted\n\n- a list\n\n`code`", "[a link](https://example.org)", "![](x.png)")
        root = newsroom.person().comment(f"{number}\n\n{texts[number % 3]}", email=f"{number}@example.org")
        newsroom.person().comment("A reply.", parent=root, email=f"r{number}@example.org", name="🙂")
    author = newsroom.person()
    gone = author.comment("Gone.", email="gone@example.org")
    newsroom.person().comment("But answered.", parent=gone, email="answer@example.org")
    author.change(gone, "withdrawal")


def to_front(page: Page, newsroom: Newsroom, words: Words) -> None:
    visit(page, f"{newsroom.address}{'/' if words == ENGLISH else '/es'}")


def to_story(page: Page, newsroom: Newsroom, words: Words) -> None:
    visit(page, newsroom.address + words.path)


def to_newest(page: Page, newsroom: Newsroom, words: Words) -> None:
    visit(page, f"{newsroom.address}{words.path}?order=newest")


def to_comment(page: Page, newsroom: Newsroom, words: Words) -> None:
    visit(page, f"{newsroom.address}{words.path}/comments/{a_comment(newsroom)}")


def to_reply_page(page: Page, newsroom: Newsroom, words: Words) -> None:
    visit(page, f"{newsroom.address}{words.path}/comments/{a_comment(newsroom)}/reply")


def to_open_reply(page: Page, newsroom: Newsroom, words: Words) -> None:
    to_story(page, newsroom, words)
    page.locator("a.reply").nth(1).click()


def to_own_comments(page: Page, newsroom: Newsroom, words: Words) -> None:
    post(page, newsroom, words, "A secret of mine.")
    page.locator(".note").wait_for()


def to_open_edit(page: Page, newsroom: Newsroom, words: Words) -> None:
    post(page, newsroom, words, "Edited in place.")
    page.locator("a.edit").click()
    page.locator("form.change textarea").wait_for()


def to_edit_page(page: Page, newsroom: Newsroom, words: Words) -> None:
    post(page, newsroom, words, "Edited on a page.")
    visit(page, newsroom.address + str(page.locator("a.edit").get_attribute("href")))


def to_withdrawal_page(page: Page, newsroom: Newsroom, words: Words) -> None:
    post(page, newsroom, words, "Withdrawn on a page.")
    visit(page, newsroom.address + str(page.locator("a.withdraw").get_attribute("href")))


def to_error(page: Page, newsroom: Newsroom, words: Words) -> None:
    to_story(page, newsroom, words)
    page.locator("#box-text").fill("Who am I?")
    page.locator(".post").click()
    page.locator("#box-error").wait_for()


def to_error_from_server(page: Page, newsroom: Newsroom, words: Words) -> None:
    to_story(page, newsroom, words)
    with page.expect_navigation():
        page.locator("#respond form").evaluate("form => form.submit()")


def to_nowhere(page: Page, newsroom: Newsroom, words: Words) -> None:
    visit(page, f"{newsroom.address}/{words.language}/nowhere", 404)


PAGES: dict[str, tuple[str, Go]] = {
    "front page": ("lively", to_front),
    "story with a long thread": ("lively", to_story),
    "story in another order": ("lively", to_newest),
    "story without comments": ("empty", to_story),
    "closed story": ("closed", to_story),
    "comment of a closed story": ("closed", to_comment),
    "permalink": ("lively", to_comment),
    "reply page": ("lively", to_reply_page),
    "reply in place": ("lively", to_open_reply),
    "own held comment": ("lively", to_own_comments),
    "edit in place": ("lively", to_open_edit),
    "edit page": ("lively", to_edit_page),
    "withdrawal page": ("lively", to_withdrawal_page),
    "error in the box": ("lively", to_error),
    "error from the server": ("lively", to_error_from_server),
    "not found": ("lively", to_nowhere),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=("english", "spanish"))
def test_every_kind_of_page_is_accessible(
    request: pytest.FixtureRequest, browser: Browser, kind: str, words: Words
) -> None:
    where, go = PAGES[kind]
    newsroom: Newsroom = request.getfixturevalue(where)
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    go(page, newsroom, words)

    assert {colours: complaints(page, colours) for colours in ("light", "dark")} == {"light": [], "dark": []}
    context.close()


def complaints(page: Page, colours: Any) -> list[str]:
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    return [str(each) for each in page.evaluate(RUN, TAGS)]


def visit(page: Page, address: str, status: int = 200) -> None:
    answer = page.goto(address)
    assert answer
    assert answer.status == status, answer.text()


def post(page: Page, newsroom: Newsroom, words: Words, text: str) -> None:
    """Posts a comment that differs from all that were posted before."""
    to_story(page, newsroom, words)
    count = newsroom.person().thread()["count"]
    page.locator("#box-text").fill(f"{text} {words.language} {count}")
    page.locator("#box-email").fill(f"{words.language}{count}@example.org")
    page.locator("#box-name").fill("Night reader")
    page.locator(".post").click()
    page.locator(".comment.own").first.wait_for()


def a_comment(newsroom: Newsroom) -> str:
    return str(newsroom.person().thread()["comments"][0]["id"])
