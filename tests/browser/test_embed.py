"""A discussion under another site's page: a strict host, browsers that refuse third parties' cookies."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from piensas.settings import Embed
from tests.browser.conftest import PATIENCE, open_chromium
from tests.browser.elsewhere import COMMENTS, Elsewhere, free_port, open_elsewhere
from tests.browser.matrix import STEPS, Walk
from tests.browser.test_axe import AXE, TAGS
from tests.newsroom import serve, settings_for
from tests.providers import Tricksters, open_letter_box, with_providers

SET_UPS = {"a path of the site": COMMENTS, "a subdomain": "www.news.test", "another domain": "www.paper.test"}
COOKIES = {"refused": ["--test-third-party-cookie-phaseout"], "as it comes": []}
FIREFOX = Path(__file__).with_name("firefox.mjs")
PREFERENCES = {
    "network.dns.localDomains": ",".join(SET_UPS.values()),
    "network.proxy.type": 0,
    "dom.disable_open_during_load": True,  # pop-ups that nobody asked for are blocked, as at readers' homes
}
PROTECTIONS: dict[str, dict[str, Any]] = {
    "as it comes": {},  # each site's pages have cookies of their own: Total Cookie Protection
    "strict": {"browser.contentblocking.category": "strict"},
    "all refused": {"network.cookie.cookieBehavior": 1},
}


@pytest.fixture(params=COOKIES, scope="module")
def cookies(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def strict(cookies: str, playwright: Playwright) -> Iterator[Browser]:
    """A Chromium of its own, to which every name ending in .test is this machine."""
    names = "--host-resolver-rules=MAP *.test 127.0.0.1"
    with open_chromium(playwright, names, *COOKIES[cookies]) as browser:
        yield browser


@pytest.fixture
def there(database_url: str, tmp_path: Path, providers: Tricksters) -> Iterator[Elsewhere]:
    port = free_port()
    origins = tuple(f"https://{host}:{port}" for host in SET_UPS.values())
    settings = settings_for(database_url, tmp_path / "stories")
    with open_letter_box(providers) as mail:
        settings = replace(with_providers(settings, providers, mail), embed=Embed(origins))
        with (
            serve(settings, host=f"https://{COMMENTS}:{port}") as upstream,
            open_elsewhere(tmp_path / "elsewhere", port, upstream) as elsewhere,
        ):
            elsewhere.write("flight.html")
            yield elsewhere


class Witness:
    """What must not happen on somebody else's page."""

    def __init__(self, context: BrowserContext, allowed: tuple[str, ...]) -> None:
        self.seen: list[str] = []
        context.on(
            "console", lambda said: self.seen.append(said.text) if said.type in ("error", "warning") else 0
        )
        context.on("weberror", lambda fault: self.seen.append(str(fault.error)))
        context.on("request", lambda asked: self.note(asked.url, allowed))

    def note(self, url: str, allowed: tuple[str, ...]) -> None:
        if not url.startswith((*allowed, "data:", "about:")):
            self.seen.append(f"a request to a third party: {url}")


