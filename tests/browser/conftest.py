"""What walks in a browser share: one Chromium, and readers with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec import Struct, to_builtins
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.matrix import SEEN, Walk
from tests.browser.tab import Alarm, Reader
from tests.browser.words import ENGLISH, SPANISH, Words
from tests.newsroom import Newsroom
from tests.shared import Shared

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 10_000
"""Milliseconds after which a reader says that it did not come about."""

Arrive = Callable[..., Reader]


class Device(Struct):
    """What a reader reads with; its width is in CSS pixels."""

    width: int
    has_scripts: bool


COMPUTER = Device(1280, has_scripts=True)
PHONE = Device(320, has_scripts=True)
OLD_PHONE = Device(320, has_scripts=False)
TERMINAL = Device(1280, has_scripts=False)


@contextmanager
def open_chromium(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
    yield browser
    browser.close()


@pytest.fixture
def walks(request: pytest.FixtureRequest) -> Iterator[list[Walk]]:
    """Takes what was seen under other sites' pages, for the table at the end."""
    walks: list[Walk] = []
    yield walks
    request.node.user_properties += [(SEEN, to_builtins(walk)) for walk in walks]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with open_chromium(playwright) as browser:
        yield browser


@pytest.fixture
def database_url(shared: Shared, tmp_path: Path) -> str:
    """What a browser sees does not depend on the database, so SQLite is enough here."""
    return shared.copy_database(tmp_path / "piensas.db")


@pytest.fixture(params=(ENGLISH, SPANISH), ids=("english", "spanish"))
def words(request: pytest.FixtureRequest) -> Words:
    assert isinstance(request.param, Words)
    return request.param


@pytest.fixture(params=(COMPUTER, OLD_PHONE), ids=("with scripts", "without scripts"))
def device(request: pytest.FixtureRequest) -> Device:
    assert isinstance(request.param, Device)
    return request.param


@pytest.fixture
def arrive(browser: Browser) -> Iterator[Arrive]:
    """Lets somebody who has never been here arrive with a browser of their own.

    At the end nothing that must never happen may have happened in any of the browsers.
    """
    readers: list[Reader] = []
    with ExitStack() as stack:

        def arrive_with(
            newsroom: Newsroom, words: Words, device: Device = COMPUTER, **options: Any
        ) -> Reader:
            context = browser.new_context(
                viewport={"width": device.width, "height": 800},
                java_script_enabled=device.has_scripts,
                locale=words.language,
                **options,
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            alarm = Alarm(context, urlsplit(newsroom.address).netloc)
            readers.append(Reader(context, alarm, newsroom, words, device.has_scripts))
            return readers[-1]

        yield arrive_with
    for reader in readers:
        reader.alarm.require_silence()
