"""Discussions under the pages of other sites: which pages, made when, and what crosses from site to site."""

from __future__ import annotations

import hashlib
import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from weakref import WeakKeyDictionary

import httpx
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from sqlalchemy import text
from structlog.testing import CapturingLogger

from piensas.actions.publishing import retire_edition
from piensas.cli import main
from piensas.model.elsewhere import list_spellings, read_page
from piensas.model.refusals import Malformed
from piensas.model.site import Site
from piensas.settings import Embed, Settings
from piensas.store.stories import find_story, find_story_by_key, save_story_change
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person, guest, wait_until
from tests.providers import Errand, Tricksters, come_back, me, open_letter_box, sign_in, with_providers
from tests.some import some
from tests.test_mentions import open_elsewhere

HOST = "https://www.paper.example"
PAGE = f"{HOST}/2026/flight?utm_source=mail#top"
ELSEWHERE = {"origin": HOST, "sec_fetch_site": "cross-site"}
COOKIE = "__Host-piensas-embed"


def with_origin(settings: Settings) -> Settings:
    return replace(settings, embed=Embed((HOST, "https://other.example")))


@pytest.fixture
def embedding(open_site: OpenNewsroom) -> Newsroom:
    return open_site(with_origin)


def visit(person: Person, page: str = PAGE, origin: str = HOST, **fields: str) -> httpx.Response:
    """What the element does under a page that is visited for the first time."""
    shape = {"page": page, "title": "Flight", "language": "en"} | fields
    return person.client.post(
        "/embed/discussion", data=shape, headers={"origin": origin, "sec-fetch-site": "cross-site"}
    )


def look(person: Person, page: str = PAGE, **query: str) -> httpx.Response:
    asked = urlencode({"page": page, "language": "en"} | query)
    return person.client.get(f"/embed/discussion?{asked}", headers={"origin": HOST})


def story_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    found = re.search(r'data-story="(\d+)"', answer.text)
    assert found
    return found[1]


def test_a_story_is_made_at_the_first_visit_and_not_before(embedding: Newsroom) -> None:
    reader = embedding.person()
    assert look(reader).status_code == 204
    assert look(reader).headers["access-control-allow-origin"] == HOST

    made = story_of(visit(reader))

    assert story_of(look(embedding.person())) == made
    assert story_of(visit(embedding.person(), title="Another title")) == made
    assert story_of(look(reader, f"{HOST}/2026/flight")) == made
    assert look(reader).headers["access-control-allow-origin"] == "*"
    assert look(reader, f"{HOST}/2026/other").status_code == 204


def test_the_discussion_has_a_page_of_its_own_that_leads_to_the_story(embedding: Newsroom) -> None:
    reader = embedding.person()
    visit(reader)
    answer = reader.get(f"/embed/page?{urlencode({'page': PAGE, 'language': 'en'})}")
    own = reader.read(answer.headers["location"].partition("#")[0])

    assert answer.status_code == 303
    assert f'<a href="{HOST}/2026/flight">' in own
    assert '<h1 dir="auto">Flight</h1>' in own
    assert f'<link rel="canonical" href="{embedding.address}/en/d-' in own
    assert reader.get(f"/embed/page?{urlencode({'page': HOST + '/none'})}").status_code == 404


def test_a_story_that_is_named_by_its_page_keeps_its_discussion_when_the_address_changes(
    embedding: Newsroom,
) -> None:
    reader = embedding.person()
    made = story_of(visit(reader, story="flight"))
    assert story_of(look(reader, f"{HOST}/moved", story="flight")) == made
    assert look(reader, "https://other.example/x", story="flight").status_code == 204

    spanish = story_of(visit(reader, f"{HOST}/es/vuelo", story="flight", language="es-MX", title="Vuelo"))
    assert spanish == made
    page = look(reader, f"{HOST}/es/vuelo", story="flight", language="es").text
    assert "¿Qué piensas?" in page.split("</h2>")[0]


