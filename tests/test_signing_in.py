"""Readers sign in, write as themselves, and leave: without scripts, as links and forms."""

from __future__ import annotations

import pytest

from tests.newsroom import Newsroom
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
    sign_in,
)

EVERY = (*FOUR, "club")
LABELS = {
    "wordpress": "WordPress.com",
    "google": "Google",
    "x": "X (Twitter)",
    "facebook": "Facebook",
    "club": "Club",
}


@pytest.mark.parametrize("provider", EVERY)
def test_a_reader_writes_as_themselves(signing_in: Newsroom, providers: Tricksters, provider: str) -> None:
    ana = signing_in.person()
    errand = leave(ana, provider, text="Typed before.", draft="draft-0001")
    answer = come_back(ana, providers, errand, name="Ana Maria")
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{signing_in.story}#respond"
    page = ana.read()
    assert f"You are commenting using your {LABELS[provider]} account." in page
    assert ">Typed before.</textarea>" in page

    posted = ana.send(signing_in.comments, {"text": "Typed before.", "draft": "draft-0001", "language": "en"})
    assert posted.status_code == 303, posted.text
    shown = signing_in.person().read()
    assert "Ana Maria" in shown
    assert 'src="/photos/' in shown
    assert ">Typed before.</textarea>" not in ana.read()
    assert "ana@example.org" not in shown


def test_the_icons_are_those_that_are_set_up(signing_in: Newsroom) -> None:
    page = signing_in.person().read()

    assert "Fill in your details below or click an icon to log in:" in page
    for label in (*LABELS.values(), "Email"):
        assert f"</span>{label}</button>" in page


def test_without_keys_there_are_no_icons(newsroom: Newsroom) -> None:
    page = newsroom.person().read()

    assert "Fill in your details below:" in page
    assert "data-icon" not in page
    assert newsroom.person().send("/signin/google", {}).status_code == 404
    assert newsroom.person().send("/signin/email", {"email": "a@example.org"}).status_code == 404


