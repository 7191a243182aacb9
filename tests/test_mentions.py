"""Pages elsewhere that link to a story: told of, looked at, decided about, shown."""

from __future__ import annotations

import asyncio
import gzip
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from click.testing import CliRunner

from piensas.actions.mentioning import decide_mention
from piensas.cli import main
from piensas.model.job import Job, Kind
from piensas.model.moment import Clock
from piensas.model.refusals import NotFound
from piensas.outside import fetching
from piensas.outside.fetching import Fetched, NotFetched, PublicBackend, find_public_address
from piensas.outside.pages import read_apart
from piensas.outside.reading import Answer, Question, read_page
from piensas.store.checks import list_miscounts
from piensas.store.jobs import save_job
from piensas.store.stories import find_story, save_story_change
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, wait_until
from tests.providers import Tricksters, latest_letter
from tests.test_hostile_providers import open_inner
from tests.ways_out import nobody_is_there

Answered = tuple[int, str, bytes]
PAGE = '<!doctype html><title>What we think</title><p><a href="{target}">A story</a></p>'


class Elsewhere:
    """A site of somebody else's, whose name stands for this machine, as if it were a public one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Answered] = {}
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}

    def page(self, path: str, words: str, status: int = 200, kind: str = "text/html") -> str:
        self.answers[path] = (status, kind, words.encode())
        return f"http://blog.test:{self.port}{path}"


@contextmanager
def open_elsewhere() -> Iterator[Elsewhere]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path)
            there.asked.append(path)
            status, kind, body = there.answers.get(path, (404, "text/html", b""))
            self.send_response(status)
            self.send_header("content-type" if status != 302 else "location", kind)
            for name, value in there.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there = Elsewhere(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield there
        server.shutdown()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    async def find(host: str, port: int) -> str:
        return "127.0.0.1" if host == "blog.test" else await find_public_address(host, port)

    monkeypatch.setattr(fetching, "find_public_address", find)
    with open_elsewhere() as there:
        yield there


def tell(newsroom: Newsroom, source: str, target: str = "") -> httpx.Response:
    body = {"source": source, "target": target or newsroom.address + newsroom.story}
    return httpx.post(f"{newsroom.address}/webmention", data=body)


def statuses(newsroom: Newsroom) -> list[str]:
    rows = newsroom.db.ask(lambda db: db.exec_driver_sql("SELECT status FROM mentions ORDER BY id").all())
    return [row[0] for row in rows]


def jobs(newsroom: Newsroom) -> int:
    return int(newsroom.db.ask(lambda db: db.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one()))


def test_a_page_that_links_is_shown_as_a_mention(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site(mentions="published")
    assert 'rel="webmention" href="/webmention"' in newsroom.person().read()
    target = newsroom.address + newsroom.story
    source = elsewhere.page("/post", PAGE.format(target=f"{target}#comments"))
    answer = tell(newsroom, source)
    assert answer.status_code == 202
    wait_until(lambda: statuses(newsroom) == ["published"])

    page = newsroom.person().read()
    shown = page.split("Mentioned elsewhere", 1)[1].split("</section>", 1)[0]
    assert f'<a href="{source}" rel="nofollow ugc noopener noreferrer" dir="auto">What we think</a>' in shown
    assert "blog.test" in shown
    assert "Mencionado en otras páginas" in newsroom.person().read(newsroom.historia)
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def test_a_mention_waits_for_a_decision(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site()
    source = elsewhere.page("/post", PAGE.format(target=newsroom.address + newsroom.story))
    tell(newsroom, source)
    wait_until(lambda: statuses(newsroom) == ["held"])
    assert "Mentioned elsewhere" not in newsroom.person().read()

    settings = ["PIENSAS_DATABASE_URL", newsroom.settings.database.url]
    run = CliRunner(env=dict([settings]))
    listed = run.invoke(main, ["held"])
    assert "What we think" in listed.output.replace("\n", " ")
    number = str(newsroom.db.ask(lambda db: db.exec_driver_sql("SELECT id FROM mentions").scalar_one()))
    assert run.invoke(main, ["decide", number, "published"]).exit_code == 0
    assert "What we think" in newsroom.person().read()
    assert run.invoke(main, ["decide", number, "rejected"]).exit_code == 0
    assert "What we think" not in newsroom.person().read()
    newsroom.hands.turn(seconds=2)
    tell(newsroom, source)
    wait_until(lambda: len(elsewhere.asked) == 2 and jobs(newsroom) == 0)
    assert statuses(newsroom) == ["rejected"]
    assert run.invoke(main, ["decide", "12345", "published"]).exit_code == 1


def test_a_link_that_is_gone_takes_the_mention_along(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site(mentions="published")
    source = elsewhere.page("/post", PAGE.format(target=newsroom.address + newsroom.story))
    tell(newsroom, source)
    wait_until(lambda: statuses(newsroom) == ["published"])
    elsewhere.page("/post", "<title>Changed</title>No link any more.", status=410)
    newsroom.hands.turn(seconds=2)
    tell(newsroom, source)
    wait_until(lambda: statuses(newsroom) == [])
    assert "Mentioned elsewhere" not in newsroom.person().read()
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


NO_LINKS = {
    "in a comment": '<!-- <a href="{target}">x</a> -->',
    "in a script": "<script>var x = '<a href=\"{target}\">'</script>",
    "in words": "{target}",
    "the beginning of another": '<a href="{target}-and-more">x</a>',
    "a part of another": '<a href="https://other.example/?{target}">x</a>',
    "in a title": '<p title="{target}">x</p>',
    "in what is typed": '<input value="{target}">',
    "in what is about the page": '<meta name="x" content="{target}">',
    "another story": '<a href="{target}2">x</a>',
    "no html": None,
}


@pytest.mark.parametrize("name", NO_LINKS)
def test_what_does_not_link_is_no_mention(open_site: OpenNewsroom, elsewhere: Elsewhere, name: str) -> None:
    newsroom = open_site(mentions="published")
    target = newsroom.address + newsroom.story
    words = NO_LINKS[name]
    kind = "text/html" if words else "application/pdf"
    tell(newsroom, elsewhere.page("/post", (words or PAGE).format(target=target), kind=kind))
    wait_until(lambda: elsewhere.asked == ["/post"] and jobs(newsroom) == 0)
    assert statuses(newsroom) == []


def test_what_a_page_calls_itself_is_no_script(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site(mentions="published")
    target = newsroom.address + newsroom.story
    title = "<title>&lt;script&gt;alert(1)&lt;/script&gt;\u202e" + "x" * 2_000 + "</title>"
    tell(newsroom, elsewhere.page('/"><script>', title + f'<a href="{target}">x</a>'))
    wait_until(lambda: statuses(newsroom) == ["published"])
    page = newsroom.person().read()
    assert "<script>alert" not in page
    assert '"><script>' not in page
    assert "\u202e" not in page
    assert "x" * 301 not in page


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("ftp://blog.test/", ""),
        ("javascript:alert(1)", ""),
        ("http://user@blog.test/", ""),
        ("http://blog.test/" + "x" * 1_000, ""),
        ("http://blog.test/a b", ""),
        ("http://[", ""),
        ("http://0177.0.0.1/a", ""),
        ("http://0x7f000001/", ""),
        ("http://2130706433/", ""),
        ("http://127.1/", ""),
        ("http://127.0.0.1./", ""),
        ("http://1.2.3.4.5/", ""),
        ("http://256.1.1.1/", ""),
        ("http://blog.0x7f/", ""),
        ("http://%31%32%37.0.0.1/", ""),
        ("http://[::1%25eth0]/", ""),
        ("http://[fe80::1%eth0]/", ""),
        ("http://[1::2::3]/", ""),
        ("http://blog.test:0/", ""),
        ("http://blog.test:65536/", ""),
        ("http://blog.test:-1/", ""),
        ("http://blog.test:80a/", ""),
        ("http://blog..test/", ""),
        ("http://.test/", ""),
        ("http://" + "x" * 64 + ".test/", ""),
        ("http://" + "x." * 150 + "test/", ""),
        ("http://xn--a.test/", ""),
        ("http://☃.test/", ""),
        ("http://ﬁ.test/", ""),
        ("http://１２７。０。０。１/", ""),
        ("http://bl\u00adog.test/", ""),
        ("http://evil.example\\@blog.test/", ""),
        ("http://@/", ""),
        ("http://:80/", ""),
        ("", ""),
        ("http://blog.test/", "https://other.example/en/flight"),
        ("http://blog.test/", "SITE/en/nothing"),
        ("http://blog.test/", "SITE"),
        ("http://blog.test/", "SITE.evil.example/en/flight"),
        ("SITE/en/flight", "SITE/en/flight"),
    ],
)
def test_claims_that_make_no_sense_are_refused(newsroom: Newsroom, source: str, target: str) -> None:
    there = newsroom.address
    answer = tell(newsroom, source.replace("SITE", there), target.replace("SITE", there))
    assert answer.status_code == 400
    assert statuses(newsroom) == []


def test_a_site_may_take_no_mentions(open_site: OpenNewsroom) -> None:
    newsroom = open_site(mentions="off")
    assert "webmention" not in newsroom.person().read()
    assert tell(newsroom, "http://blog.test/").status_code == 400


def test_a_story_without_a_discussion_takes_no_mentions(open_site: OpenNewsroom) -> None:
    newsroom = open_site(mentions="published")
    story = newsroom.db.ask(find_story, 1, int(newsroom.story_id))
    assert story is not None
    newsroom.db.do(lambda db: save_story_change(db, story, discussion="off"))
    assert tell(newsroom, "http://blog.invalid/1").status_code == 400
    assert (statuses(newsroom), jobs(newsroom)) == ([], 0)


def test_what_has_not_been_looked_at_is_not_decided_about(open_site: OpenNewsroom) -> None:
    newsroom = open_site()
    with open_inner() as (port, _):
        assert tell(newsroom, f"http://localhost:{port}/post").status_code == 202
        wait_until(lambda: newsroom.db.ask(tries_of) >= 1)
    number = newsroom.db.ask(lambda db: db.exec_driver_sql("SELECT id FROM mentions").scalar_one())
    assert statuses(newsroom) == ["waiting"]
    with pytest.raises(NotFound):
        newsroom.db.do(lambda db: decide_mention(db, 1, number, "published"))
    assert statuses(newsroom) == ["waiting"]
    assert "Mentioned elsewhere" not in newsroom.person().read()


def test_only_so_many_mentions_wait_at_once(open_site: OpenNewsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("piensas.actions.mentioning.MOST_OPEN", 2)
    newsroom = open_site()
    answers = []
    for number in range(4):
        answers.append(tell(newsroom, f"http://blog{number}.invalid/").status_code)
        newsroom.hands.turn(seconds=2)
    assert answers == [202, 202, 429, 429]


def test_nobody_sends_us_everywhere(open_site: OpenNewsroom) -> None:
    newsroom = open_site()
    asked = {"x-forwarded-for": "9.9.9.9"}
    body = {"source": "http://blog.invalid/1", "target": newsroom.address + newsroom.story}
    assert httpx.post(f"{newsroom.address}/webmention", data=body, headers=asked).status_code == 202
    body["source"] = "http://blog.invalid/2"
    assert httpx.post(f"{newsroom.address}/webmention", data=body, headers=asked).status_code == 429


WITHIN = [
    "127.0.0.1",
    "[::1]",
    "[::ffff:7f00:1]",
    "169.254.169.254",
    "192.0.0.192",
    "10.0.0.1",
    "[64:ff9b::7f00:1]",
]


@pytest.mark.parametrize("host", WITHIN)
def test_M55_a_mention_is_looked_for_nowhere_within(open_site: OpenNewsroom, host: str) -> None:  # noqa: N802
    """Looked at once: an address within is within tomorrow, too."""
    newsroom = open_site(mentions="published")
    with nobody_is_there() as gone:
        assert tell(newsroom, f"http://{host}/post").status_code == 202
        wait_until(lambda: jobs(newsroom) == 0)
        assert statuses(newsroom) == []
        assert gone == []


def test_M55_nor_by_a_name_that_may_mean_another_machine_tomorrow(open_site: OpenNewsroom) -> None:  # noqa: N802
    newsroom = open_site(mentions="published")
    with nobody_is_there() as gone:
        assert tell(newsroom, "http://localhost:8080/post").status_code == 202
        wait_until(lambda: newsroom.hands.turn(minutes=60) or jobs(newsroom) == 0, 40)
        assert statuses(newsroom) == []
        assert gone == []


@pytest.mark.parametrize("kind", ["mention", "page"])
def test_a_job_that_fails_as_nobody_foresaw_is_given_up(newsroom: Newsroom, kind: Kind) -> None:
    now = Clock(newsroom.hands)()
    broken = Job(site_id=1, id=now.id, kind=kind, what="nonsense", due_at=now.now)
    newsroom.db.do(lambda db: save_job(db, broken))
    wait_until(
        lambda: newsroom.hands.turn(seconds=30) or jobs(newsroom) == 0 or newsroom.db.ask(tries_of) > 6, 40
    )
    assert jobs(newsroom) == 0


def tries_of(db: Any) -> int:
    return int(db.exec_driver_sql("SELECT coalesce(max(tries), 0) FROM jobs").scalar_one())


@pytest.mark.parametrize("there", ["http://0177.0.0.1/", "http://10.0.0.1/", "http://blog.test:99999/"])
def test_a_page_that_leads_nowhere_any_more_takes_no_mention_away(
    open_site: OpenNewsroom, elsewhere: Elsewhere, there: str
) -> None:
    newsroom = open_site(mentions="published")
    source = elsewhere.page("/post", PAGE.format(target=newsroom.address + newsroom.story))
    tell(newsroom, source)
    wait_until(lambda: statuses(newsroom) == ["published"])
    newsroom.hands.turn(seconds=2)
    elsewhere.page("/post", "", status=302, kind=there)
    tell(newsroom, source)
    wait_until(lambda: len(elsewhere.asked) == 2)
    wait_until(lambda: newsroom.hands.turn(minutes=30) or jobs(newsroom) == 0, 40)
    assert statuses(newsroom) == ["published"]


def test_a_redirect_leads_nowhere_within(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site(mentions="published")
    with open_inner() as (port, hits):
        tell(newsroom, elsewhere.page("/there", "", status=302, kind=f"http://127.0.0.1:{port}/post"))
        wait_until(lambda: elsewhere.asked == ["/there"] and jobs(newsroom) == 0)
        newsroom.hands.turn(seconds=2)
        moved = elsewhere.page("/moved", PAGE.format(target=newsroom.address + newsroom.story))
        tell(newsroom, elsewhere.page("/here", "", status=302, kind=moved))
        wait_until(lambda: "published" in statuses(newsroom))
        assert hits == []


def test_a_name_that_changes_its_mind_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when looked at, within when connected to. We connect to what we saw."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    connected: list[str] = []

    async def look_up(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (next(answers), 80))]

    class Plain:
        async def connect_tcp(self, host: str, *_: Any, **__: Any) -> None:
            connected.append(host)

    async def connect() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
        backend = PublicBackend(())
        backend._plain = Plain()  # type: ignore[assignment]
        await backend.connect_tcp("rebinding.test", 80)

    asyncio.run(connect())
    assert connected == ["93.184.216.34"]
    assert next(answers) == "127.0.0.1"


def read(words: str, charset: str = "utf-8") -> Answer:
    """What our reader of pages makes of one, in its own process."""
    target = "https://site.example/en/flight"
    page = PAGE.format(target=target) + words
    there = Fetched("https://blog.example/", 200, "text/html", charset, page.encode())
    return asyncio.run(read_apart(there, [target]))


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<a href='", "<title>", "</", "<![CDATA[", "<svg><a>"])
def test_a_page_of_half_a_megabyte_is_read_in_its_time(piece: str) -> None:
    assert read(piece * (500_000 // len(piece))).is_linked


BOMBS = {
    "a tree that grows by the square": "<p>" + "".join(f"<b a={n}>" for n in range(8_000)) + "<p>x" * 8_000,
    "deep": "<div>" * 80_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_page_that_is_larger_than_it_looks_ends_its_own_reading_alone(name: str) -> None:
    with pytest.raises(NotFetched):
        read(BOMBS[name])


CHARSETS = ["punycode", "zlib_codec", "rot13", "utf-7", "idna", "nonsense", "latin-1", ""]


@pytest.mark.parametrize("charset", CHARSETS)
def test_charsets_are_those_of_pages(charset: str) -> None:
    assert read("x" * 300_000, charset).is_linked


def test_what_nobody_asked_to_be_packed_is_not_unpacked(
    open_site: OpenNewsroom, elsewhere: Elsewhere
) -> None:
    newsroom = open_site(mentions="published")
    words = PAGE.format(target=newsroom.address + newsroom.story)
    source = elsewhere.page("/post", words)
    elsewhere.answers["/post"] = (200, "text/html", gzip.compress(words.encode()))
    elsewhere.headers["content-encoding"] = "gzip"
    tell(newsroom, source)
    wait_until(lambda: elsewhere.asked)
    wait_until(lambda: newsroom.hands.turn(minutes=30) or jobs(newsroom) == 0, 40)
    assert statuses(newsroom) == []


def test_a_letter_does_not_wait_for_the_pages_of_others(
    signing_in: Newsroom, providers: Tricksters, elsewhere: Elsewhere
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for number in range(3):
            signing_in.hands.turn(seconds=2)
            there = f"http://blog.test:{silent.getsockname()[1]}/{number}"
            assert tell(signing_in, there).status_code == 202
        began = time.monotonic()
        signing_in.person().send("/signin/email", {"email": "ana@example.org"})
        latest_letter(providers)
        assert time.monotonic() - began < 8 * 2, "three silent pages take 24 seconds"


def test_nobody_takes_anothers_mention_away(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site(mentions="published")
    target = newsroom.address + newsroom.story
    source = elsewhere.page("/post", PAGE.format(target=target))
    tell(newsroom, source)
    wait_until(lambda: statuses(newsroom) == ["published"])
    for other in (f"{target}?x", f"{newsroom.address}{newsroom.historia}", f"{target}/comments/1"):
        newsroom.hands.turn(seconds=2)
        asked = len(elsewhere.asked)
        assert tell(newsroom, source, other).status_code == 202
        wait_until(lambda: len(elsewhere.asked) > asked and jobs(newsroom) == 0)  # noqa: B023
    assert statuses(newsroom) == ["published"]


def test_what_was_rejected_stays_so(open_site: OpenNewsroom, elsewhere: Elsewhere) -> None:
    newsroom = open_site(mentions="published")
    source = elsewhere.page("/post", PAGE.format(target=newsroom.address + newsroom.story))
    tell(newsroom, source)
    wait_until(lambda: statuses(newsroom) == ["published"])
    number = newsroom.db.ask(lambda db: db.exec_driver_sql("SELECT id FROM mentions").scalar_one())
    newsroom.db.do(lambda db: decide_mention(db, newsroom.site.id, number, "rejected"))
    for status in (410, 200):
        newsroom.hands.turn(seconds=2)
        asked = len(elsewhere.asked)
        elsewhere.page("/post", PAGE.format(target=newsroom.address + newsroom.story), status=status)
        tell(newsroom, source)
        wait_until(lambda: len(elsewhere.asked) > asked and jobs(newsroom) == 0)  # noqa: B023
        assert statuses(newsroom) == ["rejected"]


def test_a_page_that_does_not_answer_is_no_mention_and_takes_none_away(
    open_site: OpenNewsroom, elsewhere: Elsewhere
) -> None:
    newsroom = open_site(mentions="published")
    known = elsewhere.page("/known", PAGE.format(target=newsroom.address + newsroom.story))
    tell(newsroom, known)
    wait_until(lambda: statuses(newsroom) == ["published"])
    elsewhere.page("/known", "", status=500)
    for source in (known, elsewhere.page("/new", "", status=500)):
        newsroom.hands.turn(seconds=2)
        tell(newsroom, source)
    wait_until(lambda: newsroom.hands.turn(minutes=30) or jobs(newsroom) == 0, 40)
    assert statuses(newsroom) == ["published"]


def test_one_page_is_not_looked_at_for_every_claim(newsroom: Newsroom) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = f"http://localhost:{silent.getsockname()[1]}/"
        for _ in range(5):
            newsroom.hands.turn(seconds=2)
            assert tell(newsroom, source).status_code == 202
        assert jobs(newsroom) <= 1


def test_what_a_page_says_is_read_as_browsers_do() -> None:
    page = """<meta content="Shared" property="og:title"><title>In the head</title>
        <script>"<a href='/script'>"</script><!-- <a href="/comment"> -->
        <a href=" ../en/x/?y#z ">x</a><p title="/title"><img src="/picture">"""
    question = Question("https://site.example/a/b", "utf-8", [])
    assert read_page(question, page.encode()).title == "Shared"
    for target, is_linked in (
        ("/en/x", True),
        ("/picture", True),
        ("/title", False),
        ("/script", False),
        ("/comment", False),
        ("/en", False),
    ):
        question.targets = [f"https://site.example{target}"]
        assert read_page(question, page.encode()).is_linked is is_linked, target
    ours = page + '<que-piensas data-title="For us &amp; all"></que-piensas>'
    assert read_page(question, ours.encode()).title == "For us & all"
