"""What people began before must go on after: who was here writes, votes and comes back as who they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from piensas.settings import Settings
from tests.devices import Answer, Device
from tests.making import COMING, FAR, GUEST, LETTERS, READER, STAFF
from tests.newsroom import Hands, wait_until
from tests.providers import code_of, latest_letter, open_letter_box
from tests.whole import HELD, Whole, open_whole


class LetterBox:
    """Keeps the letters that it is brought."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the library's
        self.letters.append(envelope.content)
        return "250 OK"


class Street(msgspec.Struct):
    """In front of a site that is served again: those who were here before, with what they hold."""

    there: str
    whole: Whole
    box: LetterBox
    client: httpx.Client

    def send(self, who: str, address: str, **body: str) -> httpx.Response:
        own = {"sec-fetch-site": "same-origin", "accept": "application/json"}
        headers = own | self.whole.made.holds.get(who, {})
        answer = self.client.post(address.format(**self.whole.made.names), json=body, headers=headers)
        self.client.cookies.clear()
        return answer

    def write(self, who: str, words: str, address: str = "/stories/{flight}/comments") -> str:
        """How what somebody writes is taken: its status and name, or the code with which it is refused."""
        answer = self.send(who, address, text=words)
        said = answer.json()
        if answer.status_code != 201:
            return str(said["code"])
        return f"{said['comment']['status']} {said['comment']['name']}"


@contextmanager
def open_street(whole: Whole, hands: Hands) -> Iterator[Street]:
    box = LetterBox()
    with ExitStack() as stack:
        mail = stack.enter_context(open_letter_box(box))  # type: ignore[arg-type]  # it keeps letters

        def with_mail(settings: Settings) -> Settings:
            return msgspec.structs.replace(settings, mail=mail)

        there, _ = stack.enter_context(open_whole(whole, hands, with_mail))
        client = stack.enter_context(httpx.Client(base_url=there, timeout=30))
        yield Street(there, whole, box, client)


def guest_votes(street: Street) -> None:
    voted = street.send(GUEST, "/stories/{flight}/comments/{told}/vote", value="up")
    assert voted.status_code == 200, voted.text
    told = "/api/v1/stories/{flight}/comments/{told}".format(**street.whole.made.names)
    assert street.client.get(told).json()["ups"] == 1


def draft_is_one_comment(street: Street) -> None:
    """Sent again by a browser that never got the answer."""
    fields = {"text": "Sent twice", "name": "Visitor", "email": "visitor-mail@example.org"}
    again = street.send(GUEST, "/stories/{flight}/comments", draft="sent-twice-0001", **fields)
    assert again.json()["comment"]["id"] == street.whole.made.names["twice"]


def reader_writes(street: Street) -> None:
    assert street.write(READER, "More words") == "published Ana Reader"


def letters_lead_back(street: Street) -> None:
    """To the reader who was known by the same mailbox."""
    found = come_in(street, *ask_for_letter(street, "berta-mail@example.org"))
    assert found["reader"]["id"] == street.whole.made.names["berta"]


def owner_is_sent_letters(street: Street) -> None:
    """Whatever strangers have asked for who know their address: their browser is at home with the mailbox."""
    came = len(street.box.letters)
    strangers = [ask_from(street, "a stranger", f"203.0.115.{number}").status_code for number in range(20)]
    assert strangers[-1] == 429, strangers
    assert ask_from(street, LETTERS, "203.0.115.99").status_code == 200
    wait_until(lambda: len(street.box.letters) == came + strangers.count(200) + 1)


def ask_from(street: Street, who: str, place: str) -> httpx.Response:
    """For a letter to Berta's mailbox."""
    headers = {"sec-fetch-site": "same-origin", "accept": "application/json", "x-forwarded-for": place}
    headers |= street.whole.made.holds.get(who, {})
    answer = street.client.post("/signin/email", json={"email": "berta-mail@example.org"}, headers=headers)
    street.client.cookies.clear()
    return answer


def banned_stays_out(street: Street) -> None:
    refused = type_code(street, *ask_for_letter(street, "wild-mail@example.org"))
    assert (refused.status_code, refused.json()["code"]) == (403, "banned"), refused.text


def code_still_opens(street: Street) -> None:
    names = street.whole.made.names
    found = come_in(street, names["state"], names["code"], street.whole.made.holds[COMING]["cookie"])
    assert found["identities"][0]["subject"] == "coming-mail@example.org"


def ask_for_letter(street: Street, email: str) -> tuple[str, str, str]:
    """What the code must come with, the code, and the cookie of the browser that has asked."""
    came = len(street.box.letters)
    asked = street.send("somebody new", "/signin/email", email=email)
    assert asked.status_code == 200, asked.text
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(street.box, came + 1))  # type: ignore[arg-type]  # it keeps letters
    return state, code, asked.headers["set-cookie"].partition(";")[0]


def type_code(street: Street, state: str, code: str, cookie: str) -> httpx.Response:
    headers = {"sec-fetch-site": "same-origin", "cookie": cookie, "accept": "application/json"}
    answer = street.client.post("/signin/code", json={"state": state, "code": code}, headers=headers)
    street.client.cookies.clear()
    return answer


def come_in(street: Street, state: str, code: str, cookie: str) -> Any:
    """What the site knows of who types the code."""
    answer = type_code(street, state, code, cookie)
    assert answer.is_success or answer.is_redirect, answer.text
    given = (line.partition(";")[0] for line in answer.headers.get_list("set-cookie"))
    session = next(each for each in given if each.startswith(("__Host-piensas=", "piensas=")))
    return street.client.get("/me/export.json", headers={"cookie": session}).json()


def moderator_writes(street: Street) -> None:
    assert street.write(STAFF, f"The desk says {HELD}") == "published Rosa Desk"


def passkey_opens(street: Street) -> None:
    names, device = street.whole.made.names, Device()
    device.id, device.count = bytes.fromhex(names["passkey"]), 10
    device.key = load_pem_private_key(names["passkey_key"].encode(), None)  # type: ignore[assignment]  # a curve's
    asked = street.send("somebody new", "/staff/passkey")
    answer = device.open(asked.json(), Answer(street.whole.address, host="news.example"))
    headers = {"sec-fetch-site": "same-origin", "cookie": asked.headers["set-cookie"].partition(";")[0]}
    opened = street.client.post("/staff", json={"answer": answer}, headers=headers)
    street.client.cookies.clear()
    assert opened.json() == {"next": "/me"}, opened.text


def far_reader_writes(street: Street) -> None:
    assert street.write(FAR, "More from afar", "/stories/{plain}/comments") == "published Ana"