def test_who_says_no_at_the_provider_finds_their_words_again(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    answer = come_back(ana, providers, leave(ana, "google", text="Not lost."), answer="no")

    assert answer.status_code == 403
    assert "You were not logged in with Google. Nothing is lost." in answer.text
    assert ">Not lost.</textarea>" in answer.text
    assert ana.post_form("As a guest, then.").status_code == 303


def test_log_out_keeps_the_words_and_ends_the_session(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    sign_in(ana, providers)
    token = ana.client.cookies["piensas"]
    answer = ana.send(f"/signout?story={signing_in.story_id}", {"text": "Still here.", "language": "en"})

    assert answer.status_code == 200
    assert ">Still here.</textarea>" in answer.text
    assert "You are commenting using" not in answer.text
    thief = signing_in.person()
    thief.client.cookies.set("piensas", token)
    assert not is_signed_in(thief)


def test_change_offers_every_way_and_a_guest_may_write_after_all(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, name="Ana Signed")
    page = ana.send(f"/signin/change?story={signing_in.story_id}", {"text": "Hm.", "language": "en"}).text
    assert "You are commenting using your Google account." in page
    assert '<fieldset class="guest">' in page
    assert is_signed_in(ana)

    posted = ana.post_form("As somebody else.", name="A guest name", identity="guest")
    assert posted.status_code == 303, posted.text
    comments = signing_in.person().thread()["comments"]
    assert [each["name"] for each in comments] == ["A guest name"]
    assert not is_signed_in(ana)


def test_one_who_is_signed_in_needs_no_details(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, name="Ana")
    posted = ana.send_json(
        signing_in.comments, {"text": "Short.", "name": "Forged", "email": "f@example.org"}
    )

    assert posted.status_code == 201, posted.text
    assert posted.json()["comment"]["name"] == "Ana"


def test_a_site_may_take_only_known_readers(open_site, providers: Tricksters) -> None:  # type: ignore[no-untyped-def]
    from tests.providers import with_providers

    newsroom = open_site(lambda settings: with_providers(settings, providers), require_login=True)
    guest, ana = newsroom.person(), newsroom.person()
    page = guest.read()
    assert "Log in to comment:" in page
    assert 'name="email"' not in page
    assert guest.post("No.").status_code == 403
    sign_in(ana, providers)
    assert ana.send_json(newsroom.comments, {"text": "Yes."}).status_code == 201


def test_the_same_bytes_for_everybody_and_the_strip_in_the_second_answer(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, name="Ana")
    ana.client.cookies.set("piensas-scripts", "1")

    assert ana.read() == signing_in.person().read()
    own = ana.get(f"/stories/{signing_in.story_id}/viewer").json()
    assert "You are commenting using your Google account." in own["identity"]
    assert signing_in.person().get(f"/stories/{signing_in.story_id}/viewer").json()["identity"] == ""


def test_a_second_way_in_is_added_by_who_is_signed_in(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, "google", subject="g-1")
    first = me(ana)["reader"]["id"]
    errand = leave(ana, "facebook", place="me", add="1")
    answer = come_back(ana, providers, errand, subject="f-1")
    assert answer.headers["location"] == "/me"
    assert [each["provider"] for each in me(ana)["identities"]] == ["google", "facebook"]

    elsewhere = signing_in.person()
    sign_in(elsewhere, providers, "facebook", subject="f-1")
    assert me(elsewhere)["reader"]["id"] == first

    stranger = signing_in.person()
    sign_in(stranger, providers, "x", subject="7")
    taken = come_back(stranger, providers, leave(stranger, "facebook", place="me", add="1"), subject="f-1")
    assert taken.status_code == 409


def test_a_way_in_that_one_reader_asked_for_is_not_added_to_another_in_the_same_browser(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, "google", subject="g-1")
    errand = leave(ana, "facebook", place="me", add="1")
    ana.send("/signout", {})
    sign_in(ana, providers, "x", subject="bruno")
    bruno = me(ana)["reader"]["id"]

    answer = come_back(ana, providers, errand, subject="f-1")
    assert answer.status_code == 403
    assert me(ana)["reader"]["id"] == bruno
    assert [each["provider"] for each in me(ana)["identities"]] == ["x"]


def test_what_was_written_as_a_guest_can_be_claimed(signing_in: Newsroom, providers: Tricksters) -> None:
    ana, other = signing_in.person(), signing_in.person()
    theirs = other.comment("Theirs.", name="Other", email="other@example.org")
    mine = ana.comment("Mine, before.", name="Guest", email="guest@example.org")
    ana.change(theirs, "vote", value="up")
    sign_in(ana, providers)
    assert "1 comment was written as a guest from this browser." in ana.read("/me")

    assert ana.send("/me/claim", {}).status_code == 303
    data = me(ana)
    assert [each["id"] for each in data["comments"]] == [mine]
    assert [each["value"] for each in data["votes"]] == [1]
    assert ana.change(mine, "text", text="Mine, and edited.").status_code == 200
    assert ana.send("/me/claim", {}).status_code == 404


def test_sessions_can_be_seen_and_ended(signing_in: Newsroom, providers: Tricksters) -> None:
    here, there = signing_in.person(), signing_in.person()
    there.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"
    sign_in(there, providers)
    signing_in.hands.turn(minutes=1)
    sign_in(here, providers)
    page = here.read("/me")
    assert "Firefox, Linux" in page
    other = page.split('action="/me/sessions/')[1].split("/end")[0]

    assert here.send(f"/me/sessions/{other}/end", {}).status_code == 303
    assert not is_signed_in(there)
    assert is_signed_in(here)


@pytest.mark.parametrize(("days", "known"), [([29, 29], True), ([31], False), ([29] * 7, False)])
def test_sessions_end_by_themselves(
    signing_in: Newsroom, providers: Tricksters, days: list[int], known: bool
) -> None:
    """After 30 days without a visit, and after 180 in any case."""
    ana = signing_in.person()
    sign_in(ana, providers)
    for each in days:
        signing_in.hands.turn(days=each)
        found = is_signed_in(ana)
    assert found is known


def test_a_letter_signs_in_by_its_code(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    asked = ana.send(
        f"/signin/email?story={signing_in.story_id}",
        {"email": "Ana@example.org", "text": "Kept.", "name": "Ana"},
    )
    assert "We have sent you an email." in asked.text
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    code = code_of(latest_letter(providers))
    wrong = ana.send("/signin/code", {"state": state, "code": "0000 0000"})
    assert wrong.status_code == 422
    assert "That is not the code from the email." in wrong.text

    answer = ana.send("/signin/code", {"state": state, "code": code, "name": "Ana"})
    assert answer.headers["location"] == f"{signing_in.story}#respond"
    assert me(ana)["identities"][0]["email_verified"] is True
    page = ana.read()
    assert "You are commenting using your email account." in page
    assert ">Kept.</textarea>" in page


def test_a_letter_signs_in_by_its_link_in_the_browser_that_asked(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    ana.send("/signin/email", {"email": "ana@example.org"})
    page = ana.read(link_of(latest_letter(providers))[len(signing_in.address) :])
    key = page.split('name="key" value="')[1].split('"')[0]
    assert not is_signed_in(ana)

    assert ana.send("/signin/letter", {"key": key, "name": "Ana"}).status_code == 303
    assert me(ana)["reader"]["name"] == "Ana"
    assert ana.send("/signin/letter", {"key": key}).status_code == 403


def test_nobodys_letter_box_is_filled(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    assert ana.send("/signin/email", {"email": "ana@example.org"}).status_code == 200
    again = signing_in.person().send_json("/signin/email", {"email": "ANA@example.org"})
    assert (again.status_code, again.json()["code"]) == (429, "too_fast")
    signing_in.hands.turn(seconds=61)
    assert ana.send("/signin/email", {"email": "ana@example.org"}).status_code == 200


def test_who_types_a_proven_address_must_sign_in(signing_in: Newsroom, providers: Tricksters) -> None:
    sign_in(signing_in.person(), providers, email="Ana@Example.org")
    answer = signing_in.person().post("It is me.", email="ana@example.org")

    assert (answer.status_code, answer.json()["code"]) == (403, "email_taken")
    assert answer.json()["field"] == "email"


@pytest.mark.parametrize(
    "name", ["The Daily Question", "Тhe Daily Questiоn", "THE.DAILY-QUESTI0N", "𝐓he daily question"]
)
def test_nobody_looks_like_the_newsroom(signing_in: Newsroom, providers: Tricksters, name: str) -> None:
    answer = signing_in.person().post("Official!", name=name)
    assert (answer.status_code, answer.json()["code"]) == (403, "name_reserved")

    ana = signing_in.person()
    sign_in(ana, providers, name=name)
    assert me(ana)["reader"]["name"] == ""
    assert ana.send_json("/me/name", {"name": name}).status_code == 403
    assert ana.send("/me/name", {"name": "Ana"}).status_code == 303
    assert me(ana)["reader"]["name"] == "Ana"
