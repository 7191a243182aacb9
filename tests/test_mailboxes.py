"""An address of mail opens its own account, and nobody's whose address only folds to it."""

from __future__ import annotations

import sys
import unicodedata

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piensas.model.mailbox import mailbox_of
from tests.conftest import MakeOldSite
from tests.newsroom import Newsroom, Person
from tests.old_sites import OldSite
from tests.providers import (
    Tricksters,
    code_of,
    come_back,
    is_signed_in,
    latest_letter,
    leave,
    me,
    reader_id,
)
from tests.some import some

TWO_PEOPLE = [
    ("anna@grossmann.example", "anna@großmann.example"),
    ("anna@example.org", "ａnna@example.org"),
    ("stefan@example.org", "ſtefan@example.org"),
    ("fiona@example.org", "ﬁona@example.org"),
    ("marcoσ@example.org", "marcoς@example.org"),
    ("strasse@example.org", "straße@example.org"),
    ("ilker@example.org", "İlker@example.org"),
    ("a@faß.example", "a@fass.example"),
    ("a@βόλος.example", "a@βόλοσ.example"),
]
"""Each is another mailbox than the other, though Unicode's foldings make them one."""

ONE_PERSON = [
    ("anna@example.org", "ANNA@Example.ORG"),
    ("anna@bücher.example", "Anna@BÜCHER.example"),
    ("anna@bücher.example", "anna@xn--bcher-kva.example"),
    ("anna@example.org", "  anna@example.org "),
    ("anna@example.org", "anna@ｅxample.org"),
    ("kevin@example.org", "\u212aevin@example.org"),  # the Kelvin sign is K by canonical equivalence
]


def enter(person: Person, providers: Tricksters, address: str) -> str:
    """Signs in by a letter; says to which address it was sent."""
    person.newsroom.hands.turn(minutes=2)
    number = len(providers.letters)
    asked = person.send("/signin/email", {"email": address, "name": "Anna"})
    assert asked.status_code == 200, asked.text
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    letter = latest_letter(providers, number + 1)
    entered = person.send("/signin/code", {"state": state, "code": code_of(letter), "name": "Anna"})
    assert entered.status_code == 303, entered.text
    return providers.recipients[-1]


