"""The page with every way to log in: what is typed goes where its button says, and comes back if wrong."""

from __future__ import annotations

import re

import pytest

from tests.newsroom import Newsroom
from tests.providers import Tricksters, latest_letter, sign_in


def forms_of(page: str) -> list[str]:
    return re.findall(r"<form.*?</form>", page.split("<main", 1)[1], re.DOTALL)


def test_enter_in_the_email_field_asks_for_an_email(signing_in: Newsroom) -> None:
    """The first button of a form is what Enter presses: it was WordPress.com's."""
    by_mail, elsewhere = forms_of(signing_in.person().read("/signin"))
    assert re.findall(r"<button[^>]*>([^<]+)", by_mail) == ["Send me a link"]
    assert 'action="/signin/email"' in by_mail
    assert 'type="email"' not in elsewhere
    assert "/signin/email" not in elsewhere
    assert elsewhere.count("<button") == 5


@pytest.mark.parametrize("typed", ["", " ", "ana", "ana@", "a b@example.org", "<b>@example.org"])
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Please enter a valid email address."), ("es", "Introduce una dirección de correo")],
)
def test_a_wrong_address_is_said_beside_the_field_and_comes_back(
    signing_in: Newsroom, providers: Tricksters, typed: str, language: str, words: str
) -> None:
    before = len(providers.letters)
    answer = signing_in.person().send("/signin/email", {"email": typed, "language": language, "ways": "1"})
    assert answer.status_code == 422
    (by_mail, _) = forms_of(answer.text)
    field = by_mail.split('id="ways-email"')[1].split(">")[0]
    assert 'aria-invalid="true" aria-describedby="ways-error" autofocus' in field
    assert words in by_mail.split('id="ways-error"')[1]
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in by_mail
    assert len(providers.letters) == before


def test_it_speaks_the_language_that_is_asked_for(signing_in: Newsroom) -> None:
    for query, title in (("", "Log in"), ("?language=es", "Iniciar sesión"), ("?language=xx", "Log in")):
        assert f"<h1>{title}</h1>" in signing_in.person().read(f"/signin{query}")


def test_a_right_address_is_sent_a_link(signing_in: Newsroom, providers: Tricksters) -> None:
    answer = signing_in.person().send("/signin/email", {"email": "ana@example.org", "ways": "1"})
    assert "We have sent you an email." in answer.text
    assert latest_letter(providers)["to"] == "ana@example.org"


def test_a_way_is_added_and_a_story_gone_back_to(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    sign_in(ana, providers)
    forms = forms_of(ana.read(f"/signin?story={signing_in.story_id}"))
    assert [form.count('name="add" value="1"') for form in forms] == [1, 1]
    assert f'action="/signin/email?story={signing_in.story_id}"' in forms[0]
    wrong = ana.send(f"/signin/email?story={signing_in.story_id}", {"email": "x", "add": "1", "ways": "1"})
    assert [form.count('name="add" value="1"') for form in forms_of(wrong.text)] == [1, 1]
