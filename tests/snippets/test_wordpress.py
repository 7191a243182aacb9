"""The snippets for WordPress, in WordPress: a theme of files and a theme of blocks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.snippets.documented import COMMENTS
from tests.snippets.host import Host
from tests.snippets.test_snippets import write
from tests.snippets.wordpress import CHILDREN, WordPress, open_wordpress

TITLE = "Vuelo & “flota” <rápida>"
TITLE_AS_WRITTEN = 'Vuelo & "flota" &lt;rápida&gt;'


@pytest.fixture(scope="module")
def wordpress(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    words = {"ORIGIN": host.origin("wordpress"), COMMENTS: host.comments}
    with open_wordpress(tmp_path_factory.mktemp("wordpress"), host.wordpress, words) as there:
        yield there


@pytest.mark.parametrize("theme", CHILDREN)
def test_a_comment_is_written_under_a_post_that_is_open(
    theme: str, wordpress: WordPress, host: Host, context: BrowserContext
) -> None:
    opened, closed, _ = wordpress.install(theme, TITLE_AS_WRITTEN)
    page = context.new_page()
    page.goto(f"{host.origin('wordpress')}/?p={closed}")
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("que-piensas")).to_have_count(0)

    page.goto(f"{host.origin('wordpress')}/?p={opened}")
    element = page.locator("que-piensas")
    expect(element).to_have_count(1)
    expect(element).to_have_attribute("story", str(opened))
    expect(element).to_have_attribute("data-title", TITLE)
    expect(page.locator("#commentform, .wp-block-comments")).to_have_count(0)
    write(page, "Desde WordPress.")
    page.goto(f"{host.comments}/embed/page?language=es&page={host.origin('wordpress')}/?p={opened}")
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator(".comment .text")).to_have_text("Desde WordPress.")


def test_a_list_counts_the_comments(wordpress: WordPress, host: Host, context: BrowserContext) -> None:
    opened, *_ = wordpress.install("classic", "Contado")
    page = context.new_page()
    page.goto(f"{host.origin('wordpress')}/?p={opened}")
    write(page, "Uno.")
    page.goto(f"{host.origin('wordpress')}/")
    expect(page.locator(f'que-piensas-count[page$="?p={opened}"]')).to_have_text("1 comentario")