@pytest.mark.parametrize(
    ("page", "origin"),
    [
        ("https://attacker.example/", "https://attacker.example"),
        ("http://localhost:8000/en/flight", "http://localhost:8000"),
        (PAGE, "https://attacker.example"),
        (PAGE, "https://other.example"),
        (PAGE, "null"),
        ("https://www.paper.example.attacker.example/", HOST),
        ("https://www.paper.example@attacker.example/", HOST),
        ("https://attacker.example/?https://www.paper.example", HOST),
        ("http://www.paper.example/", HOST),
        ("https://www.paper.example:444/", HOST),
        ("javascript:alert(1)", HOST),
        ("//www.paper.example/", HOST),
        ("data:text/html,x", HOST),
        ("file:///etc/passwd", HOST),
        (f"{HOST}/\r\nset-cookie: a=b", HOST),
        (f"{HOST}/{'x' * 2_000}", HOST),
        ("", HOST),
    ],
)
def test_no_page_speaks_for_another(embedding: Newsroom, page: str, origin: str) -> None:
    before = count_stories(embedding)

    answer = visit(embedding.person(), page, origin)

    assert answer.status_code in (400, 403), answer.text
    assert count_stories(embedding) == before


def test_without_registered_origins_nobody_embeds(newsroom: Newsroom) -> None:
    answer = visit(newsroom.person())
    assert answer.status_code == 403
    assert "access-control-allow-credentials" not in answer.headers


def count_stories(newsroom: Newsroom) -> int:
    return newsroom.db.ask(lambda db: db.execute(text("SELECT count(*) FROM stories")).scalar_one())  # type: ignore[no-any-return]  # a number


def own_page(reader: Person, page: str, **fields: str) -> str:
    assert visit(reader, page, **fields).status_code == 200
    answer = reader.get(f"/embed/page?{urlencode({'page': page, 'language': 'en'})}")
    return reader.read(answer.headers["location"].partition("#")[0])


def test_what_others_visit_is_no_news_of_ours(embedding: Newsroom) -> None:
    """Who sends requests by hand can call any page of a registered site whatever they like."""
    for number in range(3):
        assert visit(embedding.person(), f"{HOST}/{number}", title="Spam").status_code == 200
    for path in ("/", "/en/feed.atom", "/en/feed.json", "/sitemap.xml", "/wp-json/wp/v2/posts"):
        found = embedding.person().read(path)
        assert "Spam" not in found
        assert "/d-" not in found


def test_nobody_visits_many_pages_for_the_first_time_in_a_moment(embedding: Newsroom) -> None:
    codes = []
    for number in range(3):
        shape = {"page": f"{HOST}/{number}", "title": "T", "language": "en"}
        headers = {"origin": HOST, "sec-fetch-site": "cross-site", "x-forwarded-for": "8.8.8.8"}
        codes.append(
            embedding.person().client.post("/embed/discussion", data=shape, headers=headers).status_code
        )
    assert codes == [200, 429, 429]


def test_what_an_editor_has_taken_off_stays_off(embedding: Newsroom) -> None:
    reader = embedding.person()
    visit(reader)
    key = f"page:{HOST}/2026/flight"
    embedding.db.do(lambda db: retire_edition(db, embedding.site, key, "en"))
    assert embedding.db.ask(find_story_by_key, 1, key) is not None
    assert visit(embedding.person(), title="Back again").status_code == 404
    assert look(reader).status_code == 204


def test_gigantic_titles_are_cut_and_odd_ones_made_plain(embedding: Newsroom) -> None:
    reader = embedding.person()
    assert f">{'T' * 300}</h1>" in own_page(reader, f"{HOST}/1", title="T" * 100_000)
    plain = own_page(reader, f"{HOST}/2", title="<script>alert(1)</script>\x00\u202e")
    assert ">&lt;script&gt;alert(1)&lt;/script&gt;</h1>" in plain
    assert f">{HOST}/3</h1>" in own_page(reader, f"{HOST}/3", title=" \n ")
    assert visit(reader, f"{HOST}/4", story="s" * 300).status_code == 400
    assert visit(reader, f"{HOST}/4", title="T" * (1 << 21)).status_code == 413


