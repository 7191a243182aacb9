"""Letters that let a reader in: strangers fill nobody's letter box and nobody's quota, and keep nobody from
asking for their own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, select

from piensas.actions import letters
from piensas.actions.pacing import Allowance
from piensas.store.tables import jobs
from tests.newsroom import Newsroom, Person, wait_until
from tests.providers import Tricksters, code_of, is_signed_in, latest_letter

OWNER = "owner@example.org"
HOME = "9.9.8.1"


def ask(person: Person, place: str, address: str = OWNER) -> int:
    """What somebody at a network address is answered who asks for a letter."""
    return person.send_json("/signin/email", {"email": address}, x_forwarded_for=place).status_code


def list_jobs(db: Connection) -> list[Any]:
    return list(db.execute(select(jobs.c.id)))


def come_in(person: Person, providers: Tricksters, address: str = OWNER) -> None:
    """By the code of a letter, once all that were asked for before have come."""
    wait_until(lambda: person.newsroom.db.ask(lambda db: not list_jobs(db)))
    before = len(providers.letters)
    asked = person.send("/signin/email", {"email": address}, x_forwarded_for=HOME)
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers, before + 1))
    assert person.send("/signin/code", {"state": state, "code": code}).status_code == 303
    assert is_signed_in(person)


def ask_from_everywhere(newsroom: Newsroom, minutes: int) -> int:
    """Strangers at many network addresses ask for one mailbox's letters; how many they are sent."""
    sent = 0
    for minute in range(minutes):
        newsroom.hands.turn(minutes=1)
        for place in range(3):
            sent += ask(newsroom.person(), f"9.9.{minute % 200}.{place + 1}") == 200
    return sent


def test_a_stranger_who_asks_each_minute_keeps_nobody_from_asking(signing_in: Newsroom) -> None:
    stranger = signing_in.person()
    answers = []
    for _ in range(60):
        signing_in.hands.turn(minutes=1)
        answers.append(ask(stranger, "9.9.9.9"))

    assert 3 < answers.count(200) <= 8
    assert ask(signing_in.person(), HOME) == 200


def test_strangers_together_fill_no_letter_box(signing_in: Newsroom) -> None:
    sent = ask_from_everywhere(signing_in, 60)

    assert 12 < sent <= 12 + 60 // 3
    assert ask(signing_in.person(), "9.9.201.1", "somebody-else@example.org") == 200


def test_strangers_together_keep_no_browser_from_asking_in_which_the_owner_was_before(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    owner = signing_in.person()
    come_in(owner, providers)
    owner.send("/signout", {})
    ask_from_everywhere(signing_in, 30)

    assert ask(signing_in.person(), "9.9.202.1") == 429
    come_in(owner, providers)


def test_a_browser_is_at_home_with_its_own_mailbox_alone(signing_in: Newsroom, providers: Tricksters) -> None:
    neighbour = signing_in.person()
    come_in(neighbour, providers, "neighbour@example.org")
    ask_from_everywhere(signing_in, 30)

    assert ask(neighbour, "9.9.202.1") == 429
    name, _, signed = neighbour.client.cookies["piensas-home"].partition(".")
    for forged in (f"{name}.{signed[::-1]}", f"x{name}.{signed}", f".{signed}", name, ""):
        thief = signing_in.person()
        thief.client.cookies.set("piensas-home", forged)
        assert ask(thief, "9.9.202.2", OWNER) == 429


def test_a_browser_at_home_asks_for_few_in_a_moment_too(signing_in: Newsroom, providers: Tricksters) -> None:
    owner = signing_in.person()
    come_in(owner, providers)
    signing_in.hands.turn(minutes=5)

    answers = []
    for _ in range(5):
        signing_in.hands.turn(seconds=1)
        answers.append(ask(owner, HOME))
    assert answers == [200] * 3 + [429] * 2
    signing_in.hands.turn(minutes=1)
    assert ask(owner, HOME) == 200


def test_who_could_read_a_mailbox_once_does_not_fill_it_for_ever(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """They are at home with it, and come in anew with every letter."""
    member = signing_in.person()
    come_in(member, providers)
    sent = 0
    for _ in range(40):
        signing_in.hands.turn(seconds=15)
        asked = member.send("/signin/email", {"email": OWNER}, x_forwarded_for=HOME)
        if asked.status_code != 200:
            continue
        sent += 1
        state = asked.text.split('name="state" value="')[1].split('"')[0]
        code = code_of(latest_letter(providers, sent + 1))
        assert member.send("/signin/code", {"state": state, "code": code}).status_code == 303
    assert 6 <= sent <= 6 + 10


def test_the_site_sends_only_so_many_letters_to_strangers(
    signing_in: Newsroom, providers: Tricksters, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = signing_in.person()
    come_in(owner, providers)
    monkeypatch.setattr(letters, "OF_THE_SITE", Allowance(every=60_000, at_once=4))
    signing_in.hands.turn(minutes=10)

    answers = [ask(signing_in.person(), f"9.9.9.{n}", f"victim{n}@example.org") for n in range(8)]
    assert answers == [200] * 4 + [429] * 4
    assert ask(owner, HOME) == 200


def test_one_network_address_asks_for_one_letter_in_a_moment(signing_in: Newsroom) -> None:
    """Whichever browsers it has, and whosever letters they are."""
    answers = [ask(signing_in.person(), "9.9.9.9", f"victim{n}@example.org") for n in range(3)]
    assert answers == [200, 429, 429]
    assert ask(signing_in.person(), "9.9.9.8", "victim4@example.org") == 200
    signing_in.hands.turn(minutes=1)
    assert ask(signing_in.person(), "9.9.9.9", "victim5@example.org") == 200


def test_who_leaves_takes_their_home_along(signing_in: Newsroom, providers: Tricksters) -> None:
    owner = signing_in.person()
    come_in(owner, providers)
    assert owner.client.cookies.get("piensas-home")
    assert owner.send("/me/erasure", {"comments": "remove", "sure": "yes"}).status_code == 200
    assert not owner.client.cookies.get("piensas-home")
