"""A moderator's invitation in a real browser, with a device that Chromium pretends to have."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect

from piensas.actions.staffing import invite_moderator
from piensas.model.moment import Clock
from piensas.model.session import hash_of
from tests.browser.conftest import COMPUTER, OLD_PHONE, PHONE, Arrive, Device
from tests.browser.words import ENGLISH
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom


@pytest.fixture
def newsroom(open_site: OpenNewsroom) -> Newsroom:
    """Passkeys belong to a host by its name, so this site is reached by one."""
    return open_site(host="localhost")


def give_device(page: Page) -> None:
    """A phone's own authenticator whose holder always puts a finger on it (Web Authentication, 11.2)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def invite(newsroom: Newsroom) -> str:
    key = secrets.token_urlsafe(32)
    moment = Clock(newsroom.hands)()
    newsroom.db.do(lambda db: invite_moderator(db, newsroom.site, "Rosa Night", hash_of(key), moment))
    return f"/staff/invitation?key={key}"


@pytest.mark.parametrize("device", [COMPUTER, PHONE], ids=("computer", "phone"))
def test_a_moderator_makes_a_passkey_leaves_and_comes_back(
    newsroom: Newsroom, arrive: Arrive, device: Device
) -> None:
    tab = arrive(newsroom, ENGLISH, device).open()
    give_device(tab.page)
    tab.go(invite(newsroom))
    expect(tab.page.get_by_role("heading", name="Welcome, Rosa Night")).to_be_visible()
    tab.page.get_by_role("button", name="Make a passkey").click()
    expect(tab.page.get_by_role("heading", name="Rosa Night")).to_be_visible()
    tab.page.get_by_role("button", name="Log Out").click()

    tab.go("/staff")
    tab.page.get_by_role("button", name="Log in with a passkey").click()
    expect(tab.page.get_by_role("heading", name="Rosa Night")).to_be_visible()
    tab.go(newsroom.story)
    tab.page.locator("#box-text").focus()
    expect(tab.page.locator(".who")).to_contain_text("You are commenting as a moderator.")


def test_a_moderator_without_a_passkey_is_told_so(newsroom: Newsroom, arrive: Arrive) -> None:
    tab = arrive(newsroom, ENGLISH, COMPUTER).open()
    give_device(tab.page)
    tab.go("/staff")
    tab.page.get_by_role("button", name="Log in with a passkey").click()
    expect(tab.page.get_by_role("alert")).to_have_text("That did not work. Please try again.")


def test_without_scripts_the_page_says_that_it_needs_them(newsroom: Newsroom, arrive: Arrive) -> None:
    tab = arrive(newsroom, ENGLISH, OLD_PHONE).open("/staff")
    expect(tab.page.get_by_text("Passkeys need scripts.")).to_be_visible()