ADDRESSES = {
    "HTTPS://WWW.Paper.Example:443/A?b=1&utm_medium=x&fbclid=y#z": "https://www.paper.example/A?b=1",
    "http://paper.example": "http://paper.example/",
    "https://paper.example/ñandú": "https://paper.example/ñandú",
    "https://[::1]:8000/a": "https://[::1]:8000/a",
    "https://paper.example/?q=&r": "https://paper.example/?q=&r=",
}


@pytest.mark.parametrize(("written", "plain"), ADDRESSES.items())
def test_a_page_has_one_address_however_it_is_written(written: str, plain: str) -> None:
    assert read_page(written)[0] == plain


@pytest.mark.parametrize(
    "written", ["https://a b/", "https://a:99999/", "https://[::1/", "ftp://a/", "a", "https:///a"]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Malformed):
        read_page(written)


# Writing from another site's page


def post_elsewhere(person: Person, story: str, text: str, **fields: str) -> httpx.Response:
    """What the element's box sends: a request that browsers call simple, with the embed's own cookie."""
    shape = {"text": text, "name": "Far reader", "email": "far@example.org", "language": "en"} | fields
    token = TOKENS.get(person)
    headers = {"origin": HOST, "sec-fetch-site": "cross-site", "accept": "application/json"}
    if token:
        headers["cookie"] = f"{COOKIE}={token}"
    answer = person.client.post(f"/stories/{story}/comments", data=shape, headers=headers)
    keep_cookie(person, answer)
    return answer


TOKENS: WeakKeyDictionary[Person, str] = WeakKeyDictionary()


def keep_cookie(person: Person, answer: httpx.Response) -> None:
    """httpx keeps no secure cookie that came over http, which browsers do from this machine."""
    for line in answer.headers.get_list("set-cookie"):
        name, _, rest = line.partition("=")
        if name == COOKIE:
            TOKENS[person] = rest.partition(";")[0]


def test_a_guest_writes_from_another_sites_page_under_a_cookie_of_its_own(embedding: Newsroom) -> None:
    far = embedding.person()
    story = story_of(visit(far))
    answer = post_elsewhere(far, story, "From afar.")

    assert answer.status_code == 201, answer.text
    assert answer.headers["access-control-allow-origin"] == HOST
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "origin" in answer.headers["vary"]
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE))
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "From afar." in look(far).text
    own = far.client.get(
        f"/stories/{story}/viewer?language=en",
        headers={
            "origin": HOST,
            "sec-fetch-site": "cross-site",
            "cookie": f"{COOKIE}={TOKENS[far]}",
        },
    )
    assert len(own.json()["pieces"]) == 1


def test_the_embeds_session_holds_under_its_own_site_alone(embedding: Newsroom) -> None:
    far = embedding.person()
    story = story_of(visit(far))
    post_elsewhere(far, story, "From afar.")
    token = TOKENS[far]

    def own(**headers: str) -> Any:
        answer = far.client.get(f"/stories/{story}/viewer?language=en", headers=headers)
        return answer.json()["pieces"]

    far_headers = {"origin": HOST, "sec-fetch-site": "cross-site"}
    assert len(own(**far_headers, cookie=f"{COOKIE}={token}")) == 1
    assert own(cookie=f"{COOKIE}={token}") == []
    assert own(cookie=f"piensas={token}") == []
    assert own(**far_headers, cookie=f"piensas={token}") == []
    assert own(**far_headers | {"origin": "https://other.example"}, cookie=f"{COOKIE}={token}") == []


