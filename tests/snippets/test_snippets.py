"""The snippets of docs/snippets.md: built with the real generators, read and commented under in Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import BrowserContext, Page, expect

from tests.snippets import generators
from tests.snippets.documented import COMMENTS, HOME, lay_out, list_named, read_count
from tests.snippets.generators import BUILD, TITLE
from tests.snippets.host import Host
from tests.some import some


class Site(Struct):
    """What is documented under which heading, built how, and where its pages are."""

    heading: str
    build: Callable[[Path, Path], None]
    page: str
    list: str = ""
    quiet: str = ""
    title: str = TITLE
    story: str = "flight"


SITES = {
    "plain": Site(
        "Plain HTML", generators.build_plain, "/flight.html", "/", title="No more specialists will be sent"
    ),
    "hugo": Site("Hugo", generators.build_hugo, "/posts/vuelo/", "/posts/", "/posts/mudo/"),
    "jekyll": Site("Jekyll", generators.build_jekyll, "/vuelo.html", "/", "/mudo.html"),
    "ghost": Site("Ghost", generators.build_ghost, "/vuelo/", "/", story="66e8a1"),
    "pelican": Site("Pelican", generators.build_pelican, "/vuelo.html", "/", "/mudo.html"),
    "mkdocs": Site("MkDocs", generators.build_mkdocs, "/vuelo/", quiet="/mudo/"),
    "material": Site("MkDocs", generators.build_mkdocs, "/vuelo/", quiet="/mudo/"),
    "astro": Site("Astro", generators.build_astro, "/posts/vuelo/", "/", "/posts/mudo/"),
    "next": Site("Next.js", generators.build_next, "/posts/vuelo", quiet="/posts/mudo"),
}
ADDRESSES = {"next": "/posts/vuelo"}
"""The `page` that a snippet gives itself, where it does not leave that to the page's canonical address."""


