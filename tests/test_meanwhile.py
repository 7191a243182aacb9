"""Between a request's head and its deed something happens: who has gone meanwhile does nothing any more."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import msgspec
import pytest

from piensas.actions.banning import ban_author
from piensas.actions.pacing import Allowance, spend
from piensas.model.moment import Clock, Moment, first_id_at
from piensas.model.refusals import TooFast
from piensas.settings import Mail
from piensas.store.database import Database
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person, wait_until
from tests.providers import (
    Tricksters,
    code_of,
    is_signed_in,
    latest_letter,
    me,
    open_letter_box,
    sign_in,
    with_providers,
)
from tests.some import some
from tests.test_api import make_token

Finish = Callable[[], int]


@contextmanager
def hold(person: Person, path: str, fields: dict[str, str], token: str = "") -> Iterator[Finish]:
    """Sends a request but for the end of its body; what is given sends that, and says the answer's status."""
    newsroom = person.newsroom
    parts = urlsplit(newsroom.address)
    body = msgspec.json.encode(fields) if token else urlencode(fields).encode()
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.client.cookies.jar)
    head = [
        f"POST {path} HTTP/1.1",
        f"host: {parts.netloc}",
        "accept: application/json",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    head += (
        [f"authorization: Bearer {token}", "content-type: application/json"]
        if token
        else [
            "sec-fetch-site: same-origin",
            f"cookie: {cookies}",
            "content-type: application/x-www-form-urlencoded",
        ]
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body[:-1])
        newsroom.person().read()  # who came before has been let in

        def finish() -> int:
            connection.sendall(body[-1:])
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            return int(answer.split()[1])

        yield finish


def rows_of(newsroom: Newsroom, table: str) -> int:
    return int(newsroom.db.ask(lambda db: db.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()))


def ban(newsroom: Newsroom, comment: str) -> None:
    newsroom.db.do(lambda db: ban_author(db, 1, int(comment), Clock(newsroom.hands)()))


DEEDS: dict[str, tuple[str, dict[str, str]]] = {
    "writes": ("/stories/{story}/comments", {"text": "I am still here."}),
    "votes": ("/stories/{story}/comments/{other}/vote", {"value": "up"}),
    "edits": ("/stories/{story}/comments/{own}/text", {"text": "Changed."}),
    "takes a program on": ("/me/programs", {"name": "p", "write": "yes", "read": "yes"}),
    "takes another name": ("/me/name", {"name": "Another"}),
}


@pytest.mark.parametrize("how", ["banned", "signed out", "erased"])
@pytest.mark.parametrize("deed", DEEDS)
def test_who_has_gone_meanwhile_does_nothing_any_more(
    signing_in: Newsroom, providers: Tricksters, deed: str, how: str
) -> None:
    bob, twin = signing_in.person(), signing_in.person()
    other = signing_in.person().comment("Somebody else's.", name="O", email="o@example.org")
    sign_in(bob, providers, subject="bob", name="Bob", email="bob@example.org")
    own = bob.send_json(signing_in.comments, {"text": "By Bob."}).json()["comment"]["id"]
    twin.client.cookies.update(bob.client.cookies)
    path, fields = DEEDS[deed]
    path = path.format(story=signing_in.story_id, other=other, own=own)
    before = {table: rows_of(signing_in, table) for table in ("comments", "votes", "edits")}

    with hold(bob, path, fields) as finish:
        if how == "banned":
            ban(signing_in, own)
        elif how == "signed out":
            assert twin.send("/signout", {}).status_code == 303
        else:
            assert twin.send("/me/erasure", {"comments": "keep", "sure": "yes"}).status_code == 200
        assert finish() in (403, 404, 422)
    assert {table: rows_of(signing_in, table) for table in before} == before
    assert signing_in.db.ask(lambda db: db.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one()) == 1


def test_a_program_whose_reader_is_banned_meanwhile_writes_nothing(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    bob = signing_in.person()
    sign_in(bob, providers, subject="bob")
    own = bob.send_json(signing_in.comments, {"text": "By Bob."}).json()["comment"]["id"]
    token = make_token(bob, "write")
    with hold(bob, signing_in.discussion, {"text": "By a program."}, token) as finish:
        ban(signing_in, own)
        assert finish() in (401, 403)
    assert rows_of(signing_in, "comments") == 1


def test_a_stolen_session_adds_no_way_in_after_it_was_ended(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    vera, thief = signing_in.person(), signing_in.person()
    sign_in(vera, providers, subject="vera", name="Vera", email="vera@example.org")
    thief.client.cookies.update(vera.client.cookies)
    asked = thief.send("/signin/email", {"email": "thief@example.net", "add": "1"})
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers))

    with hold(thief, "/signin/code", {"state": state, "code": code}) as finish:
        assert vera.send("/signout", {}).status_code == 303
        assert finish() == 403
    assert not is_signed_in(thief)
    sign_in(vera, providers, subject="vera", name="Vera", email="vera@example.org")
    assert [each["provider"] for each in me(vera)["identities"]] == ["google"]


def test_who_signs_in_while_their_guests_session_ends_comes_in(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    vera, twin = signing_in.person(), signing_in.person()
    vera.comment("As a guest.")
    asked = vera.send("/signin/email", {"email": "vera@example.net"})
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers))
    twin.client.cookies.set("piensas", vera.client.cookies["piensas"])
    with hold(vera, "/signin/code", {"state": state, "code": code}) as finish:
        assert twin.send("/me/erasure", {"comments": "keep", "sure": "yes"}).status_code == 200
        assert finish() in (200, 303)
    wait_until(lambda: rows_of(signing_in, "identities") == 1)


