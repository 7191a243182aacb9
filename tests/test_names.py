"""What readers are called in public: never by their address, and never "Guest" where names are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from piensas.outside.providers.provider import make_profile
from tests.newsroom import Newsroom, Person
from tests.providers import Tricksters, code_of, latest_letter, me, sign_in

HERS = "ana.diaz@example.org"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Ana Díaz", "preferred_username": "ana"}, "Ana Díaz"),
        ({"name": HERS, "preferred_username": "ana"}, "ana"),
        ({"name": HERS, "given_name": "Ana", "family_name": "Díaz", "preferred_username": "ana"}, "Ana Díaz"),
        ({"given_name": "Ana"}, "Ana"),
        ({"family_name": "Díaz", "name": " "}, "Díaz"),
        ({"name": f" {HERS.upper()} ", "preferred_username": HERS}, ""),
        ({"given_name": HERS, "name": 7, "preferred_username": "@ana"}, "@ana"),
        ({"given_name": "A" * 200, "family_name": "B" * 200}, "A" * 200 + " " + "B" * 44),
        ({"preferred_username": "ana at example"}, "ana at example"),
        ({}, ""),
    ],
)
def test_an_address_is_nobodys_name(claims: dict[str, Any], name: str) -> None:
    assert make_profile("club", "https://club.example", "1", claims).name == name


def test_no_page_shows_an_address_that_a_provider_gave_as_a_name(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    providers.bend = lambda claims: claims | {"name": HERS, "preferred_username": HERS, "email": HERS}
    sign_in(ana, providers, email=HERS)
    assert me(ana)["reader"]["name"] == ""
    assert ana.send(signing_in.comments, {"text": "Hello.", "display_name": "Ana"}).status_code == 303
    page = signing_in.person().read()
    assert HERS not in page
    assert ">Ana</bdi>" in page


@pytest.fixture
def nameless(signing_in: Newsroom, providers: Tricksters) -> Person:
    """Somebody who has signed in by a letter and said no name."""
    reader = signing_in.person()
    asked = reader.send("/signin/email", {"email": HERS})
    state = asked.text.split('name="state" value="')[1].split('"')[0]
    assert reader.send(
        "/signin/code", {"state": state, "code": code_of(latest_letter(providers))}
    ).is_redirect
    return reader


def test_who_has_no_name_is_asked_for_one_once(signing_in: Newsroom, nameless: Person) -> None:
    field = '<input id="box-display-name" name="display_name"'
    assert field in nameless.read()
    piece = nameless.get(f"/stories/{signing_in.story_id}/viewer").json()["identity"]
    assert field in piece

    refused = nameless.send(signing_in.comments, {"text": "Hello.", "display_name": " "})
    assert refused.status_code == 422
    assert "Please fill the required fields (name, email)." in refused.text
    assert (
        'aria-describedby="box-error" aria-invalid="true" autofocus'
        in refused.text.split(field)[1].split(">")[0]
    )
    scripted = nameless.send_json(signing_in.comments, {"text": "Hello."})
    assert (scripted.json()["code"], scripted.json()["field"]) == ("details_missing", "display_name")

    assert (
        nameless.send(signing_in.comments, {"text": "Hello.", "display_name": " Ana  D. "}).status_code == 303
    )
    assert ">Ana D.</bdi>" in signing_in.person().read()
    assert me(nameless)["reader"]["name"] == "Ana D."
    assert field not in nameless.read()


def test_who_has_a_name_does_not_change_it_in_the_box(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, name="Ana")
    assert "box-display-name" not in ana.read()
    assert ana.send(signing_in.comments, {"text": "Hello.", "display_name": "Mallory"}).status_code == 303
    assert me(ana)["reader"]["name"] == "Ana"
    assert "Mallory" not in signing_in.person().read()


def test_nobody_names_themselves_like_the_newsroom_that_way(signing_in: Newsroom, nameless: Person) -> None:
    for name, code in (("The newsroom", "name_reserved"), ("x" * 246, "too_long")):
        refused = nameless.send_json(signing_in.comments, {"text": "Hello.", "display_name": name})
        assert (refused.json()["code"], refused.json()["field"]) == (code, "display_name")
    assert "Hello." not in signing_in.person().read()


def test_a_name_is_not_wanted_where_the_site_wants_none(open_site, providers: Tricksters) -> None:  # type: ignore[no-untyped-def]
    """Who likes may give one all the same."""
    from tests.providers import with_providers

    newsroom = open_site(lambda settings: with_providers(settings, providers), require_name_and_email=False)
    providers.bend = lambda claims: claims | {"name": "", "preferred_username": ""}
    reader = newsroom.person()
    sign_in(reader, providers)
    assert reader.send(newsroom.comments, {"text": "First."}).status_code == 303
    assert ">Guest</bdi>" in newsroom.person().read()
    assert reader.send(newsroom.comments, {"text": "Second.", "display_name": "Ana"}).status_code == 303
    assert me(reader)["reader"]["name"] == "Ana"