@pytest.fixture
def context(strict: Browser) -> Iterator[BrowserContext]:
    context = strict.new_context(ignore_https_errors=True, viewport={"width": 1000, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def open_page(context: BrowserContext, there: Elsewhere, host: str, name: str = "flight.html") -> Page:
    page = context.new_page()
    page.goto(f"{there.origin(host)}/paper/{name}")
    return page


def sign_in(page: Page) -> None:
    page.locator("#box-text").focus()
    with page.expect_popup() as opened:
        page.locator('[data-icon="google"]').click()
    opened.value.locator('[name="name"]').fill("Ana Signed")
    opened.value.locator('button[value="yes"]').click()
    expect(page.locator(".who")).to_contain_text("You are commenting using your Google account.")


@pytest.fixture
def walk(strict: Browser, set_up: str, cookies: str, walks: list[Walk]) -> Walk:
    walks.append(Walk(f"Chromium {strict.version}", set_up, cookies))
    return walks[-1]


@pytest.mark.parametrize("set_up", SET_UPS)
def test_a_reader_writes_signs_in_and_out_under_another_sites_page(
    context: BrowserContext, there: Elsewhere, providers: Tricksters, walk: Walk
) -> None:
    host = SET_UPS[walk.set_up]
    witness = Witness(context, (there.origin(host), there.comments, providers.address))
    page = open_page(context, there, host)
    expect(page.locator("#greeting")).to_contain_text("What do you think?")
    page.locator("#box-text").fill("As a guest, from afar.")
    page.locator('[name="email"]').fill("far@example.org")
    page.locator('[name="name"]').fill("Far reader")
    page.locator(".send .post").click()
    expect(page.locator(".comment .text")).to_have_text("As a guest, from afar.")
    expect(page.locator(".comment .when time")).to_contain_text("minute")
    expect(page.locator(".comment.own .edit")).to_be_visible()
    walk.see("guest posts")

    page.locator(".comment.own .edit").click()
    page.locator("form.change textarea").fill("As a guest, from very far.")
    page.locator("form.change .post").click()
    expect(page.locator(".comment.own > .text")).to_have_text("As a guest, from very far.")
    walk.see("edits it")

    sign_in(page)
    walk.see("signs in")
    page.locator("#box-text").fill("As myself.")
    page.locator(".send .post").click()
    expect(page.locator(".comment .by").filter(has_text="Ana Signed")).to_be_visible()
    walk.see("posts")
    page.reload()
    expect(page.locator(".comment .text")).to_have_count(2)
    expect(page.locator(".who")).to_contain_text("Google")
    walk.see("stays signed in")

    page.locator("#box-text").focus()
    page.get_by_role("button", name="Log Out").click()
    expect(page.locator('[name="email"]')).to_be_visible()
    page.reload()
    expect(page.locator(".comment .text")).to_have_count(2)
    expect(page.locator(".who")).to_have_count(0)
    walk.see("logs out")
    expect(page.locator("que-piensas-count")).to_have_text("2 comments")
    assert witness.seen == []


@pytest.mark.parametrize("set_up", SET_UPS)
@pytest.mark.parametrize("protection", PROTECTIONS)
def test_the_same_in_firefox(
    there: Elsewhere, providers: Tricksters, walks: list[Walk], set_up: str, protection: str
) -> None:
    """Where it keeps no session for a third party, its reader is told so, and led to our own page."""
    origin = there.origin(SET_UPS[set_up])
    found = walk_in_firefox(
        page=f"{origin}/paper/flight.html",
        allowed=(origin, there.comments, providers.address),
        preferences=PREFERENCES | PROTECTIONS[protection],
    )
    version = found["browser"].rpartition("/")[2]
    walks.append(Walk(f"Firefox {version}", set_up, protection, found["saw"]))

    assert found["missed"] is None
    assert found["heard"] == []
    is_unkept = (set_up, protection) == ("another domain", "all refused")
    assert found["saw"] == (UNKEPT if is_unkept else dict.fromkeys(STEPS, "yes"))


UNKEPT = dict.fromkeys(STEPS, "on our page") | {"guest posts": "yes", "edits it": "told why not"}


def walk_in_firefox(**wish: Any) -> dict[str, Any]:
    """Playwright wants a Firefox that is newer than Debian's, or one of its own making."""
    done = subprocess.run(
        ["node", FIREFOX, json.dumps(wish)], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_host_is_neither_harmed_nor_does_it_harm(context: BrowserContext, there: Elsewhere) -> None:
    page = open_page(context, there, "www.paper.test")
    expect(page.locator("#greeting")).to_be_visible()
    found = page.evaluate(STYLES)

    assert found["h1"] == "20px"
    assert found["h2 shown"] != "none"
    assert found["letter"] == "18px"
    assert found["button"] != "rgb(255, 0, 255)"
    assert found["globals"] == []


STYLES = """() => {
  const root = document.querySelector("que-piensas").shadowRoot;
  const of = (what, name) => getComputedStyle(what)[name];
  return {
    h1: of(document.querySelector("p"), "fontSize"),
    "h2 shown": of(root.querySelector("h2"), "display"),
    letter: of(document.querySelector("que-piensas"), "fontSize"),
    button: of(root.querySelector("button.post"), "backgroundColor"),
    globals: Object.keys(window).filter((name) => /piensas/i.test(name)),
  };
}"""


def test_nothing_moves_when_it_appears(context: BrowserContext, there: Elsewhere) -> None:
    page = context.new_page()
    page.goto(f"{there.origin('www.paper.test')}/paper/flight.html")
    expect(page.locator("#greeting")).to_be_visible()
    shifted = page.evaluate(SHIFT)
    assert shifted == 0


SHIFT = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) sum += each.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => tell(sum), 500);
})"""


def test_it_is_fetched_when_the_reader_comes_near(context: BrowserContext, there: Elsewhere) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    there.write("far.html", elements=f"{'<p>.</p>' * 300}<que-piensas></que-piensas>")
    page = open_page(context, there, "www.paper.test", "far.html")
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/embed/discussion" in url]

    page.locator("que-piensas").scroll_into_view_if_needed()
    expect(page.locator("#greeting")).to_be_visible()


def test_several_on_one_page_and_elements_that_come_and_go(context: BrowserContext, there: Elsewhere) -> None:
    two = '<que-piensas story="a"></que-piensas><que-piensas story="b"></que-piensas>'
    there.write("two.html", elements=two)
    page = open_page(context, there, "www.paper.test", "two.html")
    expect(page.locator("#greeting")).to_have_count(2)
    first, second = page.locator("que-piensas").all()
    for element, words in ((first, "Under a."), (second, "Under b.")):
        element.locator("#box-text").fill(words)
        element.locator('[name="email"]').fill("far@example.org")
        element.locator('[name="name"]').fill("Far reader")
        element.locator(".send .post").click()
        expect(element.locator(".comment .text")).to_have_text(words)

    page.evaluate(MOVE)
    expect(page.locator("que-piensas").nth(1).locator(".comment .text")).to_have_text("Under a.")
    page.evaluate("() => document.querySelector('que-piensas').setAttribute('story', 'c')")
    expect(page.locator("que-piensas").first.locator(".comment")).to_have_count(0)


MOVE = """() => {
  const first = document.querySelector("que-piensas");
  first.remove();
  document.querySelector("main").append(first);
}"""


def test_a_page_that_changes_its_address_changes_its_discussion(
    context: BrowserContext, there: Elsewhere
) -> None:
    page = open_page(context, there, "www.paper.test")
    expect(page.locator("#greeting")).to_be_visible()
    first = page.locator(".discussion").get_attribute("data-story")
    page.evaluate("() => history.pushState({}, '', '/paper/another.html')")
    expect(page.locator(f'.discussion:not([data-story="{first}"])')).to_be_visible()
    page.go_back()
    expect(page.locator(f'.discussion[data-story="{first}"]')).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_under_another_page(
    context: BrowserContext, there: Elsewhere, colours: Any
) -> None:
    page = open_page(context, there, "www.paper.test")
    page.emulate_media(color_scheme=colours)
    page.evaluate("(colours) => (document.documentElement.style.colorScheme = colours)", colours)
    expect(page.locator("#greeting")).to_be_visible()
    page.locator("#box-text").focus()
    page.evaluate(AXE.read_text("utf-8"))
    assert [each for each in page.evaluate(TARGETS, TAGS) if "que-piensas" in each] == []
    page.locator(".discussion").evaluate("(there) => there.append(document.createElement('button'))")
    assert [each for each in page.evaluate(TARGETS, TAGS) if "que-piensas" in each] != []


TARGETS = """async (tags) => (await axe.run(document, { runOnly: tags })).violations
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`))"""
"""What is wrong, and where: below which element that has a shadow."""


SORRY = {"en": "Comments could not be loaded.", "es": "No se han podido cargar los comentarios."}


@pytest.mark.parametrize("language", SORRY)
def test_a_page_that_is_not_registered_is_told_why_it_is_empty(
    context: BrowserContext, there: Elsewhere, language: str
) -> None:
    """Its readers in a sentence, and whoever looks after it in the console."""
    there.write("flight.html", language=language)
    page = context.new_page()
    with page.expect_console_message(lambda said: said.type == "warning") as told:
        page.goto(f"{there.origin('unknown.test')}/paper/flight.html")
    expect(page.locator("que-piensas p")).to_have_text(SORRY[language])
    assert f"{there.origin('unknown.test')} is not among the origins under [embed]" in told.value.text
    expect(page.locator(".discussion")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("Flight")


def test_a_page_that_says_to_be_elsewhere_is_told_so(context: BrowserContext, there: Elsewhere) -> None:
    far = f"{there.origin(SET_UPS['a subdomain'])}/far"
    there.write("flight.html", elements=f'<que-piensas page="{far}"></que-piensas>')
    page = context.new_page()
    with page.expect_console_message(lambda said: "says that its address is" in said.text) as told:
        page.goto(f"{there.origin(SET_UPS['another domain'])}/paper/flight.html")
    assert far in told.value.text
    expect(page.locator("que-piensas p")).to_have_text(SORRY["en"])


WAYS = {
    "xhtml": """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en"><head><title>Flight</title>
<link rel="icon" href="data:,"/><script src="{comments}/embed.js" async="async"></script></head>
<body><h1>Flight</h1><que-piensas></que-piensas></body></html>""",
    "module": """<!doctype html><html lang="en"><title>Flight</title><link rel="icon" href="data:,">
<h1>Flight</h1><que-piensas></que-piensas><script type="module" src="{comments}/embed.js"></script></html>""",
    "injected": """<!doctype html><html lang="en"><title>Flight</title><link rel="icon" href="data:,">
<h1>Flight</h1><que-piensas></que-piensas><script>
document.head.append(Object.assign(document.createElement("script"), {{ src: "{comments}/embed.js" }}));
</script></html>""",
}


@pytest.mark.parametrize("way", WAYS)
def test_however_the_script_comes_the_discussion_is_drawn(
    context: BrowserContext, there: Elsewhere, way: str
) -> None:
    name = f"{way}.{'xhtml' if way == 'xhtml' else 'html'}"
    (there.folder / "pages" / name).write_text(WAYS[way].format(comments=there.comments))
    page = context.new_page()
    page.goto(f"{there.origin(SET_UPS['another domain'])}/free/{name}")
    expect(page.locator("#greeting")).to_contain_text("What do you think?")
    page.locator("#box-text").fill("From **afar**.")
    page.locator('[name="email"]').fill("far@example.org")
    page.locator('[name="name"]').fill("Far reader")
    page.locator(".send .post").click()
    expect(page.locator(".comment .text strong")).to_have_text("afar")


def test_each_count_is_shown_whatever_the_others_ask(context: BrowserContext, there: Elsewhere) -> None:
    """One that is added later, one of a discussion with a name, and beside one whose page is none."""
    host = there.origin(SET_UPS["another domain"])
    there.write("flight.html", elements='<que-piensas story="poll"></que-piensas>')
    page = context.new_page()
    page.goto(f"{host}/paper/flight.html")
    page.locator("#box-text").fill("In the poll.")
    page.locator('[name="email"]').fill("far@example.org")
    page.locator('[name="name"]').fill("Far reader")
    page.locator(".send .post").click()
    expect(page.locator(".comment .text")).to_have_text("In the poll.")

    counts = ['page="https://["', 'page="/paper/flight.html" story="poll"', 'page="/paper/flight.html"']
    elements = "".join(f"<que-piensas-count {each}></que-piensas-count>" for each in counts)
    there.write("list.html", elements=elements)
    page.goto(f"{host}/paper/list.html")
    count = page.locator("main > que-piensas-count")
    expect(count).to_have_text(["", "1 comment", "No comments yet"])
    page.evaluate(
        """() => {
            const later = document.createElement("que-piensas-count");
            later.setAttribute("page", "/paper/flight.html");
            later.setAttribute("story", "poll");
            document.querySelector("main").append(later);
        }"""
    )
    expect(count.nth(3)).to_have_text("1 comment")
    count.nth(2).evaluate("(each) => each.setAttribute('story', 'poll')")
    expect(count.nth(2)).to_have_text("1 comment")