def open_slow(open_site: OpenNewsroom, providers: Tricksters, mail: Mail) -> Newsroom:
    return open_site(lambda settings: with_providers(settings, providers, mail), seconds_between_comments=15)


def test_a_stranger_who_types_a_readers_address_does_not_keep_the_reader_from_writing(
    open_site: OpenNewsroom, providers: Tricksters
) -> None:
    with open_letter_box(providers) as mail:
        newsroom = open_slow(open_site, providers, mail)
        vera = newsroom.person()
        sign_in(vera, providers, subject="vera", name="Vera", email="vera@example.org")
        taken = 0
        for number in range(4):
            guessed = newsroom.person().post(f"Guess {number}.", email="vera@example.org")
            taken += guessed.status_code == 201
            assert vera.send_json(newsroom.comments, {"text": f"Mine {number}."}).status_code == 201
            assert vera.send_json(newsroom.comments, {"text": f"Too soon {number}."}).status_code == 429
            newsroom.hands.turn(seconds=16)
        assert taken == 0


def test_a_reader_is_as_slow_in_two_browsers_as_in_one(
    open_site: OpenNewsroom, providers: Tricksters
) -> None:
    with open_letter_box(providers) as mail:
        newsroom = open_slow(open_site, providers, mail)
        desk, phone = newsroom.person(), newsroom.person()
        for browser in (desk, phone):
            sign_in(browser, providers, subject="vera")
        assert desk.send_json(newsroom.comments, {"text": "From the desk."}).status_code == 201
        assert phone.send_json(newsroom.comments, {"text": "From the phone."}).status_code == 429


def test_a_stranger_who_typed_an_address_and_is_erased_ends_nobodys_sign_in(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    stranger, vera = signing_in.person(), signing_in.person()
    stranger.comment("Under her address.", email="vera@example.org")
    asked = vera.send("/signin/email", {"email": "vera@example.org"})
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers))
    assert stranger.send("/me/erasure", {"comments": "remove", "sure": "yes"}).status_code == 200
    assert vera.send("/signin/code", {"state": state, "code": code}).status_code == 303
    assert is_signed_in(vera)


def test_votes_without_end_are_taken_back_in_portions(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piensas.actions.erasing.AT_ONCE", 3)
    comments = [newsroom.person().comment(f"Number {n}.", email=f"n{n}@example.org") for n in range(8)]
    voter, other = newsroom.person(), newsroom.person()
    for comment in some(comments):
        assert voter.change(comment, "vote", value="up").status_code == 200
    assert other.change(comments[0], "vote", value="up").status_code == 200
    assert voter.send("/me/erasure", {"comments": "remove", "sure": "yes"}).status_code == 200
    assert sorted(each["ups"] for each in newsroom.person().thread()["comments"]) == [0] * 7 + [1]
    assert rows_of(newsroom, "votes") == 1


def test_a_clock_that_ran_ahead_holds_nobody_up(db: Database) -> None:
    """It was put right while the site was down, or what happened is told in no order."""
    allowance = Allowance(every=2_000, at_once=3)
    today, next_month = Moment(first_id_at(1_000_000_000_000)), Moment(first_id_at(1_002_600_000_000))
    for moment in (next_month, today, today, today):
        db.do(lambda connection: spend(connection, 1, "a key", allowance, moment))  # noqa: B023
    with pytest.raises(TooFast):
        db.do(lambda connection: spend(connection, 1, "a key", allowance, today))


def test_nobody_votes_without_end(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("piensas.actions.voting.VOTES", Allowance(every=2_000, at_once=3))
    comments = [newsroom.person().comment(f"Number {n}.", email=f"n{n}@example.org") for n in range(5)]
    voter = newsroom.person()
    assert [voter.change(comment, "vote", value="up").status_code for comment in comments] == [200] * 3 + [
        429
    ] * 2
    newsroom.hands.turn(seconds=2)
    assert voter.change(comments[3], "vote", value="up").status_code == 200
