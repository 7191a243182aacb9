"""Takes the README's pictures of the demo newsroom: the same ones every time.

The fonts are those of the machine: Palatino's free cut P052 and DejaVu on a plain Debian.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from playwright.sync_api import Browser, Page, sync_playwright

from demo import grow
from piensas.model.moment import Clock
from piensas.settings import SignIn
from piensas.sources import read_settings
from tests.browser.conftest import open_chromium
from tests.newsroom import serve
from tests.providers import open_providers

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
NOW = 1_795_000_000.0
"""The hour at which the pictures are taken, in seconds since 1970: 18 November 2026."""

LARGEST = 250_000
ABOVE = 24
"""CSS pixels of air above what a picture shows."""

STORY = "/en/no-more-specialists"
HISTORIA = "/es/sin-mas-especialistas"
THOUGHT = "I read it twice, and the second time more slowly.\n\nWhat stays with me is that *possibly*."

Prepare = Callable[[Page], None]


def show_top(page: Page) -> None:
    page.evaluate("scrollTo(0, 0)")


def show_box(page: Page) -> None:
    """The box in use: somebody has written and is about to say who they are."""
    page.locator("#box-email").evaluate("field => field.closest('form').classList.add('open')")
    page.locator("#box-text").fill(THOUGHT)
    page.locator("#box-name").fill("Night reader")
    page.locator("#box-email").focus()
    scroll_to(page, "#respond")


def show_thread(page: Page) -> None:
    scroll_to(page, ".bar")


def show_greeting(page: Page) -> None:
    scroll_to(page, "#respond")


def show_connecting(page: Page) -> None:
    """Away at a provider, in a window of its own."""
    page.locator("#box-text").fill(THOUGHT)
    with page.expect_popup():
        page.locator('[data-icon="facebook"]').click()
    scroll_to(page, "#respond")


def show_signed_in(page: Page) -> None:
    page.locator("#box-text").fill(THOUGHT)
    with page.expect_popup() as opened:
        page.locator('[data-icon="google"]').click()
    opened.value.locator('[name="name"]').fill("Night reader")
    opened.value.locator('button[value="yes"]').click()
    page.locator(".who").wait_for()
    scroll_to(page, "#respond")


PICTURES: dict[str, tuple[str, tuple[int, int], str, Prepare]] = {
    "front-light.png": ("/", (1280, 980), "light", show_top),
    "story.png": (STORY, (1280, 980), "light", show_top),
    "box.png": (STORY, (1280, 620), "light", show_box),
    "thread-dark.png": (STORY, (1280, 980), "dark", show_thread),
    "phone-es.png": (HISTORIA, (390, 844), "light", show_greeting),
    "signed-in.png": (STORY, (1280, 620), "light", show_signed_in),
    "connecting-phone.png": (STORY, (390, 700), "dark", show_connecting),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with serve_demo() as address, sync_playwright() as playwright, open_chromium(playwright) as browser:
        for name in PICTURES:
            picture = take_picture(browser, address, *PICTURES[name])
            assert len(picture) <= LARGEST, f"{name} has {len(picture):,} bytes"
            (FOLDER / name).write_bytes(picture)
            print(f"{name}: {len(picture):,} bytes")


@contextmanager
def serve_demo() -> Iterator[str]:
    """The address of a demo newsroom that has just been grown, where it is always the same hour."""
    with TemporaryDirectory(prefix="piensas-") as folder:
        os.environ["PIENSAS_DATABASE_URL"] = f"sqlite:///{folder}/piensas.db"
        grow.main()
        with open_providers() as stand_ins:
            settings = read_settings(grow.HERE / "piensas.toml")
            settings = msgspec.structs.replace(settings, signin=SignIn(stand_in=stand_ins.address), openid={})
            with serve(settings, Clock(lambda: NOW)) as address:
                yield address


def take_picture(
    browser: Browser, address: str, path: str, size: tuple[int, int], colours: Any, prepare: Prepare
) -> bytes:
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce"
    )
    page.goto(address + path, wait_until="networkidle")
    prepare(page)
    picture = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return picture


def scroll_to(page: Page, selector: str) -> None:
    page.locator(selector).evaluate(
        "(each, above) => scrollTo(0, each.getBoundingClientRect().top + scrollY - above)", ABOVE
    )


if __name__ == "__main__":
    main()