@pytest.mark.parametrize("path", ["/me", "/me/export.json", "/me/erasure", "/signin", "/staff", "/"])
def test_no_other_sites_script_reads_what_is_about_the_account(embedding: Newsroom, path: str) -> None:
    for fetch_site in ("same-site", "cross-site"):
        answer = embedding.person().get(path, origin=HOST, sec_fetch_site=fetch_site)
        assert answer.headers.get("access-control-allow-origin") in (None, "*")
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://attacker.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://attacker.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"referer": f"{HOST}/2026/flight", "sec-fetch-site": "cross-site"},
        {"origin": f"{HOST}.attacker.example", "sec-fetch-site": "cross-site"},
        {"origin": f"{HOST}/", "sec-fetch-site": "cross-site"},
        {"origin": HOST.upper(), "sec-fetch-site": "cross-site"},
    ],
)
def test_forms_of_sites_that_we_do_not_know_are_refused(embedding: Newsroom, headers: dict[str, str]) -> None:
    person = embedding.person()
    person.comment("Known here.")
    forged = person.client.post(
        embedding.comments,
        data={"text": "Forged.", "name": "A", "email": "a@example.org"},
        headers=headers | {"accept": "application/json"},
    )
    assert forged.status_code == 403
    assert forged.json()["code"] == "forged"
    assert "access-control-allow-credentials" not in forged.headers


@pytest.mark.parametrize("path", ["/me/name", "/me/erasure", "/staff", "/signin/code", "/signin/letter"])
def test_what_concerns_the_account_is_done_on_our_own_pages_alone(embedding: Newsroom, path: str) -> None:
    answer = embedding.person().send(path, {"name": "x"}, **ELSEWHERE)
    assert answer.status_code == 403


def test_what_is_ones_own_is_readable_for_registered_origins_alone(embedding: Newsroom) -> None:
    person = embedding.person()
    for origin, allowed in ((HOST, HOST), ("https://attacker.example", None), ("null", None)):
        answer = person.get(f"/stories/{embedding.story_id}/viewer", origin=origin)
        assert answer.headers.get("access-control-allow-origin") == allowed
    before = person.client.options(embedding.comments, headers={"origin": HOST})
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == HOST


# Signing in from another site's page


@pytest.fixture
def far_signing_in(open_site: OpenNewsroom, providers: Tricksters) -> Any:
    with open_letter_box(providers) as mail:
        yield open_site(lambda settings: with_origin(with_providers(settings, providers, mail)))


SECRET = "5e" * 32


