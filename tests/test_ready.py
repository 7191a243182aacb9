"""Ready pages: the same bytes for everybody, never an old one, never somebody else's own."""

from __future__ import annotations

from typing import Any

import brotli
import httpx
import pytest

from piensas.actions.posting import post_comment
from piensas.drawing.pen import NOBODY, Mine, pen_of
from piensas.model.draft import Draft
from piensas.model.moment import Clock
from piensas.model.reader import Viewer
from piensas.model.story import Story
from piensas.model.thread import Walk
from piensas.store.threads import read_thread
from piensas.web.proofs import Proof
from piensas.web.reading import read_story
from piensas.web.ready import ReadyPage, ReadyPages, choose_encoding, has_etag
from tests.newsroom import Newsroom, Person, serve
from tests.some import some


def raw(newsroom: Newsroom, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(base_url=newsroom.address, headers={"accept-encoding": "identity"}) as client:
        return client.get(newsroom.story, headers=named)


def test_a_page_comes_packed_as_the_browser_likes_it_and_unpacks_to_the_same(newsroom: Newsroom) -> None:
    plain = raw(newsroom)
    with (
        httpx.Client(base_url=newsroom.address) as client,
        client.stream("GET", newsroom.story, headers={"accept-encoding": "gzip, deflate, br"}) as packed,
    ):
        body = b"".join(packed.iter_raw())

    assert packed.headers["content-encoding"] == "br"
    assert brotli.decompress(body) == plain.content
    assert raw(newsroom, accept_encoding="gzip").text == plain.text
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"


def test_a_page_is_packed_tightly_for_the_second_who_asks() -> None:
    words = b"".join(b"<p>The %d hospitals promised %d months.</p>" % (n, n * n) for n in range(500))
    page = ReadyPage(200, [], words, "while true", Proof(len, ((),), 0, b""))
    once, twice, thrice = (page.variant(b"br") for _ in range(3))
    never_changing = ReadyPage(200, [], words, "for ever")

    assert brotli.decompress(once.body) == brotli.decompress(twice.body) == words
    assert len(twice.body) < len(once.body)
    assert dict(once.start["headers"])[b"etag"] == dict(twice.start["headers"])[b"etag"]
    assert thrice is twice
    assert len(never_changing.variant(b"br").body) <= len(twice.body)


def test_a_comment_that_comes_while_a_page_is_being_drawn_is_on_the_next(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on disk after the page's rows were read, and before the page is handed out."""
    moments = [Clock(newsroom.hands)()]

    def read_and_post(*args: Any) -> Any:
        found = read_story(*args)
        if moments:
            draft = Draft(text="Meanwhile.", name="M", email="m@example.org")
            moment, story = moments.pop(), int(newsroom.story_id)
            viewer = Viewer(newsroom.site, b"m" * 32)
            newsroom.db.do(lambda db: post_comment(db, viewer, story, draft, moment))
        return found

    newsroom.person().comment("Before.")
    monkeypatch.setattr("piensas.web.stories.read_story", read_and_post)
    drawn = newsroom.person().read()
    assert not moments
    assert "Before." in drawn
    assert "Meanwhile." not in drawn
    assert "Meanwhile." in newsroom.person().read()


def test_a_browser_that_has_the_page_gets_304_until_it_changes(newsroom: Newsroom) -> None:
    first = raw(newsroom)
    again = raw(newsroom, if_none_match=first.headers["etag"])
    strong = raw(newsroom, if_none_match=f'"x", {first.headers["etag"].removeprefix("W/")}')
    newsroom.person().comment("Something new.")
    changed = raw(newsroom, if_none_match=first.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert strong.status_code == 304
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_what_another_process_has_taken_is_in_the_very_next_answer(newsroom: Newsroom) -> None:
    with (
        serve(newsroom.settings, Clock(newsroom.hands)) as elsewhere,
        httpx.Client(base_url=elsewhere) as other,
    ):
        for number in range(25):
            other.get(newsroom.story)
            comment = newsroom.person().comment(f"Number {number}", email=f"r{number}@example.org")
            assert comment in other.get(newsroom.story).text
            assert f"{number + 1} comment" in other.get("/").text


def test_every_page_that_shows_a_comment_forgets_it_when_it_is_withdrawn(newsroom: Newsroom) -> None:
    author = newsroom.person()
    comment = author.comment("UNIQUEWORD")
    pages = ["", newsroom.historia, f"{newsroom.story}/comments/{comment}", f"{newsroom.story}/feed.atom"]
    stranger = newsroom.person()
    for page in some(pages):
        assert "UNIQUEWORD" in stranger.read(page)

    author.change(comment, "withdrawal")

    for page in (
        "",
        newsroom.historia,
        f"{newsroom.story}/feed.atom",
        newsroom.discussion,
        "/",
        "/sitemap.xml",
    ):
        assert "UNIQUEWORD" not in stranger.read(page)
    assert stranger.get(f"{newsroom.story}/comments/{comment}").status_code == 404


def test_nothing_of_one_reader_is_ever_in_what_others_get(newsroom: Newsroom) -> None:
    author: Person = newsroom.person()
    author.post_form("Mine.", email="planted@example.org", save_details="1")
    author.read()

    for path in ("", "/", newsroom.historia, newsroom.discussion, f"{newsroom.story}/feed.atom"):
        page = newsroom.person().read(path)
        assert "planted@example.org" not in page
        assert 'class="edit"' not in page


def test_a_page_drawn_for_one_reader_is_not_to_be_kept_by_anybody(newsroom: Newsroom) -> None:
    author = newsroom.person()
    author.post_form("Mine.")

    own, shared = author.get(newsroom.story), raw(newsroom)

    assert own.headers["cache-control"] == "private, no-store"
    assert shared.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in shared.headers


@pytest.mark.parametrize("query", ["?utm_source=x", "?fbclid=abc", "?order=oldest", "?order=nonsense"])
def test_a_campaigns_parameters_give_the_same_page(newsroom: Newsroom, query: str) -> None:
    assert newsroom.person().read(newsroom.story + query) == newsroom.person().read()


def test_odd_headers_do_not_get_into_what_others_are_given(newsroom: Newsroom) -> None:
    clean = raw(newsroom).content
    for name in (
        "Host",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Forwarded",
        "Accept-Language",
        "X-Original-URL",
    ):
        raw(newsroom, **{name: "evil.example"})
    newsroom.person().comment("New.")
    raw(newsroom, Host="evil.example", X_Forwarded_Host="evil.example")

    assert b"evil.example" not in raw(newsroom).content
    assert len(clean) < len(raw(newsroom).content)


def test_pages_stay_within_their_budget_and_the_oldest_leave_first(newsroom: Newsroom) -> None:
    pages = ReadyPages(newsroom.db, 20_000, lambda: 0)

    for number in range(50):
        pages.keep(b"/%d" % number, ReadyPage(200, [], b"x" * 1_000, "for ever"))

    assert pages.used <= 20_000
    assert pages.find(b"/49")
    assert pages.find(b"/0") is None


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (b"br", b"br"),
        (b"gzip, deflate, br", b"br"),
        (b"gzip;q=1.0, br;q=0", b"gzip"),
        (b"*", b"gzip"),
        (b"identity", b""),
        (b"", b""),
        (b"BR", b"br"),
    ],
)
def test_the_encoding_is_one_that_the_client_takes(accepted: bytes, chosen: bytes) -> None:
    assert choose_encoding(accepted, 10_000) == chosen
    assert choose_encoding(accepted, 10) == b""


@pytest.mark.parametrize(
    ("wanted", "known"), [(b"*", True), (b'"a"', True), (b'W/"a"', True), (b'"b"', False), (b"", False)]
)
def test_etags_are_compared_weakly(wanted: bytes, known: bool) -> None:
    assert has_etag(wanted, b'"a"') is known


def test_for_one_reader_only_their_own_comments_are_drawn_anew(newsroom: Newsroom) -> None:
    author = newsroom.person()
    for number in range(4):
        newsroom.person().comment(f"Number {number}.", email=f"r{number}@example.org")
    mine = author.comment("Mine.")
    author.read()
    pen = pen_of(newsroom.site, "en")
    story = Story(1, int(newsroom.story_id), "flight", "open", 0, 1, 5, 5)
    shown = [node.comment for node in newsroom.db.ask(read_thread, story, Walk("oldest", 10, 3)).nodes]
    other = next(comment for comment in shown if comment.id != int(mine))
    own = next(comment for comment in shown if comment.id == int(mine))
    draw = pen.piece_for(Mine(frozenset({own.id}), frozenset({own.id})), closed=False)

    everybodys = pen.piece_for(NOBODY, closed=False)
    assert draw(other, "/en/flight") is everybodys(other, "/en/flight")
    assert draw(own, "/en/flight") != everybodys(own, "/en/flight")
    voted = pen.piece_for(Mine(votes=((other.id, 1),)), closed=False)
    assert voted(other, "/en/flight") != everybodys(other, "/en/flight")
    assert everybodys(own, "/en/flight") == pen.piece_for(None, closed=False)(own, "/en/flight")