class Elements(HTMLParser):
    """The elements of a page by their names, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str | None]]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.setdefault(tag, []).append(dict(attributes))


@pytest.fixture(params=SITES, scope="module")
def kind(request: pytest.FixtureRequest, host: Host) -> str:
    """The name of a site that has been built with the snippets in it."""
    kind = str(request.param)
    site = SITES[kind]
    source = BUILD / "sites" / kind
    lay_out(kind, site.heading, source, {"ORIGIN": host.origin(kind), COMMENTS: host.comments})
    shutil.rmtree(host.built(kind), ignore_errors=True)
    site.build(source, host.built(kind))
    return kind


def list_scripts(elements: dict[str, list[dict[str, str | None]]]) -> list[str | None]:
    return [each.get("src") for each in elements.get("script", ())]


def read_built(host: Host, kind: str, path: str) -> str:
    built = host.built(kind) / path.strip("/")
    names = (built, built / "index.html", built.with_name(f"{built.name}.html"))
    return next(name for name in names if name.is_file()).read_text("utf-8")


def write(page: Page, words: str) -> None:
    expect(page.locator("#greeting")).to_contain_text("¿Qué piensas? (What do you think?)")
    page.locator("#box-text").fill(words)
    page.locator('[name="email"]').fill("far@example.org")
    page.locator('[name="name"]').fill("Far reader")
    page.locator(".send .post").click()
    expect(page.locator(".comment .text")).to_have_text(words)


def test_the_page_has_the_element_with_its_name_and_title(kind: str, host: Host) -> None:
    site = SITES[kind]
    elements = Elements(read_built(host, kind, site.page)).found
    given = {"story": site.story, "data-title": site.title}
    if kind in ADDRESSES:
        given["page"] = ADDRESSES[kind]
    assert elements["que-piensas"] == [given]
    assert list_scripts(elements).count(f"{host.comments}/embed.js") == 1
    assert elements["html"][0]["lang"] == "es"
    if site.quiet:
        quiet = Elements(read_built(host, kind, site.quiet)).found
        assert "que-piensas" not in quiet
        assert f"{host.comments}/embed.js" not in list_scripts(quiet)


def test_what_the_document_names_is_in_the_site(kind: str, host: Host) -> None:
    files = [path for path in (BUILD / "sites" / kind).rglob("*") if path.is_file()]
    texts = [path.read_text("utf-8", "replace") for path in files]
    for name in some(list_named(SITES[kind].heading)):
        is_file = any(str(path).endswith(f"/{name}") for path in files)
        assert is_file or any(name in text for text in texts), name


def test_a_comment_is_written_under_the_page_and_counted_in_the_list(
    kind: str, host: Host, context: BrowserContext
) -> None:
    site = SITES[kind]
    address = host.origin(kind) + site.page
    page = context.new_page()
    page.goto(address)
    write(page, f"Desde {kind}.")
    page.reload()
    expect(page.locator(".comment .text")).to_have_text(f"Desde {kind}.")

    for known_by in (address, f"{host.origin(kind)}/moved&story={site.story}"):
        page.goto(f"{host.comments}/embed/page?language=es&page={known_by}")
        expect(page.locator("h1")).to_have_text(site.title)
        expect(page.locator(".comment .text")).to_have_text(f"Desde {kind}.")
    if site.list:
        page.goto(host.origin(kind) + site.list)
        count = page.locator(f'que-piensas-count[page$="{site.page}"]')
        expect(count).to_have_text("1 comentario")


@pytest.mark.parametrize("kind", ["next"], indirect=True)
def test_who_follows_a_link_without_loading_a_page_finds_each_pages_own_discussion(
    kind: str, host: Host, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{host.origin(kind)}/")
    page.evaluate("() => { window.isTheSame = true; }")
    page.get_by_role("link", name="Vuelo").click()
    expect(page.locator("#greeting")).to_be_visible()
    vuelo = page.locator(".discussion").get_attribute("data-story")

    page.get_by_role("link", name="Otro").click()
    expect(page.locator(f'.discussion:not([data-story="{vuelo}"])')).to_be_visible()
    write(page, "En otro.")
    page.get_by_role("link", name="Vuelo").click()
    expect(page.locator(f'.discussion[data-story="{vuelo}"]')).to_be_visible()
    expect(page.locator(".comment").filter(has_text="En otro.")).to_have_count(0)
    page.get_by_role("link", name="Todo").click()
    expect(page.locator("que-piensas")).to_have_count(0)
    page.go_back()
    expect(page.locator(f'.discussion[data-story="{vuelo}"]')).to_be_visible()
    assert page.evaluate("() => window.isTheSame")

    page.goto(f"{host.comments}/embed/page?language=es&page={host.origin(kind)}/posts/otro")
    expect(page.locator("h1")).to_have_text("Otro")
    expect(page.locator(".comment .text")).to_have_text("En otro.")


@pytest.mark.parametrize("kind", ["astro", "material"], indirect=True)
def test_the_discussion_comes_and_goes_with_pages_that_a_script_puts_in(
    kind: str, host: Host, context: BrowserContext
) -> None:
    """Astro's ClientRouter, and Material's instant navigation."""
    page = context.new_page()
    page.goto(f"{host.origin(kind)}/")
    page.evaluate("() => { window.isTheSame = true; }")
    for _ in range(2):
        page.get_by_role("link", name="Vuelo").first.click()
        expect(page.locator("#greeting")).to_be_visible()
        page.go_back()
        expect(page.locator("que-piensas")).to_have_count(0)
    assert page.evaluate("() => window.isTheSame")


def test_every_section_is_tried() -> None:
    text = (HOME / "docs/snippets.md").read_text("utf-8")
    headings = set(re.findall(r"^## (.+)$", text, re.MULTILINE)) - {"Lists", "How they were tried"}
    assert headings == {site.heading for site in SITES.values()} | {"WordPress"}
    tried = {site.heading for site in SITES.values() if site.list} | {"WordPress"}
    assert {heading for heading in headings if read_count(heading)} == tried
