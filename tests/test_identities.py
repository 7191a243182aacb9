"""Mistakes that others made with accounts (M20 to M37), each of which must stay impossible here."""

from __future__ import annotations

import itertools
import re
from typing import Any

import msgspec
import pytest

from piensas.actions.banning import ban_author, unban_author
from piensas.model.moment import Clock
from piensas.settings import SignIn
from piensas.store.readers import find_reader
from piensas.web.viewer import browser_cookie, session_cookie
from tests.conftest import OpenNewsroom
from tests.devices import Device
from tests.newsroom import Newsroom, Person
from tests.providers import (
    FOUR,
    Tricksters,
    code_of,
    come_back,
    is_signed_in,
    latest_letter,
    leave,
    link_of,
    me,
    open_letter_box,
    reader_id,
    sign_in,
    with_providers,
)
from tests.some import some
from tests.test_staff import invite
from tests.test_staff import make as make_passkey

ADDRESSES: dict[str, dict[str, Any]] = {
    "none": {"email": None},
    "unverified": {"email": "owner@example.org", "email_verified": False},
    "verified": {"email": "owner@example.org", "email_verified": True},
    "the string true": {"email": "owner@example.org", "email_verified": "true"},
    "somebody else's": {"email": "else@example.org", "email_verified": True},
    "another spelling": {"email": "OWNER@Example.ORG", "email_verified": True},
    "plus tag": {"email": "owner+x@example.org", "email_verified": True},
}


def test_M20_no_address_opens_anybodys_account(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """4 providers × 7 kinds of address × 4 kinds of account that has it already, each with its own."""
    owned = make_owners(signing_in, providers)

    cases = 0
    for provider, kind, owner in itertools.product(FOUR, ADDRESSES, OWNERS):
        address = {name: bend_to(owner, value) for name, value in ADDRESSES[kind].items()}
        bend_address(providers, address)
        attacker = signing_in.person()
        sign_in(attacker, providers, provider, subject=f"9{cases}", name="Attacker")
        found = me(attacker)
        assert found["reader"]["id"] not in owned, (provider, kind, owner)
        assert found["comments"] == []
        assert len(found["identities"]) == 1
        cases += 1
    assert cases == 112


OWNERS = ("guest", "local", "banned", "staff")


def bend_to(owner: str, value: Any) -> Any:
    """The same kind of address, of the mailbox of one of the owners."""
    return value.replace("owner", owner).replace("OWNER", owner.upper()) if isinstance(value, str) else value


def make_owners(newsroom: Newsroom, providers: Tricksters) -> set[str]:
    """A guest, a reader, one who is banned, and a moderator, each with a mailbox of their name; who has an
    account that could be opened."""
    guest, local, banned, staff = (newsroom.person() for _ in OWNERS)
    guest.comment("As a guest.", email="guest@example.org", name="Owner")
    enter_by_code(local, newsroom, providers, "local@example.org")
    enter_by_code(banned, newsroom, providers, "banned@example.org")
    forbidden = banned.send_json(newsroom.comments, {"text": "Before the ban."}).json()["comment"]["id"]
    owned = {reader_id(local), reader_id(banned)}
    newsroom.db.do(lambda db: ban_author(db, 1, int(forbidden), signing_in_clock(newsroom)))
    assert make_passkey(staff, invite(newsroom), Device()).status_code == 200
    owned.add(reader_id(staff))
    enter_by_code(staff, newsroom, providers, "staff@example.org", add="1")
    assert {each["provider"] for each in me(staff)["identities"]} == {"passkey", "email"}
    return owned


def signing_in_clock(newsroom: Newsroom) -> Any:
    return Clock(newsroom.hands)()


def enter_by_code(
    person: Person, newsroom: Newsroom, providers: Tricksters, email: str = "owner@example.org", **more: str
) -> None:
    newsroom.hands.turn(minutes=2)
    number = len(providers.letters)
    asked = person.send("/signin/email", {"email": email, "name": "Owner"} | more)
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers, number + 1))
    assert person.send("/signin/code", {"state": state, "code": code, "name": "Owner"}).status_code == 303


def bend_address(providers: Tricksters, address: dict[str, Any]) -> None:
    def bend(claims: dict[str, Any]) -> dict[str, Any]:
        if "data" in claims:
            return claims | {"data": claims["data"] | {"confirmed_email": address["email"]}}
        return claims | address

    providers.bend_profile = bend


