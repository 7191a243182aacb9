"""Signing in with an OpenID provider that we did not write: PKCE, a named issuer, its own pages."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec
import pytest

from piensas.settings import OpenId, Settings
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, wait_until
from tests.providers import me

PROVIDER = Path(__file__).parent / "independent" / "provider.mjs"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def independent(open_site: OpenNewsroom) -> Iterator[Newsroom]:
    """A newsroom that knows the provider, and the provider, which knows the newsroom."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"

    def change(settings: Settings) -> Settings:
        club = OpenId(issuer=issuer, client_id="piensas", client_secret="a secret between the two of us")
        return msgspec.structs.replace(settings, openid={"club": club})

    newsroom = open_site(change)
    back = f"{newsroom.address}/signin/club/callback"
    process = subprocess.Popen(
        ["node", str(PROVIDER), str(port), back], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: answers(f"{issuer}/.well-known/openid-configuration"))
        yield newsroom
    finally:
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def walk_through(browser: httpx.Client, page: httpx.Response, host: str, login: str) -> str:
    """Fills in the provider's own pages; the address on our host that it sends the browser back to."""
    for _ in range(12):
        if page.is_redirect:
            there = urljoin(str(page.url), page.headers["location"])
            if urlsplit(there).netloc == host:
                return there
            page = browser.get(there)
            continue
        form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert form, page.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page.text))
        page = browser.post(
            urljoin(str(page.url), form[1]), data=fields | {"login": login, "password": "any"}
        )
    raise AssertionError("The provider never sent the browser back.")


def test_an_independent_provider_says_who_somebody_is(independent: Newsroom) -> None:
    ana = independent.person()
    begun = ana.send(f"/signin/club?story={independent.story_id}", {"text": "Kept.", "language": "en"})
    found = re.search(r'<a href="(http[^"]+)" rel="noreferrer">', begun.text)
    assert found, begun.text
    away = found[1].replace("&amp;", "&")
    assert "code_challenge_method=S256" in away
    with httpx.Client() as browser:
        back = walk_through(browser, browser.get(away), urlsplit(independent.address).netloc, "ana")

    assert "&iss=http" in back, "this provider names itself"
    answer = ana.get(back[len(independent.address) :])
    assert answer.status_code == 303, answer.text
    data = me(ana)
    assert data["identities"][0]["subject"] == "ana"
    assert data["reader"]["name"] == "Reader ana"
    assert ">Kept.</textarea>" in ana.read()


@pytest.mark.parametrize("named", ["", "iss=https%3A%2F%2Fevil.example"])
def test_its_name_must_come_back_and_be_its_own(independent: Newsroom, named: str) -> None:
    ana = independent.person()
    begun = ana.send(f"/signin/club?story={independent.story_id}", {"language": "en"})
    found = re.search(r'<a href="(http[^"]+)" rel="noreferrer">', begun.text)
    assert found
    with httpx.Client() as browser:
        away = browser.get(found[1].replace("&amp;", "&"))
        back = walk_through(browser, away, urlsplit(independent.address).netloc, "ana")
    bent = re.sub(r"iss=[^&]*", named, back)
    answer = ana.get(bent[len(independent.address) :])

    assert answer.status_code == 502
    assert ana.get("/me").status_code == 303
