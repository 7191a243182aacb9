"""Strangers guess what somebody's address is: no answer tells them, or it tells them slowly."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person
from tests.providers import Tricksters, code_of, latest_letter, sign_in, with_providers

HERS = "night@example.org"
GUESSES = (HERS, "NIGHT@example.org", "nobody@example.org", "")
ATTACKER, OTHER, OWNER = ({"x-forwarded-for": f"9.9.9.{number}"} for number in (1, 2, 3))


def told(answer: httpx.Response) -> tuple[int, str]:
    """What an answer says besides which comment it is about."""
    code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else ""
    return answer.status_code, str(code)


def ask(person: Person, email: str, text: str = "Is it you?", **headers: str) -> httpx.Response:
    fields = {"text": text, "name": "Night reader", "email": email}
    return person.send_json(person.newsroom.comments, fields, **headers)


@pytest.mark.parametrize("draft", ["", "draft-of-a-stranger"])
@pytest.mark.parametrize("minutes", [0, 2])
@pytest.mark.parametrize("is_form", [True, False], ids=("form", "script"))
def test_a_published_text_with_a_guessed_address_is_another_comment(
    open_site: OpenNewsroom, draft: str, minutes: int, is_form: bool
) -> None:
    newsroom = open_site(require_name_and_email=False)
    first = newsroom.person().comment("I said that.", email=HERS)
    newsroom.hands.turn(minutes=minutes)
    said = []
    for number, guess in enumerate(GUESSES):
        person = newsroom.person()
        person.client.headers["x-forwarded-for"] = f"9.9.9.{number}"
        post = person.post_form if is_form else person.post
        own = {"draft": f"{draft}-{number}"} if draft else {}
        answer = post("I said that.", email=guess, **own)
        said.append(told(answer))
        assert first not in answer.headers.get("location", "") + answer.text
    assert set(said) == {(303 if is_form else 201, "")}
    assert newsroom.person().thread()["count"] == 1 + len(GUESSES)


def test_a_published_text_with_a_guessed_address_from_the_same_network_is_said_already_whoever_is_guessed(
    open_site: OpenNewsroom,
) -> None:
    newsroom = open_site(require_name_and_email=False)
    newsroom.person().comment("I said that.", name="Night reader", email=HERS)
    said = {told(ask(newsroom.person(), guess, "I said that.")) for guess in GUESSES}

    assert said == {(409, "duplicate")}
    assert newsroom.person().thread()["count"] == 1


def spend_network(newsroom: Newsroom) -> None:
    """All that may come from one address at once has come, the first of it from elsewhere."""
    for number in range(9):
        assert ask(newsroom.person(), f"{number}@example.org", f"{number}", **ATTACKER).status_code == 201


def test_a_stranger_with_a_session_of_their_own_is_told_no_more(newsroom: Newsroom) -> None:
    newsroom.person().comment("I said that.", email=HERS)
    stranger = newsroom.person()
    stranger.comment("Hello.", email="s@example.org")
    assert told(ask(stranger, HERS, "I said that.")) == (201, "")
    assert told(ask(stranger, HERS, "I said that.")) == (201, ""), "the same form sent twice is one comment"
    newsroom.hands.turn(minutes=2)
    assert told(ask(stranger, "other@example.org", "I said that.")) == (409, "duplicate")
    assert newsroom.person().thread()["count"] == 3


def test_who_has_written_a_moment_ago_is_not_told_to_the_too_fast(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=60)
    stranger = newsroom.person()
    assert ask(stranger, "s@example.org", "Mine.", **ATTACKER).status_code == 201
    spend_network(newsroom)
    newsroom.hands.turn(seconds=40)
    assert ask(newsroom.person(), HERS, "Hers.", **OWNER).status_code == 201

    waits = {ask(stranger, guess, **ATTACKER).headers["retry-after"] for guess in (HERS, "b@example.org")}
    assert waits == {"20"}
    waits = {
        ask(newsroom.person(), guess, **ATTACKER).headers["retry-after"] for guess in (HERS, "b@example.org")
    }
    assert waits == {"20"}


def test_proven_addresses_are_asked_for_slowly(signing_in: Newsroom, providers: Tricksters) -> None:
    sign_in(signing_in.person(), providers, email=HERS)
    said = [told(ask(signing_in.person(), HERS, f"{n}", **ATTACKER)) for n in range(20)]
    assert said == [(403, "email_taken")] + [(429, "too_fast")] * 19

    not_hers = ask(signing_in.person(), "free@example.org", "Mine?", **ATTACKER)
    assert told(not_hers) == (429, "too_fast"), "or what is free would be told"
    assert not_hers.headers["retry-after"] == "15"
    signing_in.hands.turn(seconds=15)
    assert told(ask(signing_in.person(), HERS, "Again.", **ATTACKER)) == (403, "email_taken")


def test_a_browser_that_asks_by_way_of_many_networks_is_as_slow(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    sign_in(signing_in.person(), providers, email=HERS)
    stranger = signing_in.person()
    stranger.comment("Hello.", email="s@example.org")
    assert told(ask(stranger, HERS, **ATTACKER)) == (403, "email_taken")
    assert told(ask(stranger, HERS, **OTHER)) == (429, "too_fast")


def test_what_is_free_is_told_by_a_comment_alone(open_site: OpenNewsroom, providers: Tricksters) -> None:
    """Whatever else is wrong is said first, so that no other refusal says that an address is nobody's."""
    newsroom = open_site(lambda settings: with_providers(settings, providers), seconds_between_comments=60)
    sign_in(newsroom.person(), providers, email=HERS)
    for fields in ({"name": "The newsroom"}, {"parent": "77"}, {"text": " "}, {"website": "nothing"}):
        said = {
            told(newsroom.person().post(**({"email": each} | fields))) for each in (HERS, "b@example.org")
        }
        assert len(said) == 1, fields
        assert "email_taken" not in str(said)

    spent = newsroom.person()
    assert told(ask(spent, "c@example.org", "One.", **ATTACKER)) == (201, "")
    spend_network(newsroom)
    said = {told(ask(newsroom.person(), each, "Two.", **ATTACKER)) for each in (HERS, "b@example.org")}
    assert said == {(429, "too_fast")}


def test_the_owner_comes_in_whoever_has_guessed(signing_in: Newsroom, providers: Tricksters) -> None:
    sign_in(signing_in.person(), providers, email=HERS)
    for number in range(5):
        ask(signing_in.person(), HERS, f"{number}", **ATTACKER)

    owner = signing_in.person()
    assert owner.send("/signin/email", {"email": HERS}, **OWNER).status_code == 200
    assert code_of(latest_letter(providers))
    known = signing_in.person()
    sign_in(known, providers, email=HERS)
    assert known.send_json(signing_in.comments, {"text": "It is me."}).status_code == 201


def test_who_has_asked_for_a_letter_is_not_told_to_the_too_fast(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    def letter(email: str, headers: dict[str, str]) -> httpx.Response:
        return signing_in.person().send_json("/signin/email", {"email": email}, **headers)

    assert letter("s@example.org", ATTACKER).status_code == 200
    signing_in.hands.turn(seconds=40)
    assert letter(HERS, OWNER).status_code == 200
    waits = {letter(each, ATTACKER).headers["retry-after"] for each in (HERS, "b@example.org")}
    assert waits == {"20"}