def test_whose_address_only_folds_to_hers_is_not_let_into_her_account(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    """Nor does the letter go anywhere but to the very address that the account is known by."""
    for pair in TWO_PEOPLE:
        hers, his = (signing_in.person() for _ in pair)
        sent_to = [
            enter(person, providers, address) for person, address in zip((hers, his), pair, strict=True)
        ]
        known_as = [each["subject"] for person in (hers, his) for each in me(person)["identities"]]

        assert reader_id(hers) != reader_id(his), pair
        assert known_as == sent_to, pair


def test_two_spellings_of_one_mailbox_are_one_account(signing_in: Newsroom, providers: Tricksters) -> None:
    for pair in ONE_PERSON:
        desk, phone = (signing_in.person() for _ in pair)

        assert enter(desk, providers, pair[0]) == enter(phone, providers, pair[1])
        assert reader_id(desk) == reader_id(phone), pair


def test_a_guest_may_write_under_an_address_that_only_folds_to_a_proven_one(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    for hers, his in TWO_PEOPLE:
        enter(signing_in.person(), providers, hers)

        assert signing_in.person().post(f"{hers}.", email=hers).json()["code"] == "email_taken"
        assert signing_in.person().post(f"{his}.", email=his).status_code == 201, his


def test_no_folding_of_unicode_makes_two_mailboxes_one() -> None:
    """Every character that folds, lowers, raises or decomposes to another, before the @."""
    tried = 0
    for code in range(0x80, sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        letter = chr(code)
        ways = (str.casefold, str.lower, str.upper, lambda each: unicodedata.normalize("NFKC", each))
        others = {unicodedata.normalize("NFC", way(letter)) for way in ways} - {letter}
        is_itself = unicodedata.is_normalized("NFC", letter)
        whole = mailbox_of(f"a{letter}b@example.org") if others and is_itself else None
        for other in others if whole else ():  # may be none: counted below
            assert mailbox_of(f"a{other}b@example.org") != whole, f"U+{code:04X} {letter} and {other}"
            tried += 1
    assert tried > 2_000


@given(st.text(min_size=1, max_size=12))
def test_two_domains_are_one_where_the_name_system_says_so(label: str) -> None:
    """Not by any folding of ours: RFC 5891 by UTS 46, non-transitional."""
    found = mailbox_of(f"anna@{label}.example")
    if found is not None:
        expected = idna.encode(f"{label}.example", uts46=True, std3_rules=False, transitional=False)
        assert found == f"anna@{expected.decode()}"


def test_a_mailbox_is_its_own_form() -> None:
    for pair in (*TWO_PEOPLE, *ONE_PERSON):
        for address in some(pair):
            found = mailbox_of(address.strip())
            assert found is not None
            assert mailbox_of(found) == found


def test_who_has_signed_in_by_another_way_has_their_address_kept_for_them(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    providers.bend_profile = lambda claims: (
        claims | {"email": "anna@GROSSMANN.example", "email_verified": True}
    )
    anna = signing_in.person()
    come_back(anna, providers, leave(anna, "club"))
    assert is_signed_in(anna)
    assert signing_in.person().post("Hers.", email="anna@grossmann.example").json()["code"] == "email_taken"
    assert signing_in.person().post("His.", email="anna@großmann.example").status_code == 201


GROSS, GROSZ = "anna@grossmann.example", "anna@großmann.example"


def put_account(
    site: OldSite, id: int, *, subject: str, made_for: str, latest: str, issuer: str = "https://news.example"
) -> None:
    """An account as it was kept until revision 0010, with a session that a letter opened, and a comment."""
    site.put("readers", id=id, email=made_for, name="Anna", approved=1)
    keys = {"provider": "email", "issuer": issuer, "subject": subject, "email_key": subject}
    site.put("identities", id=id, reader_id=id, email=latest, is_verified=True, **keys)
    site.put("sessions", token_hash=bytes([id]) * 32, reader_id=id, id=id, provider="email")
    site.put("sessions", token_hash=bytes([id + 100]) * 32, reader_id=id, id=id, provider="google")
    site.put("comments", story_id=1, id=id, root_id=id, reader_id=id, draft=f"draft-{id}", status="published")


def test_who_came_by_letter_before_and_after_the_site_got_another_address_is_one_reader(
    old_site: MakeOldSite,
) -> None:
    site = old_site("0010")
    for id, home in ((1, "http://news.example"), (2, "https://news.example"), (3, "https://news.example")):
        mailbox = "cleo@example.org" if id == 3 else "anna@example.org"
        put_account(site, id, subject=mailbox, made_for=mailbox, latest=mailbox, issuer=home)
    site.put("identities", id=4, reader_id=3, provider="passkey", issuer="https://news.example", subject="k")
    site.put("identities", id=5, reader_id=3, provider="club", issuer="https://club.example", subject="c")
    site.upgrade()

    assert site.rows("identities", "provider", "issuer", "subject", "reader_id") == [
        ("club", "https://club.example", "c", 3),
        ("email", "", "anna@example.org", 1),
        ("email", "", "cleo@example.org", 3),
        ("passkey", "", "k", 3),
    ]
    assert site.rows("comments", "id", "reader_id") == [(1, 1), (2, 1), (3, 3)]
    assert site.rows("readers", "id", "approved") == [(1, 2), (2, 0), (3, 1)]
    kept = sorted(site.rows("sessions", "reader_id", "provider"))
    assert kept == [(1, "email"), (1, "google"), (2, "google"), (3, "email"), (3, "google")]


def test_two_people_who_were_one_account_are_parted(old_site: MakeOldSite) -> None:
    site = old_site("0008")
    put_account(site, 1, subject=GROSS, made_for=GROSS, latest=GROSZ)
    put_account(site, 2, subject="bo@example.org", made_for="Bo@example.org", latest="bo@example.org")
    site.upgrade()

    known = site.rows("identities", "reader_id", "subject", "email", "email_key")
    assert known == [(1, GROSS, GROSS, GROSS), (2, *["bo@example.org"] * 3)]
    assert sorted(site.rows("sessions", "reader_id", "provider")) == [
        (1, "google"),
        (2, "email"),
        (2, "google"),
    ]


def test_an_account_is_known_by_its_mailbox_after_the_upgrade(old_site: MakeOldSite) -> None:
    site = old_site("0008")
    put_account(site, 1, subject=GROSS, made_for=GROSZ, latest=GROSZ)
    mailbox = mailbox_of(GROSZ)
    site.upgrade()

    assert site.rows("identities", "subject", "email_key") == [(mailbox, mailbox)]
    assert ("email",) in site.rows("sessions", "provider")


@pytest.mark.parametrize("first", ["anna@bücher.example", "anna@xn--bcher-kva.example"])
def test_two_accounts_of_one_mailbox_become_the_older_one(old_site: MakeOldSite, first: str) -> None:
    site = old_site("0008")
    second = {"anna@bücher.example": "anna@xn--bcher-kva.example"}.get(first, "anna@bücher.example")
    put_account(site, 1, subject=first, made_for=first, latest=first)
    put_account(site, 2, subject=second, made_for=second, latest=second)
    site.upgrade()

    assert site.rows("identities", "reader_id", "subject") == [(1, "anna@xn--bcher-kva.example")]
    assert site.rows("comments", "id", "reader_id") == [(1, 1), (2, 1)]
    assert site.rows("readers", "id", "approved") == [(1, 2), (2, 0)]
