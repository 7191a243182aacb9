"""Three people, four browsers, and everything that ties one to the other, in any order.

Each person has a mailbox, an account at a provider, browsers of their own, and words that nobody else writes.
What strangers send them (links, addresses to come back to) is opened as well as their own; nobody types the
code from their own letter into somebody else's browser.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import httpx
import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.newsroom import Newsroom, Person
from tests.providers import (
    Errand,
    Tricksters,
    code_of,
    come_back,
    is_signed_in,
    latest_letter,
    leave,
    link_of,
)
from tests.some import some
from tests.test_embed import COOKIE, ELSEWHERE, TOKENS, claim, hash_in_hex

OWNERS = (0, 0, 1, 2)
"""Whose each browser is."""
BROWSER, WHO, ANY = st.integers(0, len(OWNERS) - 1), st.integers(0, 2), st.integers(0, 1_000)
SITUATIONS = count(1)


class Browser(msgspec.Struct):
    """With the secret of a page elsewhere that is open in it."""

    person: Person
    owner: int
    ticket: str


class Begun(msgspec.Struct):
    """A sign-in under way, and the browser in which it was begun."""

    browser: Browser
    errand: Errand


class Letter(msgspec.Struct):
    """As its addressee has it; `state` is in the page of who asked for it."""

    browser: Browser
    addressee: int
    state: str
    code: str
    key: str


class Crowd(RuleBasedStateMachine):
    """Whatever they do, nobody sees, writes as, or gets the words of another."""

    newsroom: Newsroom
    providers: Tricksters

    def __init__(self) -> None:
        super().__init__()
        self.number = next(SITUATIONS)
        self.words = count(1)
        self.browsers = [
            Browser(self.newsroom.person(), owner, f"{self.number:032x}{place:032x}")
            for place, owner in enumerate(OWNERS)
        ]
        self.begun: list[Begun] = []
        self.letters: list[Letter] = []
        self.said: list[tuple[str, int, str]] = []

    def secret(self, kind: str, owner: int) -> str:
        """Something that only one of them may ever see."""
        return f"{kind}-{self.number}x{owner}"

    def mailbox(self, owner: int) -> str:
        return f"{self.secret('mail', owner)}@example.org"

    def typed(self, browser: Browser) -> str:
        return f"{self.secret('typed', browser.owner)} n{next(self.words)}"

    @rule(which=BROWSER, draft=st.sampled_from(["own", "anothers", ""]))
    def write(self, which: int, draft: str) -> None:
        """As a guest, or as whoever is signed in there; with an id of one's own or one that another used."""
        browser = self.browsers[which]
        words = f"said-{self.number}x{browser.owner} n{next(self.words)}"
        fields = {
            "name": f"Guest {browser.owner}",
            "email": f"{self.secret('guest', browser.owner)}@example.org",
            "identity": "",
        }
        others = [id for _, owner, id in self.said if id and owner != browser.owner]
        if draft == "own":
            fields["draft"] = f"draft-{self.number}-{next(self.words)}"
        elif draft == "anothers" and others:
            fields["draft"] = others[-1]
        answer = browser.person.post(words, **fields)
        assert answer.status_code in (201, 403, 409), answer.text
        if answer.status_code == 201:
            self.said.append((answer.json()["comment"]["id"], browser.owner, fields.get("draft", "")))

    @precondition(lambda self: self.said)
    @rule(which=BROWSER, what=ANY, verb=st.sampled_from(["text", "withdrawal"]))
    def change(self, which: int, what: int, verb: str) -> None:
        """One's own comment or another's: only one's own is changed."""
        browser = self.browsers[which]
        comment, owner, _ = self.said[what % len(self.said)]
        text = f"said-{self.number}x{browser.owner} changed n{next(self.words)}"
        answer = browser.person.change(comment, verb, **({"text": text} if verb == "text" else {}))
        assert answer.status_code != 200 or owner == browser.owner, "somebody else's comment was changed"

    @rule(which=BROWSER, add=st.booleans(), ticket=st.booleans())
    def begin(self, which: int, add: bool, ticket: bool) -> None:
        browser = self.browsers[which]
        fields = {"text": self.typed(browser)}
        if add and is_signed_in(browser.person):
            fields["add"] = "1"
        if ticket:
            fields |= {"window": "1", "ticket": hash_in_hex(browser.ticket)}
        self.newsroom.hands.turn(seconds=1)
        headers = ELSEWHERE if ticket else {}
        errand = leave(browser.person, "google", headers=headers, **fields)
        self.begun.append(Begun(browser, errand))

    @precondition(lambda self: self.begun)
    @rule(which=BROWSER, what=ANY, is_begun_there=st.booleans(), as_whoever_began=st.booleans())
    def finish(self, which: int, what: int, is_begun_there: bool, as_whoever_began: bool) -> None:
        """Where it was begun, or in a browser to which somebody sent the address."""
        begun = self.begun.pop(what % len(self.begun))
        browser = begun.browser if is_begun_there else self.browsers[which]
        who = begun.browser.owner if as_whoever_began else browser.owner
        answer = come_back(
            browser.person,
            self.providers,
            begun.errand,
            subject=self.secret("subject", who),
            email=self.mailbox(who),
            name=f"Reader {who}",
        )
        assert answer.status_code != 303 or browser is begun.browser, "finished where it was not begun"

    @rule(which=BROWSER, whose=WHO, ticket=st.booleans())
    def ask_for_letter(self, which: int, whose: int, ticket: bool) -> None:
        browser = self.browsers[which]
        self.newsroom.hands.turn(minutes=3)
        fields = {"email": self.mailbox(whose), "text": self.typed(browser)}
        if ticket:
            fields |= {"window": "1", "ticket": hash_in_hex(browser.ticket)}
        sent = len(self.providers.letters)
        path = f"/signin/email?story={self.newsroom.story_id}"
        asked = browser.person.send(path, fields, **(ELSEWHERE if ticket else {}))
        if asked.status_code == 429:
            return
        state = asked.text.split('name="state" value="')[1].split('"')[0]
        letter = latest_letter(self.providers, sent + 1)
        assert letter["To"] == self.mailbox(whose)
        assert self.secret("typed", browser.owner) not in str(letter)
        key = link_of(letter).split("key=")[1]
        self.letters.append(Letter(browser, whose, state, code_of(letter), key))

    @precondition(lambda self: self.letters)
    @rule(which=BROWSER, what=ANY, is_asked_there=st.booleans(), by_link=st.booleans())
    def use_letter(self, which: int, what: int, is_asked_there: bool, by_link: bool) -> None:
        """By its code or its link, where it was asked for or where somebody has brought it."""
        letter = self.letters[what % len(self.letters)]
        browser = letter.browser if is_asked_there else self.browsers[which]
        if browser is letter.browser and letter.addressee != browser.owner:
            return  # its reader gives it to nobody
        fields = {"key": letter.key} if by_link else {"state": letter.state, "code": letter.code}
        fields["name"] = f"Reader {browser.owner}"
        answer = browser.person.send(f"/signin/{'letter' if by_link else 'code'}", fields)
        assert answer.status_code not in (200, 303) or browser is letter.browser, "finished elsewhere"

    @rule(which=BROWSER, verb=st.sampled_from(["claim", "leave", "erase"]))
    def settle(self, which: int, verb: str) -> None:
        person = self.browsers[which].person
        if verb == "claim":
            person.send("/me/claim", {})
        elif verb == "leave":
            person.send("/signout", {"language": "en"})
        else:
            person.send("/me/erasure", {"comments": "keep", "sure": "yes"})

    @rule(which=BROWSER)
    def fetch_session_elsewhere(self, which: int) -> None:
        """The page elsewhere in this browser asks for what its own ticket stands for."""
        claim(self.browsers[which].person, self.browsers[which].ticket)

    @invariant()
    def nobody_has_what_is_anothers(self) -> None:
        for browser in some(self.browsers):
            for seen in some(everything_seen_by(browser)):
                for other in some({0, 1, 2} - {browser.owner}):
                    for kind in ("mail", "guest", "typed", "subject"):
                        assert self.secret(kind, other) not in seen, (kind, browser.owner, other)
            written = re.findall(r"said-\d+x(\d)", file_of(browser).text)
            assert set(written) <= {str(browser.owner)}, "somebody has another's words"


def file_of(browser: Browser) -> httpx.Response:
    return browser.person.get("/me/export.json")


def everything_seen_by(browser: Browser) -> list[str]:
    """The pages that are drawn for who has a session, and what the page elsewhere is told."""
    person, story = browser.person, browser.person.newsroom.story_id
    found = [person.get(path).text for path in (person.newsroom.story, "/me", f"/stories/{story}/viewer")]
    elsewhere: dict[str, Any] = dict(ELSEWHERE)
    if held := TOKENS.get(person):
        elsewhere["cookie"] = f"{COOKIE}={held}"
    return [*found, file_of(browser).text, person.get(f"/stories/{story}/viewer", **elsewhere).text]
