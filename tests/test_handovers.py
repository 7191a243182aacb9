"""Whoever begins is who finishes: a letter, a ticket, a draft, a window count in the browser that began."""

from __future__ import annotations

import re

import pytest

from tests.newsroom import Newsroom, Person
from tests.providers import Tricksters, code_of, is_signed_in, latest_letter, link_of, me, text_of
from tests.test_embed import ELSEWHERE, SECRET, claim, far_signing_in, hash_in_hex

__all__ = ["far_signing_in"]
HERS = "anna@example.org"


def ask_for_letter(person: Person, **fields: str) -> str:
    """Asks for Anna's letter, as a page elsewhere would; the state that the code must come with."""
    story = person.newsroom.story_id
    asked = person.send(f"/signin/email?story={story}", {"email": HERS} | fields, **ELSEWHERE)
    assert asked.status_code == 200, asked.text
    return asked.text.split('name="state" value="')[1].split('"')[0]


def open_link(person: Person, providers: Tricksters, number: int = 1) -> tuple[str, str]:
    """The page behind the link of the letter with this number, and the link's secret."""
    there = link_of(latest_letter(providers, number))[len(person.newsroom.address) :]
    return person.read(there), there.split("key=")[1]


@pytest.mark.parametrize("fields", [{"window": "1", "ticket": hash_in_hex(SECRET)}, {}])
def test_who_asks_for_anothers_letter_gets_nothing_of_her_sign_in(
    far_signing_in: Newsroom, providers: Tricksters, fields: dict[str, str]
) -> None:
    """A stranger names her address, a page (forged) and a ticket of his own; she opens the letter."""
    stranger, anna = far_signing_in.person(), far_signing_in.person()
    ask_for_letter(stranger, text="Words that a stranger wrote.", **fields)
    page, key = open_link(anna, providers)
    pressed = anna.send("/signin/letter", {"key": key, "name": "Anna"})

    assert 'name="key"' not in page
    assert pressed.status_code == 403
    assert not is_signed_in(anna)
    assert claim(stranger).json() == {"signed_in": False}
    assert not is_signed_in(stranger)
    assert "Words that a stranger wrote." not in anna.read()


def test_her_own_letter_is_not_spoilt_by_a_strangers(far_signing_in: Newsroom, providers: Tricksters) -> None:
    stranger, anna = far_signing_in.person(), far_signing_in.person()
    ask_for_letter(stranger, ticket=hash_in_hex(SECRET))
    latest_letter(providers)
    far_signing_in.hands.turn(minutes=2)
    state = ask_for_letter(anna, text="Mine.")
    code = code_of(latest_letter(providers, 2))

    assert anna.send("/signin/code", {"state": state, "code": code}).status_code == 303
    assert me(anna)["identities"][0]["subject"] == HERS
    assert ">Mine.</textarea>" in anna.read()
    assert claim(stranger).json() == {"signed_in": False}


def test_a_link_that_is_opened_elsewhere_shows_the_code_to_be_typed_where_it_was_asked_for(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    desk, phone = signing_in.person(), signing_in.person()
    state = ask_for_letter_here(desk)
    page, key = open_link(phone, providers)
    shown = re.search(r'<p class="code" dir="ltr">([\d ]+)</p>', page)

    assert shown is not None
    assert shown[1] == code_of(latest_letter(providers))
    assert phone.send_json("/signin/letter", {"key": key}).json()["code"] == "signin_over"
    assert phone.send("/signin/code", {"state": state, "code": shown[1]}).status_code == 403
    assert desk.send("/signin/code", {"state": state, "code": shown[1]}).status_code == 303
    assert is_signed_in(desk)
    assert not is_signed_in(phone)
    gone = phone.get(f"/signin/letter?key={key}")
    assert gone.status_code == 403
    assert shown[1] not in gone.text


def ask_for_letter_here(person: Person) -> str:
    asked = person.send("/signin/email", {"email": HERS})
    return asked.text.split('name="state" value="')[1].split('"')[0]


def test_a_stranger_who_sends_her_his_own_link_does_not_sign_her_into_his_account(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """What she would write then would be his."""
    stranger, anna = signing_in.person(), signing_in.person()
    ask_for_letter_here(stranger)
    _, key = open_link(anna, providers)
    anna.send("/signin/letter", {"key": key})
    anna.comment("Written by Anna.")

    assert not is_signed_in(anna)
    stranger.send("/signin/letter", {"key": key})
    assert me(stranger)["comments"] == []


def test_a_way_in_is_added_to_the_account_of_who_asked_for_it_alone(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """Anna is signed in; a letter that a stranger asked for adds nothing to her account, nor hers to his."""
    anna, stranger = signing_in.person(), signing_in.person()
    enter = {"email": HERS}
    state = ask_for_letter_here(anna)
    anna.send("/signin/code", {"state": state, "code": code_of(latest_letter(providers))})
    signing_in.hands.turn(minutes=2)
    stranger.send("/signin/email", enter | {"email": "stranger@example.org", "add": "1"})
    _, key = open_link(anna, providers, 2)
    anna.send("/signin/letter", {"key": key})

    assert [each["subject"] for each in me(anna)["identities"]] == [HERS]


def test_the_letter_says_what_to_do_with_it(signing_in: Newsroom, providers: Tricksters) -> None:
    anna = signing_in.person()
    ask_for_letter_here(anna)
    words = text_of(latest_letter(providers))
    assert "Type it where you asked for it, or open this page:" in words
    assert len({code_of(latest_letter(providers)), "0000 0000"}) == 2
