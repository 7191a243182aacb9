"""Moderators: an invitation, a passkey, and what only they may do."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from piensas.actions.staffing import dismiss_moderator, invite_moderator
from piensas.model.identity import INVITATION
from piensas.model.moment import Clock
from piensas.model.session import hash_of
from piensas.store.readers import list_staff
from tests.conftest import OpenNewsroom
from tests.devices import PRESENT, Answer, Device
from tests.newsroom import Newsroom, Person
from tests.providers import Tricksters, come_back, is_signed_in, leave, me, sign_in, with_providers


def invite(newsroom: Newsroom, name: str = "Rosa Night") -> str:
    """The secret of the link that `piensas make-moderator` prints."""
    key = secrets.token_urlsafe(32)
    moment = Clock(newsroom.hands)()
    newsroom.db.do(lambda db: invite_moderator(db, newsroom.site, name, hash_of(key), moment))
    return key


def answer_from(newsroom: Newsroom) -> Answer:
    return Answer(newsroom.address)


def make(person: Person, key: str, device: Device, answer: Answer | None = None) -> httpx.Response:
    options = person.send_json("/staff/passkey/new", {"key": key}).json()
    said = device.make(options, answer or answer_from(person.newsroom))
    return person.send_json("/staff/invitation", {"key": key, "answer": said})


def open_with(person: Person, device: Device, answer: Answer | None = None) -> httpx.Response:
    options = person.send_json("/staff/passkey", {}).json()
    return person.send_json(
        "/staff", {"answer": device.open(options, answer or answer_from(person.newsroom))}
    )


@pytest.fixture
def device(newsroom: Newsroom) -> Device:
    """The device of a moderator who has accepted an invitation."""
    device = Device()
    assert make(newsroom.person(), invite(newsroom), device).status_code == 200
    return device


def test_an_invited_moderator_makes_a_passkey_and_comes_back_with_it(newsroom: Newsroom) -> None:
    rosa, device = newsroom.person(), Device()
    key = invite(newsroom)
    assert "Welcome, Rosa Night" in rosa.read(f"/staff/invitation?key={key}")
    assert "Welcome, Rosa Night" in rosa.read(f"/staff/invitation?key={key}")

    spanish = rosa.get(f"/staff/invitation?key={key}", accept_language="fr-CH, es-MX;q=0.9, en;q=0.8")
    assert "Te damos la bienvenida, Rosa Night" in spanish.text

    assert make(rosa, key, device).json() == {"next": "/me"}
    assert me(rosa)["reader"]["name"] == "Rosa Night"
    assert [each["provider"] for each in me(rosa)["identities"]] == ["passkey"]

    elsewhere = newsroom.person()
    assert open_with(elsewhere, device).json() == {"next": "/me"}
    assert me(elsewhere)["reader"]["id"] == me(rosa)["reader"]["id"]
    assert "You are commenting as a moderator." in elsewhere.read()


def test_a_moderator_who_comes_in_by_another_way_is_a_reader_like_any_other(
    open_site: OpenNewsroom, providers: Tricksters
) -> None:
    newsroom = open_site(lambda settings: with_providers(settings, providers), hold_everything=True)
    rosa, elsewhere = newsroom.person(), newsroom.person()
    assert make(rosa, invite(newsroom), Device()).status_code == 200
    assert rosa.send_json(newsroom.comments, {"text": "One."}).json()["comment"]["status"] == "published"
    come_back(rosa, providers, leave(rosa, "google", place="me", add="1"), subject="rosa")

    sign_in(elsewhere, providers, "google", subject="rosa")
    assert me(elsewhere)["reader"]["id"] == me(rosa)["reader"]["id"]
    assert elsewhere.send_json(newsroom.comments, {"text": "Two."}).json()["comment"]["status"] == "held"
    assert "You are commenting as a moderator." not in elsewhere.read()


def test_a_moderator_is_not_screened_and_not_slowed(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_everything=True, seconds_between_comments=60, reject_words=("secret",))
    rosa = newsroom.person()
    assert make(rosa, invite(newsroom), Device()).status_code == 200

    for text in ("This is the newsroom.", "No secret is kept."):
        assert rosa.send_json(newsroom.comments, {"text": text}).json()["comment"]["status"] == "published"
    assert newsroom.person().post("Am I held?").json()["comment"]["status"] == "held"


@pytest.mark.parametrize("name", ["Rosa Night", "ROSA NIGHT", "Rоsa Nіght", "R0sa  N1ght", "The newsroom"])
def test_nobody_else_writes_under_a_name_like_a_moderators_or_an_authors(
    newsroom: Newsroom, device: Device, name: str
) -> None:
    assert newsroom.person().post("I am not she.", name=name).json()["code"] == "name_reserved"
    assert newsroom.person().post("I am somebody.", name="Rosario").status_code == 201


def test_an_invitation_is_good_once_and_for_half_an_hour(newsroom: Newsroom) -> None:
    key = invite(newsroom)
    assert make(newsroom.person(), key, Device()).status_code == 200
    assert newsroom.person().get(f"/staff/invitation?key={key}").status_code == 403
    assert newsroom.person().send_json("/staff/passkey/new", {"key": key}).json()["code"] == "signin_over"

    late = invite(newsroom)
    newsroom.hands.turn(seconds=INVITATION / 1_000 + 1)
    assert newsroom.person().send_json("/staff/passkey/new", {"key": late}).json()["code"] == "signin_over"
    assert newsroom.person().get("/staff/invitation?key=guessed").status_code == 403


def test_of_two_who_accept_one_invitation_one_is_let_in(newsroom: Newsroom) -> None:
    key, first, second = invite(newsroom), newsroom.person(), newsroom.person()
    asked = [
        (person, person.send_json("/staff/passkey/new", {"key": key}).json()) for person in (first, second)
    ]

    said = [
        person.send_json(
            "/staff/invitation", {"key": key, "answer": Device().make(options, answer_from(newsroom))}
        )
        for person, options in asked
    ]

    assert [answer.status_code for answer in said] == [200, 403]
    assert not is_signed_in(second)


def test_a_second_invitation_adds_a_device_to_the_same_moderator(newsroom: Newsroom, device: Device) -> None:
    other = Device()
    assert make(newsroom.person(), invite(newsroom), other).status_code == 200

    found = [newsroom.person(), newsroom.person()]
    assert [open_with(*pair).status_code for pair in zip(found, (device, other), strict=True)] == [200, 200]
    assert me(found[0])["reader"]["id"] == me(found[1])["reader"]["id"]
    assert len(newsroom.db.ask(list_staff, 1)) == 1


WRONG: dict[str, dict[str, Any]] = {
    "another site's page": {"origin": "https://attacker.example"},
    "a page under the same name over http": {"origin": "http://127.0.0.1"},
    "another host": {"host": "attacker.example"},
    "a holder who was not asked for finger or code": {"flags": PRESENT},
    "nobody there": {"flags": 0},
    "a frame in another site's page": {"cross_origin": True, "top_origin": "https://attacker.example"},
    "a frame whose page is not named": {"cross_origin": True},
    "a page around it that is named alone": {"top_origin": "https://attacker.example"},
    "a frame that is put in another way": {"cross_origin": "true"},
    "a device that counts backwards": {"step": -2},
    "a device that does not count on": {"step": 0},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_passkeys_wrong_answer_opens_nothing(
    newsroom: Newsroom, device: Device, wrong: dict[str, Any]
) -> None:
    device.count = 5
    assert open_with(newsroom.person(), device).status_code == 200
    person = newsroom.person()

    assert open_with(person, device, replace(answer_from(newsroom), **wrong)).status_code == 403
    assert not is_signed_in(person)


@pytest.mark.parametrize("wrong", [*WRONG.values()][:-2], ids=[*WRONG][:-2])
def test_a_new_passkey_that_is_wrong_is_not_taken(newsroom: Newsroom, wrong: dict[str, Any]) -> None:
    key, device, person = invite(newsroom), Device(), newsroom.person()

    assert make(person, key, device, replace(answer_from(newsroom), **wrong)).status_code == 403
    assert not is_signed_in(person)
    assert make(person, key, device).status_code == 200


def test_an_answer_is_good_once_and_in_the_browser_that_was_asked(newsroom: Newsroom, device: Device) -> None:
    rosa, thief = newsroom.person(), newsroom.person()
    options = rosa.send_json("/staff/passkey", {}).json()
    said = device.open(options, answer_from(newsroom))
    thief.send_json("/staff/passkey", {})

    assert thief.send_json("/staff", {"answer": said}).json()["code"] == "signin_over"
    assert rosa.send_json("/staff", {"answer": said}).status_code == 200
    assert newsroom.person().send_json("/staff", {"answer": said}).json()["code"] == "signin_over"
    assert rosa.send_json("/staff", {"answer": said}).json()["code"] == "signin_over"


def test_a_passkey_that_nobody_knows_opens_nothing(newsroom: Newsroom, device: Device) -> None:
    assert open_with(newsroom.person(), Device()).json()["code"] == "signin_over"
    impostor = Device()
    impostor.id = device.id
    impostor.count = 100
    assert open_with(newsroom.person(), impostor).json()["code"] == "passkey_wrong"
    assert open_with(newsroom.person(), device).status_code == 200


@pytest.mark.parametrize(
    "said",
    ["", "{}", "[]", "nothing", '{"id": 5}', '{"response": {"signature": 1}}', "\x00", '{"a":' * 10_000],
)
def test_an_answer_that_cannot_be_read_is_refused(newsroom: Newsroom, said: str) -> None:
    key = invite(newsroom)
    for path in ("/staff", "/staff/invitation"):
        answer = newsroom.person().send_json(path, {"answer": said, "key": key})
        assert answer.status_code == 403, answer.text
        assert answer.json()["code"] == "passkey_wrong"


def test_who_is_dismissed_is_out_at_once(newsroom: Newsroom, device: Device) -> None:
    rosa = newsroom.person()
    open_with(rosa, device)
    newsroom.db.do(lambda db: dismiss_moderator(db, 1, "Rosa Night"))

    assert not is_signed_in(rosa)
    assert open_with(newsroom.person(), device).json()["code"] == "signin_over"
    assert newsroom.person().post("The name is free.", name="Rosa Night").status_code == 201
