"""What the snippets' tests share: one Chromium, one Piensas, one machine with all the sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from piensas.settings import Embed
from piensas.store.upgrading import upgrade
from tests.browser.conftest import PATIENCE, open_chromium
from tests.newsroom import serve, settings_for
from tests.snippets.host import Host, new_host, open_host
from tests.snippets.test_snippets import SITES


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    host = new_host(folder)
    url = f"sqlite:///{folder / 'piensas.db'}"
    upgrade(url)
    origins = tuple(host.origin(kind) for kind in (*SITES, "wordpress"))
    settings = replace(settings_for(url, folder / "stories"), embed=Embed(origins))
    with serve(settings, host=host.comments) as upstream, open_host(host, upstream):
        yield host


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser to which every name ending in .test is this machine, and that keeps third parties out."""
    arguments = ("--host-resolver-rules=MAP *.test 127.0.0.1", "--test-third-party-cookie-phaseout")
    with sync_playwright() as playwright, open_chromium(playwright, *arguments) as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    yield context
    context.close()
    assert faults == []
