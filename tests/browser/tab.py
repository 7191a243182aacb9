"""A tab of a reader's browser: what they see, press and type, and what must never happen in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.browser.words import Words
from tests.newsroom import Newsroom

REFUSED = "Failed to load resource: the server responded"


class Alarm:
    """Collects what must never happen: errors on a page, and requests to anybody but the site."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.heard: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        context.on("weberror", lambda fault: self.heard.append(f"page error: {fault.error}"))
        context.on("console", self.listen)
        context.on("request", self.watch)

    def listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"console: {message.text}")

    def watch(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self.host:
            self.heard.append(f"a request left the site: {request.url}")

    def forgive(self, *words: str) -> None:
        """The browser writes every answer of 400 and above into its console, even one that we expect."""
        self.forgiven = words

    def require_silence(self) -> None:
        assert [each for each in self.heard if not any(words in each for words in self.forgiven)] == []


class Reader(Struct):
    """Somebody with a browser of their own, who may open several tabs in it."""

    context: BrowserContext
    alarm: Alarm
    newsroom: Newsroom
    words: Words
    has_scripts: bool

    def open(self, path: str = "") -> Tab:
        """A new tab with the story, or with another page of the site."""
        tab = Tab(self, self.context.new_page())
        tab.go(path or self.words.path)
        return tab


class Tab(Struct):
    reader: Reader
    page: Page

    @property
    def words(self) -> Words:
        return self.reader.words

    def go(self, path: str) -> None:
        self.page.goto(self.reader.newsroom.address + path)

    def reload(self) -> None:
        self.page.reload()

    def come_back(self) -> None:
        """Loads the page again, until the script knows what is this reader's own."""
        with self.page.expect_response("**/viewer?*") as answer:
            self.page.reload()
        answer.value.finished()

    def write(self, text: str, name: str = "Night reader", email: str = "night@example.org") -> None:
        self.field("text").fill(text)
        self.field("email").fill(email)
        self.field("name").fill(name)

    def post(self, text: str, **details: str) -> Locator:
        """Posts a comment as a guest; the comment as it then stands on the page."""
        self.write(text, **details)
        self.press(self.words.post)
        self.see(self.comment(text))
        return self.comment(text)

    def answer(self, text: str, name: str, **details: str) -> Locator:
        """Replies to a comment by `name`."""
        self.follow(self.words.reply_to.format(name))
        self.see(self.page.get_by_role("heading", name=self.words.leave_reply.format(name)))
        self.write(text, **details)
        self.press(self.words.reply)
        self.see(self.comment(text))
        return self.comment(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("link", name=name, exact=True).first.click()

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#respond [name={name}]")

    def comment(self, text: str) -> Locator:
        body = self.page.locator(".text").get_by_text(text, exact=True)
        return self.page.locator("article.comment").filter(has=body)

    def texts(self) -> list[str]:
        """The comments on the page, from top to bottom."""
        return [text.strip() for text in self.page.locator("article.comment > .text").all_inner_texts()]

    def see(self, what: Locator) -> None:
        expect(what).to_be_visible()

    def see_error(self, words: str) -> None:
        expect(self.page.locator("#box-error")).to_have_text(words)
        expect(self.page.locator("#box-error")).to_be_visible()

    def hear(self, words: str) -> None:
        """What the page's status region announces; only scripts can."""
        if self.reader.has_scripts:
            expect(self.page.locator("#status")).to_have_text(words)

    def kept(self) -> dict[str, str]:
        """What the site has written into this browser's storage."""
        return dict(self.page.evaluate("({...localStorage})"))

    def measure(self, expression: str, *args: Any) -> Any:
        return self.page.evaluate(expression, *args)