def hash_in_hex(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def claim(person: Person, secret: str = SECRET, **headers: str) -> httpx.Response:
    own = {"origin": HOST, "sec-fetch-site": "cross-site"} | {
        n.replace("_", "-"): v for n, v in headers.items()
    }
    answer = person.client.post("/embed/session", data={"ticket": secret}, headers=own)
    keep_cookie(person, answer)
    return answer


def sign_in_afar(person: Person, providers: Tricksters, **headers: str) -> None:
    """In a window that the page has opened: the page's origin comes with the form that begins it."""
    begun = person.send(
        f"/signin/google?story={person.newsroom.story_id}",
        {"language": "en", "window": "1", "ticket": hash_in_hex(SECRET)},
        **(ELSEWHERE | headers),
    )
    assert begun.status_code == 200, begun.text
    errand = leave_by(begun)
    come_back(person, providers, errand)


def leave_by(answer: httpx.Response) -> Any:
    found = re.search(r'<a href="(http[^"]+)" rel="noreferrer">', answer.text)
    assert found
    return Errand("google", dict(parse_qsl(urlsplit(html.unescape(found[1])).query)))


def test_a_reader_signs_in_in_a_window_and_is_known_under_the_page(
    far_signing_in: Newsroom, providers: Tricksters
) -> None:
    far = far_signing_in.person()
    story = story_of(visit(far))
    assert claim(far).json() == {"signed_in": False}
    sign_in_afar(far, providers)

    assert claim(far).json() == {"signed_in": True}
    assert claim(far).json() == {"signed_in": False}
    posted = post_elsewhere(far, story, "As myself.", name="", email="")
    assert posted.json()["comment"]["name"] == "Ana"

    cookie = f"{COOKIE}={TOKENS[far]}"
    out = far.client.post(
        "/signout",
        data={},
        headers={
            "origin": HOST,
            "sec-fetch-site": "cross-site",
            "accept": "application/json",
            "cookie": cookie,
        },
    )
    assert out.json() == {"signed_out": True}
    assert f"{COOKIE}=;" in out.headers["set-cookie"]
    again = far.client.get(
        f"/stories/{story}/viewer", headers={"origin": HOST, "sec-fetch-site": "cross-site", "cookie": cookie}
    )
    assert again.json()["identity"] == ""


def test_a_ticket_is_good_for_two_minutes_and_for_a_page_that_we_know(
    far_signing_in: Newsroom, providers: Tricksters
) -> None:
    person = far_signing_in.person()
    sign_in_afar(person, providers)
    assert claim(far_signing_in.person(), "guessed" * 9).json() == {"signed_in": False}
    assert claim(far_signing_in.person(), origin="https://attacker.example").status_code == 403
    assert claim(person, origin="https://other.example").json() == {"signed_in": False}
    far_signing_in.hands.turn(minutes=3)
    assert claim(person).json() == {"signed_in": False}


def test_a_ticket_that_a_stranger_brings_is_not_taken(
    far_signing_in: Newsroom, providers: Tricksters
) -> None:
    """Who lures somebody to sign in with a ticket that they hold gets nothing."""
    victim = far_signing_in.person()
    sign_in_afar(victim, providers, origin=far_signing_in.address, sec_fetch_site="same-origin")
    assert claim(far_signing_in.person()).json() == {"signed_in": False}


def test_who_has_left_again_is_not_handed_over(far_signing_in: Newsroom, providers: Tricksters) -> None:
    person = far_signing_in.person()
    sign_in_afar(person, providers)
    person.send("/signout", {})
    assert claim(person).json() == {"signed_in": False}


def test_a_session_elsewhere_is_not_the_account(far_signing_in: Newsroom, providers: Tricksters) -> None:
    """Whoever takes it out of a page's reach, with a server of their own, can write and no more."""
    person = far_signing_in.person()
    sign_in_afar(person, providers)
    assert claim(person).json() == {"signed_in": True}
    stolen = {"origin": HOST, "sec-fetch-site": "cross-site", "cookie": f"{COOKIE}={TOKENS[person]}"}
    thief = far_signing_in.person()
    assert thief.client.get("/me/export.json", headers=stolen).status_code == 403
    assert thief.client.get("/me", headers=stolen).headers["location"] == "/signin"
    assert thief.client.post("/me/erasure", data={"sure": "yes"}, headers=stolen).status_code == 403


# Counts


def test_counts_of_a_whole_page_are_one_request(embedding: Newsroom) -> None:
    far = embedding.person()
    story = story_of(visit(far))
    post_elsewhere(far, story, "One.")
    own = f"{embedding.address}/en/flight"
    asked = urlencode([("page", own), ("page", PAGE), ("page", f"{HOST}/none"), ("language", "es")])

    answer = far.get(f"/embed/counts?{asked}", origin=HOST)

    assert answer.json() == ["Aún no hay comentarios", "1 comentario", "Aún no hay comentarios"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("order", [("poll", ""), ("", "poll")])
def test_a_discussion_with_a_name_has_a_count_of_its_own(embedding: Newsroom, order: tuple[str, str]) -> None:
    """And is another than its page's, whichever of the two was there first."""
    far, page = embedding.person(), f"{HOST}/a"
    stories = {name: story_of(visit(far, page, story=name)) for name in order}
    assert stories["poll"] != stories[""]
    assert {name: story_of(look(far, page, **({"story": name} if name else {}))) for name in order} == stories
    post_elsewhere(far, stories["poll"], "One.")
    assert counted(far, [(page, "poll")]) == ["1 comment"]
    assert counted(far, [(page, "")]) == ["No comments yet"]


def counted(person: Person, asked: list[tuple[str, str]]) -> Any:
    pairs = [pair for page, story in asked for pair in (("page", page), ("story", story)) if pair[1]]
    return person.get(f"/embed/counts?{urlencode(pairs)}").json()


def test_what_is_no_page_has_no_count_and_takes_none_away(embedding: Newsroom) -> None:
    far = embedding.person()
    post_elsewhere(far, story_of(visit(far)), "One.")
    wrong = ["https://[", "nowhere", "", "ftp://a.example/", f"{HOST}/{'x' * 1_000}", "javascript:1"]
    for page in some(wrong):
        asked = urlencode([("page", page or " "), ("page", PAGE)])
        assert far.get(f"/embed/counts?{asked}").json() == ["", "1 comment"], page


@pytest.mark.parametrize("query", ["page=https://a.example/&story=a&story=b", "page=a&page=b&story=c"])
def test_names_are_as_many_as_pages(embedding: Newsroom, query: str) -> None:
    assert embedding.person().get(f"/embed/counts?{query}", accept="application/json").status_code == 400


def test_an_unknown_origin_may_read_why_and_the_log_says_it_once_an_hour(
    embedding: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr("piensas.web.refusals.log", log)
    stranger, another = "https://stranger.example", "https://another.example"
    for _ in range(3):
        refused = look(embedding.person(), f"{stranger}/a")
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_unknown")
        assert refused.headers["access-control-allow-origin"] == "*"
    look(embedding.person(), f"{another}/")
    assert [each.kwargs["origin"] for each in log.calls] == [stranger, another]
    assert {each.args for each in log.calls} == {("page_of_unknown_origin",)}
    embedding.hands.turn(minutes=61)
    look(embedding.person(), f"{stranger}/b")
    assert log.calls[2].kwargs == {"origin": stranger, "setting": "embed.origins"}
    for number in range(120):
        look(embedding.person(), f"https://{number}.example/")
    assert len(log.calls) == 2 + 100


@pytest.mark.parametrize("number", [0, 101, 10_000])
def test_counts_of_too_many_pages_are_refused(embedding: Newsroom, number: int) -> None:
    query = "&".join(f"page=https://a.example/{n}" for n in range(number))[:60_000]
    answer = embedding.person().get(f"/embed/counts?{query}", accept="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_the_script_knows_its_code_and_style(embedding: Newsroom) -> None:
    person = embedding.person()
    script = person.get("/embed.js")
    found = re.findall(r"\$\{base\}(/[^`]+)`", script.text)

    assert script.headers["content-type"].startswith("text/javascript")
    assert len([path for path in found if path.endswith((".js", ".css"))]) == 2
    for path in some(found[:2]):
        answer = person.get(path)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "immutable" in answer.headers["cache-control"]
    assert ":root" not in person.get(found[1]).text
    assert "rem" not in re.sub(r"@media[^{]+", "", person.get(found[1]).text).replace("remember", "")


def test_weights(embedding: Newsroom) -> None:
    person = embedding.person()
    code = re.search(r"\$\{base\}(/static[^`]+)`", person.get("/embed.js").text)
    assert code
    sizes = [wire_size(person, path) for path in ("/embed.js", code[1])]
    assert sum(sizes) <= 9_000, sizes
    assert wire_size(person, "/count.js") <= 1_000
    assert wire_size(person, "/lists.js") <= 1_000


def wire_size(person: Person, path: str) -> int:
    with person.client.stream("GET", path, headers={"accept-encoding": "br"}) as answer:
        return len(b"".join(answer.iter_raw()))


def test_on_a_neighbouring_host_the_windows_own_session_is_what_arrives(
    far_signing_in: Newsroom, providers: Tricksters
) -> None:
    """Also for who was signed in before and chooses another identity: the earlier session is not the one."""
    person = far_signing_in.person()
    near = {"sec_fetch_site": "same-site"}
    sign_in(person, providers, "x", subject="7", name="As before")
    assert claim(person, **near).json() == {"signed_in": False}
    sign_in_afar(person, providers)

    assert claim(person, **near).json() == {"signed_in": True}
    assert me(person)["reader"]["name"] == "Ana"
    assert claim(far_signing_in.person(), **near).json() == {"signed_in": False}


def test_the_newest_comments_and_the_most_discussed_stories(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    reader.comment("First *words*, & some more.", email="a@example.org")
    reader.comment("x" * 500, email="b@example.org")
    answer = reader.get("/embed/newest?language=en-GB&limit=2")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=60"
    long, first = answer.json()
    assert first["words"] == "Night reader: First words, & some more."
    assert first["about"] == "No more specialists will be sent"
    assert reader.client.get(first["url"]).status_code == 200
    assert len(long["words"]) < 160
    (story,) = reader.get("/embed/discussed?language=es").json()
    assert (story["words"], story["about"]) == ("No se enviarán más especialistas", "2 comentarios")
    assert len(reader.get("/embed/discussed").json()) == 1
    kept = newsroom.db.ask(find_story, 1, int(newsroom.story_id))
    assert kept is not None
    newsroom.db.do(lambda db: save_story_change(db, kept, discussion="off"))
    assert newsroom.person().get("/embed/discussed").json() == []
    newsroom.db.do(lambda db: save_story_change(db, kept, discussion="open"))
    assert len(newsroom.person().get("/embed/discussed").json()) == 1
    newsroom.hands.turn(minutes=60 * 24 * 40)
    assert newsroom.person().get("/embed/discussed").json() == []
    for limit in ("0", "21", "x", "9" * 5_000, "-1"):
        assert reader.get(f"/embed/newest?limit={limit}").status_code == 400


def test_a_page_says_itself_what_it_is_called(open_site: OpenNewsroom) -> None:
    """A visitor's word is taken for it as long as the page does not answer, and in no list."""
    with open_elsewhere() as there:
        words = "<title>Flight | Paper</title><meta property='og:title' content='A &amp; B'>"
        page = there.page("/flight", words)
        origin = page.removesuffix("/flight").replace("blog.test", "localhost")
        newsroom = open_site(lambda settings: replace(settings, embed=Embed((origin,))))
        reader, page = newsroom.person(), f"{origin}/flight"
        story = story_of(visit(reader, page, origin, title="Buy my pills"))
        wait_until(lambda: "A &amp; B</h1>" in own_page(reader, page, origin=origin))

        silent = story_of(visit(reader, f"{origin}/none", origin, title="Buy more pills"))
        for number, each in enumerate((story, silent)):
            posted = reader.send_json(
                f"/stories/{each}/comments", guest("Hm.") | {"email": f"{number}@example.org"}
            )
            assert posted.status_code == 201
        assert [each["words"] for each in reader.get("/embed/discussed").json()] == ["A & B"]
        assert [each["about"] for each in reader.get("/embed/newest").json()] == ["A & B"]
        assert reader.get("/embed/discussed").json()[0]["url"] == page
        assert "pills" not in reader.get("/embed/newest").text + reader.get("/wp-json/wp/v2/comments").text


def environment(newsroom: Newsroom) -> dict[str, str]:
    return {
        "PIENSAS_DATABASE_URL": newsroom.settings.database.url,
        "PIENSAS_EMBED_ORIGINS": ",".join(newsroom.settings.embed.origins),
    }


def test_nobody_takes_a_page_from_the_story_that_it_has(embedding: Newsroom) -> None:
    """Who sends requests by hand can name a story as they like, and any page of a registered site."""
    reader = embedding.person()
    story = story_of(visit(reader))
    reader.send_json(f"/stories/{story}/comments", guest("Here."))
    other = story_of(visit(embedding.person(), story="evil"))
    assert other != story
    assert story_of(look(embedding.person())) == story


def test_a_page_that_has_moved_takes_its_discussion_along(embedding: Newsroom) -> None:
    reader = embedding.person()
    story = story_of(visit(reader))
    reader.send_json(f"/stories/{story}/comments", guest("Before."))
    assert story_of(visit(reader, f"{HOST}/new")) != story
    assert story_of(look(reader, f"{HOST}/new")) != story
    run = CliRunner(env=environment(embedding))
    done = run.invoke(main, ["alias", f"{HOST}/2026/flight", f"{HOST}/new?utm_source=x"])
    assert done.exit_code == 0, done.output
    assert story_of(look(embedding.person(), f"{HOST}/new")) == story
    assert story_of(look(embedding.person())) == story

    other = story_of(visit(reader, f"{HOST}/other"))
    reader.send_json(f"/stories/{other}/comments", guest("Of its own.") | {"email": "o@example.org"})
    assert "nothing was changed" in run.invoke(main, ["alias", f"{HOST}/new", f"{HOST}/other"]).output
    assert story_of(look(embedding.person(), f"{HOST}/other")) == other
    assert run.invoke(main, ["alias", f"{HOST}/nowhere", f"{HOST}/x"]).exit_code == 1
    assert run.invoke(main, ["alias", "x", "y"]).exit_code == 1
    assert run.invoke(main, ["alias", f"{HOST}/new", "https://unknown.example/x"]).exit_code == 1
    assert run.invoke(main, ["alias", f"{HOST}/new", embedding.story]).exit_code == 1
    assert embedding.person().get(embedding.story).status_code == 200


def test_a_story_of_ours_moves_under_another_sites_page(embedding: Newsroom) -> None:
    """A site that came here, and then put the discussion under its own pages."""
    reader = embedding.person()
    reader.comment("Here.")
    run = CliRunner(env=environment(embedding))
    assert run.invoke(main, ["alias", embedding.story, f"{HOST}/flight"]).exit_code == 0
    assert story_of(look(reader, f"{HOST}/flight")) == embedding.story_id


def test_how_a_page_may_be_known() -> None:
    site = Site(address="https://news.example")
    known = ("/flight", "https://news.example/flight")
    assert list_spellings("/flight", site) == known
    assert list_spellings("https://NEWS.example:443/flight?utm_source=x#y", site) == known
    assert list_spellings("https://news.example", site) == ("/", "https://news.example/")
    assert list_spellings(f"{HOST}/flight/", site) == (f"{HOST}/flight/",)
    for nowhere in ("flight", "ftp://x", "/\x00", "/a b"):
        with pytest.raises(Malformed):
            list_spellings(nowhere, site)


def test_a_page_of_a_registered_site_may_send_whatever_a_program_may(embedding: Newsroom) -> None:
    """Browsers ask beforehand; what the document names, and what a body needs, is allowed."""
    document = embedding.person().get("/api/openapi.json").json()
    named = {
        parameter["name"].lower()
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }
    assert {"if-match", "idempotency-key"} <= named
    methods = {method.upper() for path in document["paths"].values() for method in path}
    answer = embedding.person().client.options(
        f"/api/v1{embedding.comments}",
        headers={"origin": HOST, "access-control-request-method": "PATCH"},
    )
    allowed = {each.strip() for each in answer.headers["access-control-allow-headers"].split(",")}
    assert named | {"authorization", "content-type"} <= allowed
    assert methods <= {each.strip() for each in answer.headers["access-control-allow-methods"].split(",")}
    assert answer.headers["access-control-allow-origin"] == HOST