def test_M21_a_name_that_changes_hands_gives_nothing_away(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana, again, other = (signing_in.person() for _ in range(3))
    sign_in(ana, providers, "x", subject="1", name="handle", email="a@example.org")
    sign_in(again, providers, "x", subject="1", name="renamed", email="b@example.org")
    sign_in(other, providers, "x", subject="2", name="handle", email="a@example.org")

    assert reader_id(again) == reader_id(ana) != reader_id(other)


@pytest.mark.parametrize("provider", [*FOUR, "club"])
def test_M22_two_people_are_two_readers_and_nobody_is_no_reader(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters, provider: str
) -> None:
    first, second = signing_in.person(), signing_in.person()
    sign_in(first, providers, provider, subject="1")
    sign_in(second, providers, provider, subject="2")
    assert reader_id(first) != reader_id(second)

    for nobody in (None, "", " ", 0, "0", True, [], {}, ["1"], 1.5, "x" * 256, "a\nb"):
        providers.bend_profile = lambda claims, it=nobody: name_subject(claims, it)  # type: ignore[misc]
        person = signing_in.person()
        answer = come_back(person, providers, leave(person, provider))
        assert answer.status_code == 502, nobody
        assert not is_signed_in(person)


def name_subject(claims: dict[str, Any], subject: object) -> dict[str, Any]:
    if "data" in claims:
        return {"data": claims["data"] | {"id": subject}}
    return claims | {"id" if "id" in claims else "sub": subject}


def test_M23_the_same_number_at_two_providers_is_two_people(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    people = {}
    for provider in (*FOUR, "club"):
        person = signing_in.person()
        sign_in(person, providers, provider, subject="42")
        people[reader_id(person)] = provider
    assert len(people) == 5


def test_M24_only_the_browser_that_left_comes_back_and_only_once(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    victim, attacker = signing_in.person(), signing_in.person()
    errand = leave(attacker, "google")
    stolen = come_back(victim, providers, errand)
    assert stolen.status_code == 403
    leave(victim, "google")
    assert come_back(victim, providers, errand).status_code == 403, "with a cookie of their own"
    assert not is_signed_in(victim)

    assert come_back(attacker, providers, errand).status_code == 303
    assert come_back(attacker, providers, errand).status_code == 403, "a replay"
    late = leave(attacker, "google")
    signing_in.hands.turn(minutes=11)
    assert come_back(attacker, providers, late).status_code == 403, "too late"
    assert attacker.get("/signin/google").status_code in (404, 405), "a link begins nothing"


def test_M25_an_answer_from_the_wrong_provider_is_nobodys(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    errand = leave(ana, "google")
    code = providers.give_code("google", errand.asked, {"subject": "1", "name": "Ana", "email": ""})
    elsewhere = ana.get(f"/signin/facebook/callback?code={code}&state={errand.state}")
    assert elsewhere.status_code == 403

    for named in ("https://accounts.google.com.evil.example", "", "https://accounts.google.com/"):
        errand = leave(ana, "google")
        code = providers.give_code("google", errand.asked, {"subject": "1", "name": "Ana", "email": ""})
        answer = ana.get(f"/signin/google/callback?code={code}&state={errand.state}&iss={named}")
        assert answer.status_code == 502, named
    errand = leave(ana, "google")
    code = providers.give_code("google", errand.asked, {"subject": "1", "name": "Ana", "email": ""})
    right = "https://accounts.google.com"
    twice = f"/signin/google/callback?code={code}&state={errand.state}&iss={right}&iss={right}"
    assert ana.get(twice).status_code == 403
    assert not is_signed_in(ana)


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "1e3",
    ],
)
def test_M26_nobody_is_led_elsewhere(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters, there: str
) -> None:
    ana = signing_in.person()
    for name in ("next", "return", "return_to", "from", "redirect", "redirect_uri", "back"):
        errand = leave(ana, "google", **{name: there})
        assert come_back(ana, providers, errand).headers["location"].startswith("/en/flight")
        own = {"sec-fetch-site": "same-origin"}
        out = ana.client.post("/signout", params={name: there}, data={name: there}, headers=own)
        assert out.headers["location"].startswith("/")
        assert not out.headers["location"].startswith(("//", "/\\"))
    own = {"sec-fetch-site": "same-origin"}
    begun = ana.client.post("/signin/google", params={"story": there}, data={"text": "x"}, headers=own)
    assert begun.status_code == 404
    assert errand.asked["redirect_uri"] == f"{signing_in.address}/signin/google/callback"


def test_M28_secrets_are_long_and_never_the_same(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    errands = [leave(ana, "google") for _ in range(30)]
    for name in ("state", "nonce", "code_challenge"):
        values = {errand.asked[name] for errand in errands}
        assert len(values) == 30
        assert min(map(len, values)) >= 32


def test_M29_a_link_that_is_only_opened_signs_nobody_in(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    ana.send("/signin/email", {"email": "ana@example.org"})
    letter = latest_letter(providers)
    link = link_of(letter)[len(signing_in.address) :]
    for _ in range(3):
        scanner = signing_in.person()
        assert scanner.get(link).status_code == 200
        assert scanner.client.head(link).status_code == 200
        assert not is_signed_in(scanner)
    key = link.split("key=")[1]
    for other in ("/signin/code", "/me/claim", "/signout"):
        assert ana.send(other, {"key": key, "code": key, "state": key}).status_code in (303, 403, 404)
    signing_in.hands.turn(minutes=31)
    assert ana.send("/signin/letter", {"key": key}).status_code == 403, "too late"


FOREIGN = [
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://evil.example"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_M30_another_sites_page_does_nothing(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters, headers: dict[str, str]
) -> None:
    ana = signing_in.person()
    sign_in(ana, providers)
    before = me(ana)
    routes = {
        "/signin/google": {"language": "en"},
        "/signin/email": {"email": "ana@example.org"},
        "/signin/change": {"text": "x"},
        "/signin/code": {"state": "x", "code": "y"},
        "/signin/letter": {"key": "x"},
        "/signout": {"text": "x"},
        "/me/name": {"name": "Forged"},
        "/me/claim": {"x": "x"},
        "/me/sessions/1/end": {"x": "x"},
        "/me/identities/1/drop": {"x": "x"},
        "/me/erasure": {"comments": "remove", "sure": "yes"},
    }
    for path, fields in some(routes.items()):
        as_form = ana.client.post(path, data=fields, headers=headers)
        as_json = ana.client.post(path, json=fields, headers=headers)
        as_text = ana.client.post(path, content="x=y", headers=headers | {"content-type": "text/plain"})
        assert {as_form.status_code, as_json.status_code, as_text.status_code} == {403}, path
    assert me(ana) == before


def test_M31_who_is_banned_is_out_at_once_and_by_every_way(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana, phone = signing_in.person(), signing_in.person()
    sign_in(ana, providers, "google", subject="1")
    come_back(ana, providers, leave(ana, "facebook", place="me", add="1"), subject="2")
    sign_in(phone, providers, "google", subject="1")
    comment = int(ana.send_json(signing_in.comments, {"text": "Bad."}).json()["comment"]["id"])
    signing_in.db.do(lambda db: ban_author(db, 1, comment, signing_in_clock(signing_in)))

    assert not is_signed_in(ana)
    assert not is_signed_in(phone)
    for provider, subject in (("google", "1"), ("facebook", "2")):
        refused = come_back(ana, providers, leave(ana, provider), subject=subject)
        assert refused.status_code == 403
        assert "You can no longer write here." in refused.text
    signing_in.db.do(lambda db: unban_author(db, 1, comment))
    sign_in(ana, providers, "google", subject="1")


@pytest.mark.parametrize("login", [True, False])
@pytest.mark.parametrize("by_mail", [True, False])
@pytest.mark.parametrize("stand_in", [True, False])
def test_M32_what_is_switched_off_is_off(  # noqa: N802
    open_site: OpenNewsroom, providers: Tricksters, login: bool, by_mail: bool, stand_in: bool
) -> None:
    with open_letter_box(providers) as mail:

        def change(settings: Any) -> Any:
            chosen = SignIn(by_mail=by_mail, stand_in=providers.address if stand_in else "")
            return msgspec.structs.replace(with_providers(settings, providers, mail), signin=chosen)

        newsroom = open_site(change, require_login=login)
        ana = newsroom.person()
        assert ana.post("As a guest.").status_code == (403 if login else 201)
        for provider in FOUR:
            assert (ana.send(f"/signin/{provider}", {"language": "en"}).status_code == 200) is stand_in
            assert ana.get(f"/signin/{provider}/callback?state=x&code=y").status_code in (403, 404)
        assert (ana.send("/signin/email", {"email": "a@example.org"}).status_code == 200) is by_mail
        assert ana.send("/signin/club", {"language": "en"}).status_code == 200


def test_M33_the_first_reader_is_a_reader_like_any_other(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """There is no power to be had over the web: bans and decisions are given from the command line alone."""
    first, second = signing_in.person(), signing_in.person()
    sign_in(first, providers, subject="1")
    sign_in(second, providers, subject="2")
    held = {key: value for key, value in me(first)["reader"].items() if key not in ("id", "since", "photo")}

    assert held == {k: v for k, v in me(second)["reader"].items() if k not in ("id", "since", "photo")}


def test_M34_a_sessions_token_counts_in_its_cookie_alone(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana, program = signing_in.person(), signing_in.person()
    sign_in(ana, providers)
    token = ana.client.cookies["piensas"]
    for headers in ({"authorization": f"Bearer {token}"}, {"x-token": token}, {"cookie": f"session={token}"}):
        assert program.client.get("/me", headers=headers).status_code == 303
    assert program.get(f"/me?piensas={token}&token={token}").status_code == 303


ODD = [
    "ana@example.org\r\nBcc: all@example.org",
    "ana@example.org,other@example.org",
    "Ana <ana@example.org>",
    "<ana@example.org>",
    "ana@example.org>",
    '"ana@evil.example" <ana@example.org>',
    "ana@[127.0.0.1]",
    "=?utf-8?q?ana=40evil.example?=@example.org",
    "ana@example.org\x00",
    "ana@@example.org",
    "ana",
    "@example.org",
    "a" * 100 + "@example.org",
]


@pytest.mark.parametrize("address", ODD)
def test_M35_a_letter_goes_to_the_very_address_that_is_kept(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters, address: str
) -> None:
    answer = signing_in.person().send_json("/signin/email", {"email": address})
    if answer.status_code != 200:
        assert answer.json()["code"] in ("email_invalid", "too_long")
        return
    letter = latest_letter(providers)
    sent_to = [each.addr_spec for each in letter["to"].addresses]
    assert len(sent_to) == 1
    assert letter.get_all("bcc") is None
    assert "@example.org" in sent_to[0]


def test_M36_a_neighbours_cookie_is_not_ours(open_site: OpenNewsroom, providers: Tricksters) -> None:  # noqa: N802
    """Over https all our cookies are bound to the host; of two with one name neither counts."""
    newsroom = open_site(lambda settings: with_providers(settings, providers))
    ana = newsroom.person()
    errand = leave(ana, "google")
    browser = ana.client.cookies["piensas-signin"]
    ana.client.cookies.clear()
    there = providers.redirect("google", errand.asked, {"subject": "1", "name": "Ana", "email": ""})
    path = there[len(newsroom.address) :]
    twice = newsroom.person().get(path, cookie=f"piensas-signin={browser}; piensas-signin=other")
    assert twice.status_code == 403
    once = newsroom.person().get(path, cookie=f"piensas-signin={browser}")
    assert once.status_code == 303
    assert browser_cookie("x", is_secure=True).key == "__Host-piensas-signin"
    assert session_cookie(True) == "__Host-piensas"
    for cookie in some(once.headers.get_list("set-cookie")):
        assert "HttpOnly" in cookie
        assert re.search(r"SameSite=lax", cookie, re.IGNORECASE)


def test_M37_a_few_wrong_codes_end_the_sign_in_whatever_else_succeeds(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    asked = ana.send("/signin/email", {"email": "ana@example.org"})
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers))
    for number in range(4):
        assert ana.send_json("/signin/code", {"state": state, "code": f"0000000{number}"}).status_code == 422
        if number == 2:
            sign_in(ana, providers, subject="77")
    assert ana.send_json("/signin/code", {"state": state, "code": "00000009"}).status_code == 422
    assert ana.send_json("/signin/code", {"state": state, "code": code}).status_code == 403


def test_M31_an_old_draft_opens_no_way_back(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """A draft's id gives a guest's browser its session back; neither a reader's, nor a banned guest's."""
    draft = {"text": "The same words.", "draft": "draft-00000001"}
    ana, guest = signing_in.person(), signing_in.person()
    sign_in(ana, providers)
    mine = ana.send_json(signing_in.comments, draft).json()["comment"]["id"]
    ana.send("/signout", {"language": "en"})
    again = ana.send_json(signing_in.comments, draft)
    assert again.json()["comment"]["id"] == mine
    assert ana.change(mine, "text", text="Changed.").status_code == 404

    old = {"draft": "draft-00000002", "text": "A guest's."}
    theirs = guest.comment(old["text"], draft=old["draft"])
    signing_in.db.do(lambda db: ban_author(db, 1, int(theirs), signing_in_clock(signing_in)))
    guest.post(old["text"], draft=old["draft"])
    assert guest.change(theirs, "text", text="Changed.").status_code == 404


def test_a_new_session_is_given_at_every_sign_in(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    ana.comment("As a guest.")
    tokens = [ana.client.cookies["piensas"]]
    for provider in ("google", "x"):
        sign_in(ana, providers, provider)
        tokens.append(ana.client.cookies["piensas"])
    assert len(set(tokens)) == 3
    for old in some(tokens[:-1]):
        thief = signing_in.person()
        thief.client.cookies.set("piensas", old)
        assert thief.get("/me").status_code == 303


def test_pages_of_signing_in_are_nobody_elses(signing_in: Newsroom, providers: Tricksters) -> None:
    """No cache keeps them, and no other site learns where the reader was (RFC 9700, 4.2.4)."""
    ana = signing_in.person()
    errand = leave(ana, "google")
    answers = [
        ana.send("/signin/google", {"language": "en"}),
        come_back(ana, providers, errand),
        ana.get("/signin"),
        ana.get("/signin/letter?key=x"),
    ]
    for answer in some(answers):
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert ana.get("/me").headers["cache-control"] == "private, no-store"
    assert signing_in.db.ask(find_reader, 1, int(reader_id(ana))) is not None
