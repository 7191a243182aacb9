"""Every icon of the box, in a real browser: at a desk and on a phone, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COMPUTER, OLD_PHONE, PHONE, TERMINAL, Arrive, Device
from tests.browser.tab import REFUSED, Tab
from tests.browser.test_axe import AXE, RUN, TAGS
from tests.browser.words import ENGLISH
from tests.newsroom import Newsroom
from tests.providers import (
    Trick,
    Tricksters,
    code_of,
    latest_letter,
    link_of,
)

LABELS = {
    "wordpress": "WordPress.com",
    "google": "Google",
    "x": "X (Twitter)",
    "facebook": "Facebook",
    "club": "Club",
}
DEVICES = (COMPUTER, PHONE, OLD_PHONE, TERMINAL)


def open_tab(arrive: Arrive, newsroom: Newsroom, device: Device, providers: Tricksters) -> Tab:
    """Requests to the stand-ins are what this is about; to anybody else they remain an alarm."""
    reader = arrive(newsroom, ENGLISH, device)
    reader.alarm.forgive(*expected(providers))
    return reader.open()


def expected(providers: Tricksters) -> tuple[str, str]:
    return f"a request left the site: {providers.address}", "a request left the site: data:"


def press_icon(tab: Tab, provider: str, *, has_scripts: bool) -> Page:
    """The page on which the provider asks who somebody is: a window of its own, or this one."""
    tab.page.locator("#box-text").focus()
    icon = tab.page.locator(f'[data-icon="{provider}"]')
    if not has_scripts:
        icon.click()
        return tab.page
    with tab.page.expect_popup() as opened:
        icon.click()
    return opened.value


def say_who(page: Page, *, answer: str = "yes") -> None:
    page.locator('[name="name"]').fill("Ana Signed")
    page.locator(f'button[value="{answer}"]').click()


@pytest.mark.parametrize("device", DEVICES, ids=("computer", "phone", "old phone", "terminal"))
@pytest.mark.parametrize("provider", LABELS)
def test_an_icon_signs_in_and_the_words_are_still_there(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive, provider: str, device: Device
) -> None:
    tab = open_tab(arrive, signing_in, device, providers)
    tab.page.locator("#box-text").fill("Typed before signing in.")
    say_who(press_icon(tab, provider, has_scripts=device.has_scripts))

    expect(tab.page.locator(".who")).to_contain_text(
        f"You are commenting using your {LABELS[provider]} account."
    )
    expect(tab.page.locator("#box-text")).to_have_value("Typed before signing in.")
    tab.page.locator("#box-text").focus()
    tab.page.locator(".send .post").click()
    expect(tab.page.locator(".comment .text").filter(has_text="Typed before signing in.")).to_be_visible()
    expect(tab.page.locator(".comment .by").filter(has_text="Ana Signed")).to_be_visible()
    expect(tab.page.locator(".comment img.avatar")).to_be_visible()

    tab.go(signing_in.story)
    tab.page.locator("#box-text").focus()
    tab.page.get_by_role("button", name="Log Out").click()
    expect(tab.page.locator(".who")).to_have_count(0)
    tab.page.locator("#box-text").focus()
    expect(tab.page.locator('[name="email"]')).to_be_visible()


@pytest.mark.parametrize("device", [COMPUTER, OLD_PHONE], ids=("with scripts", "without scripts"))
def test_who_says_no_is_back_with_their_words(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive, device: Device
) -> None:
    tab = open_tab(arrive, signing_in, device, providers)
    tab.reader.alarm.forgive(*expected(providers), "console: Failed to load resource")
    tab.page.locator("#box-text").fill("Not lost.")
    say_who(press_icon(tab, "google", has_scripts=device.has_scripts), answer="no")

    expect(tab.page.locator(".error:visible")).to_have_text(
        "You were not logged in with Google. Nothing is lost."
    )
    expect(tab.page.locator("#box-text")).to_have_value("Not lost.")
    expect(tab.page.locator('[name="email"]')).to_be_visible()


def test_while_connecting_one_can_cancel(signing_in: Newsroom, providers: Tricksters, arrive: Arrive) -> None:
    tab = open_tab(arrive, signing_in, COMPUTER, providers)
    tab.page.locator("#box-text").fill("Patience.")
    window = press_icon(tab, "facebook", has_scripts=True)
    window.wait_for_selector('[name="name"]')
    expect(tab.page.locator(".connecting")).to_contain_text("Connecting to Facebook…")
    tab.page.get_by_role("button", name="Cancel", exact=True).click()

    expect(tab.page.locator('[name="email"]')).to_be_visible()
    expect(tab.page.locator("#box-text")).to_have_value("Patience.")
    expect(tab.page.locator("#box-text")).to_be_focused()
    assert window.is_closed()


def test_a_window_that_is_closed_gives_the_box_back(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive
) -> None:
    tab = open_tab(arrive, signing_in, COMPUTER, providers)
    window = press_icon(tab, "x", has_scripts=True)
    window.wait_for_selector('[name="name"]')
    window.close()
    expect(tab.page.locator(".connecting")).to_have_count(0)
    expect(tab.page.locator('[name="email"]')).to_be_visible()


def test_where_no_window_may_open_the_same_one_goes(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive
) -> None:
    tab = open_tab(arrive, signing_in, COMPUTER, providers)
    tab.page.evaluate("window.open = () => null")
    tab.page.locator("#box-text").fill("One window is enough.")
    tab.page.locator('[data-icon="google"]').click()
    say_who(tab.page)
    expect(tab.page.locator(".who")).to_contain_text("You are commenting using your Google account.")
    expect(tab.page.locator("#box-text")).to_have_value("One window is enough.")


@pytest.mark.parametrize("device", [COMPUTER, OLD_PHONE], ids=("with scripts", "without scripts"))
def test_change_shows_every_way_without_logging_out(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive, device: Device
) -> None:
    tab = open_tab(arrive, signing_in, device, providers)
    tab.page.locator("#box-text").fill("As a guest after all.")
    say_who(press_icon(tab, "google", has_scripts=device.has_scripts))
    expect(tab.page.locator(".who")).to_be_visible()
    expect(tab.page.locator('[name="email"]')).to_be_hidden()
    tab.page.locator("#box-text").focus()
    tab.page.get_by_role("button", name="Change").click()

    expect(tab.page.locator(".who")).to_be_visible()
    tab.page.locator('[name="email"]').fill("guest@example.com")
    tab.page.locator('[name="name"]').fill("A guest name")
    tab.page.locator(".send .post").click()
    expect(tab.page.locator(".comment .by").filter(has_text="A guest name")).to_be_visible()


@pytest.mark.parametrize("device", [COMPUTER, OLD_PHONE], ids=("with scripts", "without scripts"))
def test_a_letter_signs_in(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive, device: Device
) -> None:
    tab = open_tab(arrive, signing_in, device, providers)
    tab.page.locator("#box-text").fill("By mail.")
    tab.page.locator('[name="email"]').fill("ana@example.org")
    tab.page.locator('[name="name"]').fill("Ana Mail")
    tab.page.locator('[data-icon="email"]').click()
    expect(tab.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    tab.page.locator('[name="code"]').fill(code_of(latest_letter(providers)))
    tab.page.get_by_role("button", name="Log in").click()

    expect(tab.page.locator(".who")).to_contain_text("You are commenting using your email account.")
    expect(tab.page.locator("#box-text")).to_have_value("By mail.")


def test_a_provider_that_fails_says_so_in_the_box(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive
) -> None:
    providers.trick = Trick("/token", 500)
    tab = open_tab(arrive, signing_in, COMPUTER, providers)
    tab.page.locator("#box-text").fill("Kept through it all.")
    say_who(press_icon(tab, "google", has_scripts=True))
    expect(tab.page.locator(".error:visible")).to_contain_text("Google")
    expect(tab.page.locator("#box-text")).to_have_value("Kept through it all.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_signing_in_are_for_everybody(
    signing_in: Newsroom, providers: Tricksters, arrive: Arrive, scheme: str, width: int
) -> None:
    """axe-core has nothing to say, and nothing is wider than the screen."""
    reader = arrive(signing_in, ENGLISH, Device(width, True), color_scheme=scheme, bypass_csp=True)
    reader.alarm.forgive(*expected(providers), REFUSED)
    tab = reader.open()
    tab.page.locator("#box-text").focus()
    check(tab.page)
    say_who(press_icon(tab, "google", has_scripts=True))
    expect(tab.page.locator(".who")).to_be_visible()
    check(tab.page)
    tab.page.locator("#box-text").fill("Something to show.")
    tab.page.locator(".send .post").click()
    expect(tab.page.locator(".comment .text").filter(has_text="Something to show.")).to_be_visible()
    signing_in.person().send("/signin/email", {"email": "b@example.org"})
    anothers = link_of(latest_letter(providers))[len(signing_in.address) :]
    for path in ("/me", "/me/erasure", "/signin", anothers, "/signin/letter?key=x"):
        tab.go(path)
        check(tab.page)
    signing_in.hands.turn(minutes=2)
    tab.go("/signin")
    tab.page.locator('[name="email"]').fill("c@example.org")
    tab.page.get_by_role("button", name="Send me a link").click()
    expect(tab.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    check(tab.page)
    tab.go(link_of(latest_letter(providers, 2))[len(signing_in.address) :])
    check(tab.page)
    tab.page.get_by_role("button", name="Log in").click()
    expect(tab.page.get_by_text("c@example.org")).to_be_visible()


def check(page: Page) -> None:
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN, TAGS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
