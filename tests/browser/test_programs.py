"""What programs and their readers see in a browser: the API's page, tokens, lists on other sites' pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import COMPUTER, PATIENCE, PHONE, Arrive, Device
from tests.browser.test_axe import AXE, RUN, TAGS
from tests.browser.words import ENGLISH, SPANISH, Words
from tests.newsroom import Newsroom
from tests.providers import Tricksters, sign_in
from tests.test_mentions import open_elsewhere

LISTS = """<!doctype html><html lang="en"><title>A page</title>
<script src="{site}/lists.js" async></script>
<que-piensas-newest limit="1"><a href="{site}">What readers say</a></que-piensas-newest>
<que-piensas-discussed></que-piensas-discussed>
<que-piensas-newest limit="100"><a href="{site}">As before</a></que-piensas-newest>"""


def require_axe(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(RUN, TAGS) == []


@pytest.mark.parametrize("device", [COMPUTER, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_api_is_tried_on_its_own_page(
    arrive: Arrive, newsroom: Newsroom, device: Device, colours: str
) -> None:
    newsroom.person().comment("There already.")
    page = arrive(newsroom, ENGLISH, device, color_scheme=colours).open("/api").page
    require_axe(page)
    page.locator("#listThread summary").click()
    page.locator('#listThread [name="story"]').fill(newsroom.story_id)
    page.locator("#listThread button").click()
    expect(page.locator("#listThread pre")).to_contain_text("200 OK")
    expect(page.locator("#listThread pre")).to_contain_text("There already.")
    expect(page.locator("#listThread pre")).to_be_focused()

    page.locator("#writeComment summary").click()
    page.locator('#writeComment [name="story"]').fill(newsroom.story_id)
    page.locator("#writeComment button").click()
    expect(page.locator("#writeComment pre")).to_contain_text('"token"')
    assert newsroom.person().thread()["count"] == 2
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    require_axe(page)


@pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=["english", "spanish"])
def test_a_reader_makes_a_token_and_ends_it(
    arrive: Arrive, signing_in: Newsroom, providers: Tricksters, words: Words, device: Device
) -> None:
    person = signing_in.person()
    sign_in(person, providers)
    reader = arrive(signing_in, words, device)
    for name, value in person.client.cookies.items():
        reader.context.add_cookies([{"name": name, "value": value, "url": signing_in.address}])
    page = reader.open("/me").page
    page.locator("summary").click()
    page.locator("#program").fill("My own reader")
    page.locator("#may-feed").check()
    page.locator('form[action^="/me/programs"] button').click()
    token = page.locator("#token").input_value()
    assert len(token) == 43
    assert page.locator("#feed-address").input_value().endswith(token)
    if device.has_scripts:
        require_axe(page)
    assert signing_in.person().get("/api/v1/me", authorization=f"Bearer {token}").status_code == 200

    page.locator("#programs ~ .rows").first.get_by_role("button").click()
    expect(page.locator("#token")).to_have_count(0)
    assert signing_in.person().get("/api/v1/me", authorization=f"Bearer {token}").status_code == 401


def test_lists_stand_in_the_pages_of_other_sites(browser: Browser, newsroom: Newsroom) -> None:
    newsroom.person().comment("The first.", email="a@example.org")
    newsroom.person().comment("The *newest*.", email="b@example.org")
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    with open_elsewhere() as there:
        address = there.page("/page", LISTS.format(site=newsroom.address)).replace("blog.test", "localhost")
        page = context.new_page()
        page.goto(address)
        newest, title = page.locator("que-piensas-newest").first, "No more specialists will be sent"
        expect(newest.locator("li")).to_have_text([f"Night reader: The newest. {title}"])
        expect(page.locator("que-piensas-discussed li")).to_have_text([f"{title} 2 comments"])
        expect(page.locator("que-piensas-newest").last).to_have_text("As before")
        newest.get_by_role("link").click()
        expect(page.locator(".comment .text").first).to_contain_text("The newest.")
    context.close()
