"""The JSON API: what a reader's page does, for programs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from piensas.actions.publishing import retire_edition
from piensas.model.session import SCOPES
from piensas.settings import Api, Embed, Settings
from piensas.web.api.document import EXAMPLES
from piensas.web.api.routes import FOR_PROGRAMS
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person
from tests.providers import Tricksters, come_back, leave, sign_in
from tests.some import some

GUEST = {"text": "A *thought*.", "name": "A program", "email": "program@example.org"}
ATOM = "http://www.w3.org/2005/Atom"
KEY = "5f1c3f0e-6c1b-4a39-9d0e-0f2f5f8a7d11"


class Program:
    """A program without cookies, with or without a token."""

    def __init__(self, newsroom: Newsroom, token: str = "") -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.Client(base_url=f"{newsroom.address}/api/v1", headers=headers, timeout=30)
        newsroom.people.append(self)  # type: ignore[arg-type]  # closed with them
        self.discussion = newsroom.comments

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> httpx.Response:
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.request(method, path, json=body, headers=own)
        assert "set-cookie" not in answer.headers
        return answer

    def write(self, text: str = "", **fields: Any) -> httpx.Response:
        headers = {"idempotency_key": fields.pop("key")} if "key" in fields else {}
        body = GUEST | ({"text": text} if text else {}) | fields
        return self.ask(self.discussion, "POST", body, **headers)

    def comment(self, text: str = "", **fields: Any) -> str:
        answer = self.write(text, **fields)
        assert answer.status_code == 201, answer.text
        return f"{self.discussion}/{answer.json()['id']}"


def make_token(person: Person, *scopes: str) -> str:
    """A token that a reader makes on their own page, without scripts."""
    page = person.send("/me/programs", {"name": "A program"} | dict.fromkeys(scopes, "yes")).text
    assert "Copy it now" in page
    return page.split('id="token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def signed_in(newsroom: Newsroom, providers: Tricksters) -> Person:
    person = newsroom.person()
    sign_in(person, providers, "google", subject=f"s{len(newsroom.people)}")
    return person


def with_token(newsroom: Newsroom, providers: Tricksters, *scopes: str) -> Program:
    return Program(newsroom, make_token(signed_in(newsroom, providers), *scopes))


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_program_writes_as_a_guest_and_changes_what_it_wrote(newsroom: Newsroom) -> None:
    answer = Program(newsroom).write()
    written = answer.json()
    assert answer.status_code == 201
    assert written["html"] == "<p>A <em>thought</em>.</p>\n"
    assert written["text"] == "A *thought*."
    assert written["url"].startswith(f"{newsroom.address}/en/flight/comments/")
    assert "program@example.org" not in answer.text
    assert "A <em>thought</em>." in newsroom.person().read()

    here = answer.headers["location"].partition("/api/v1")[2]
    program = Program(newsroom, written["token"])
    assert "token" not in program.ask(here).json()
    assert program.ask(here).headers["etag"] == answer.headers["etag"]
    edited = program.ask(here, "PATCH", {"text": "Another."})
    assert edited.json()["html"] == "<p>Another.</p>\n"
    assert edited.headers["etag"] == program.ask(here).headers["etag"] != answer.headers["etag"]
    assert program.ask("/me").json()["isGuest"] is True
    assert [each["text"] for each in program.ask("/me/comments").json()["comments"]] == ["Another."]
    assert program.ask(here, "DELETE").json()["status"] == "withdrawn"
    assert problem(Program(newsroom).ask(here)) == (404, "not_found")


def test_without_the_guests_token_nobody_changes_it(newsroom: Newsroom) -> None:
    author = Program(newsroom)
    here = author.comment()
    assert problem(author.ask(here, "PATCH", {"text": "Mine?"})) == (401, "token_missing")
    other = Program(newsroom, author.write("Other.", email="other@example.org").json()["token"])
    assert problem(other.ask(here, "PATCH", {"text": "Mine?"})) == (404, "not_found")
    assert problem(other.ask(here, "DELETE")) == (404, "not_found")


def test_a_token_is_no_cookie_and_a_cookie_no_token(newsroom: Newsroom) -> None:
    token = Program(newsroom).write().json()["token"]
    thief = newsroom.person()
    thief.client.cookies.set("piensas", token)
    assert thief.get(f"/stories/{newsroom.story_id}/viewer").json()["pieces"] == []
    author = newsroom.person()
    author.comment("In a browser.", email="b@example.org")
    browsers = author.client.cookies["piensas"]
    assert problem(Program(newsroom, browsers).ask("/me")) == (401, "token_wrong")
    assert problem(httpx.get(f"{newsroom.address}/api/v1/me", cookies={"piensas": browsers})) == (
        401,
        "token_missing",
    )


def test_a_reader_lets_a_program_act_for_them(signing_in: Newsroom, providers: Tricksters) -> None:
    person = signed_in(signing_in, providers)
    program = Program(signing_in, make_token(person, "read", "write", "account"))
    me = program.ask("/me").json()
    assert me["scopes"] == ["read", "write", "account"]
    written = program.write("In my name.", name="Somebody else", email="else@example.org").json()
    assert written["name"] == me["name"]
    assert "token" not in written
    assert program.ask("/me", "PATCH", {"name": "Another name"}).json()["name"] == "Another name"
    assert program.ask("/me/export").json()["reader"]["name"] == "Another name"
    mine = program.ask(f"/stories/{signing_in.story_id}/mine").json()
    assert [each["id"] for each in mine["comments"]] == [written["id"]]

    other = Program(signing_in, Program(signing_in).write("A reply.", parent=written["id"]).json()["token"])
    replies = program.ask("/me/replies").json()["comments"]
    assert [each["html"] for each in replies] == ["<p>A reply.</p>\n"]
    assert other.ask("/me/replies").json()["comments"] == []
    assert program.ask(f"{signing_in.comments}/{written['id']}/replies").json()["comments"] == replies


def test_the_reader_sees_their_programs_and_ends_them(signing_in: Newsroom, providers: Tricksters) -> None:
    person = signed_in(signing_in, providers)
    program = Program(signing_in, make_token(person, "read"))
    page = person.read("/me")
    assert "A program" in page
    assert "read what is yours" in page
    assert program.client.headers["authorization"].split()[1] not in page
    known = person.get("/me/export.json").json()["sessions"]
    assert {"A program"} == {each["program"] for each in known if "program" in each}
    end = page.split('id="programs"', 1)[1].split('action="', 1)[1].split('"', 1)[0]
    assert person.send(end, {}).status_code == 303
    assert problem(program.ask("/me")) == (401, "token_wrong")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " ", "read": "yes"}, "Please give it a name, and say what it may do."),
        ({"name": "x"}, "Please give it a name, and say what it may do."),
        ({"name": "x" * 101, "read": "yes"}, "may have 100 characters at most"),
        ({"name": "x", "staff": "yes"}, "Please give it a name, and say what it may do."),
    ],
)
def test_a_program_needs_a_name_and_a_scope(
    signing_in: Newsroom, providers: Tricksters, fields: dict[str, str], words: str
) -> None:
    answer = signed_in(signing_in, providers).send("/me/programs", fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'class="hint">read' not in answer.text


def test_nobody_hands_out_tokens_without_end_or_from_elsewhere(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    person = signed_in(signing_in, providers)
    for _ in range(20):
        make_token(person, "read")
    assert "Please end one first." in person.send("/me/programs", {"name": "x", "read": "yes"}).text
    forged = person.send("/me/programs", {"name": "x", "read": "yes"}, sec_fetch_site="cross-site")
    assert forged.status_code == 403
    guest = newsroom_guest(signing_in)
    assert guest.send("/me/programs", {"name": "x", "read": "yes"}).status_code == 403


def newsroom_guest(newsroom: Newsroom) -> Person:
    guest = newsroom.person()
    guest.comment("A guest.", email="g@example.org")
    return guest


NEEDED = {
    "readMe": "read",
    "rename": "account",
    "listMyComments": "read",
    "listMyReplies": "read",
    "readMine": "read",
    "exportMe": "account",
    "writeComment": "write",
    "editComment": "write",
    "withdrawComment": "write",
    "vote": "write",
    "takeVoteBack": "write",
}
"""What each deed for a reader is allowed by; everything else everybody may ask."""


@pytest.mark.parametrize("scope", SCOPES)
def test_M34_a_token_does_what_it_was_made_for_and_nothing_else(  # noqa: N802
    signing_in: Newsroom, providers: Tricksters, scope: str
) -> None:
    program = with_token(signing_in, providers, scope)
    comment = Program(signing_in).comment("Here.").rpartition("/")[2]
    bodies = {
        "write": GUEST, "edit": {"text": "x"}, "put_vote": {"value": "up"}, "change_name": {"name": "Free"},
    }  # fmt: skip
    asked = 0
    assert set(NEEDED) <= {handler.operation_id for handler in FOR_PROGRAMS}
    for handler in FOR_PROGRAMS:
        needed = NEEDED.get(handler.operation_id or "")
        path = next(iter(handler.paths)).replace("{story:str}", signing_in.story_id)
        path = path.replace("{comment:str}", comment) + ("?page=/x" if path == "/counts" else "")
        method = next(iter(handler.http_methods - {"HEAD", "OPTIONS"}))
        answer = program.ask(path, str(method), bodies.get(handler.handler_name.rpartition(".")[2]))
        if needed and needed != scope:
            assert problem(answer) == (403, "scope_missing"), path
            assert f'scope="{needed}"' in answer.headers["www-authenticate"]
        else:
            assert answer.status_code in (200, 201, 404), (path, answer.text)
        asked += bool(needed)
    assert asked > 10


def test_a_token_ends_with_its_time_its_reader_and_their_ban(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    idle, erased = with_token(signing_in, providers, "read"), signed_in(signing_in, providers)
    gone = Program(signing_in, make_token(erased, "read"))
    erased.send("/me/erasure", {"comments": "remove", "sure": "yes"})
    assert problem(gone.ask("/me")) == (401, "token_wrong")
    signing_in.hands.turn(minutes=60 * 24 * 179)
    assert idle.ask("/me").status_code == 200
    signing_in.hands.turn(minutes=60 * 24 * 181)
    assert problem(idle.ask("/me")) == (401, "token_wrong")


def test_the_same_comment_sent_twice_is_one(newsroom: Newsroom) -> None:
    program = Program(newsroom)
    first = program.write(key=KEY).json()
    again = program.write(key=f'"{KEY}"').json()
    assert again["id"] == first["id"]
    assert again["token"] != first["token"]
    for token in (first["token"], again["token"]):
        assert Program(newsroom, token).ask("/me").json()["isGuest"] is True
    assert newsroom.person().thread()["count"] == 1
    assert problem(program.write("Other words.", key=KEY)) == (422, "key_reused")
    assert newsroom.person().thread()["count"] == 1
    assert problem(program.write(key="short")) == (400, "malformed")
    newsroom.hands.turn(minutes=2)
    assert problem(Program(newsroom, first["token"]).write()) == (409, "duplicate")
    assert program.write().status_code == 201, "whoever typed the same address may be somebody else"


def test_a_key_is_its_holders_alone(signing_in: Newsroom, providers: Tricksters) -> None:
    mine, theirs = with_token(signing_in, providers, "write"), Program(signing_in)
    assert mine.write("Same.", key=KEY).json()["id"] != theirs.write("Same.", key=KEY).json()["id"]
    browser = signing_in.person()
    answer = browser.post("Same.", draft=KEY, name=GUEST["name"], email="third@example.org")
    assert answer.status_code == 201
    assert signing_in.person().thread()["count"] == 3


def test_nothing_is_changed_that_has_changed_meanwhile(newsroom: Newsroom) -> None:
    answer = Program(newsroom).write()
    program = Program(newsroom, answer.json()["token"])
    here, etag = f"{newsroom.comments}/{answer.json()['id']}", answer.headers["etag"]
    assert not etag.startswith("W/")
    assert program.ask(here, "PATCH", {"text": "One."}, if_match=etag).status_code == 200
    assert problem(program.ask(here, "PATCH", {"text": "Two."}, if_match=etag)) == (412, "changed_meanwhile")
    assert problem(program.ask(here, "DELETE", if_match=f'"x", {etag}')) == (412, "changed_meanwhile")
    assert program.ask(here).json()["text"] == "One."
    now = program.ask(here).headers["etag"]
    assert program.ask(here, if_none_match=f'"x", {now}').status_code == 304
    assert program.ask(here, "DELETE", if_match="*").status_code == 200


def test_votes(newsroom: Newsroom) -> None:
    here = Program(newsroom).comment()
    assert problem(Program(newsroom).ask(f"{here}/vote", "PUT", {"value": "up"})) == (401, "token_missing")
    voter = Program(newsroom, Program(newsroom).write("I vote.", email="v@example.org").json()["token"])
    assert voter.ask(f"{here}/vote", "PUT", {"value": "up"}).json()["ups"] == 1
    assert voter.ask(f"{here}/vote", "PUT", {"value": "down"}).json()["downs"] == 1
    assert voter.ask(f"/stories/{newsroom.story_id}/mine").json()["votes"] == {
        here.rpartition("/")[2]: "down"
    }
    assert voter.ask(f"{here}/vote", "DELETE").json()["downs"] == 0
    assert problem(voter.ask(f"{here}/vote", "PUT", {"value": "none"})) == (400, "malformed")


def test_what_is_held_is_its_authors_alone(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",))
    written = Program(newsroom).write("A secret.").json()
    here = f"{newsroom.comments}/{written['id']}"
    assert written["status"] == "held"
    assert Program(newsroom, written["token"]).ask(here).json()["text"] == "A secret."
    assert problem(Program(newsroom).ask(here)) == (404, "not_found")
    assert Program(newsroom).ask("/comments").json() == {"comments": []}
    below = Program(newsroom).comment("A root.", email="r@example.org")
    Program(newsroom).write("A secret reply.", email="s@example.org", parent=below.rpartition("/")[2])
    assert Program(newsroom).ask(f"{below}/replies").json() == {"comments": []}


def test_lists_go_on_at_their_links(newsroom: Newsroom) -> None:
    program = Program(newsroom)
    for number in range(5):
        newsroom.hands.turn(seconds=1)
        root = program.comment(f"Number {number}.", email=f"{number}@example.org")
        program.comment(f"Reply {number}.", email=f"r{number}@example.org", parent=root.rpartition("/")[2])
    for path, found in (
        (f"{newsroom.comments}?order=newest", [f"Number {n}." for n in (4, 3, 2, 1, 0)]),
        ("/comments?x=", [f"{what} {n}." for n in (4, 3, 2, 1, 0) for what in ("Reply", "Number")]),
    ):
        met, url = [], f"{newsroom.address}/api/v1{path}&limit=2"
        while url:
            answer = program.client.get(url)
            met += [each["html"][3:-5] for each in answer.json()["comments"]]
            url = answer.links.get("next", {}).get("url", "")
        assert met == found
    stories = program.ask("/stories?limit=1")
    assert len(stories.json()["stories"]) == 1
    assert problem(program.ask("/comments?after=x")) == (404, "not_found")


def test_stories_are_found_by_their_pages(newsroom: Newsroom) -> None:
    program = Program(newsroom)
    program.comment()
    for page in (
        "/en/flight",
        f"{newsroom.address}/es/vuelo",
        f"{newsroom.address}/en/flight?utm_source=x#y",
    ):
        (story,) = program.ask(f"/stories?page={httpx.URL(page)}".replace("#", "%23")).json()["stories"]
        assert story["id"] == newsroom.story_id
        assert {each["language"] for each in story["editions"]} == {"en", "es"}
    assert program.ask("/stories?page=/nowhere").json() == {"stories": []}
    assert program.ask("/counts?page=/en/flight&page=/nowhere").json() == {"/en/flight": 1, "/nowhere": 0}
    assert problem(program.ask("/counts")) == (400, "malformed")
    many = "&".join(f"page=/{n}" for n in range(101))
    assert problem(program.ask(f"/counts?{many}")) == (400, "malformed")
    assert problem(program.ask("/stories?page=ftp://x")) == (400, "malformed")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"text": "x"}', "text/plain"),
        (b"text=x&name=a&email=a@example.org", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"text": ' + b"[" * 100_000, "application/json"),
        (b'{"text": "x", "status": "published"}', "application/json"),
        (b'{"text": ["x"]}', "application/json"),
        (b'{"text": ""}', "application/json"),
        (b'{"text": "\xff"}', "application/json"),
        (b'{"text": "' + b"x" * (1 << 20) + b'"}', "application/json"),
        (b'{"text": "x", "parent": "1; DROP"}', "application/json"),
    ],
    ids=lambda each: each[:24] if isinstance(each, str) else None,
)
def test_bodies_that_are_none_are_refused(newsroom: Newsroom, content: bytes, kind: str) -> None:
    answer = Program(newsroom).client.post(newsroom.comments, content=content, headers={"content-type": kind})
    assert problem(answer) == (400, "malformed")
    assert newsroom.person().thread()["count"] == 0


@pytest.mark.parametrize("header", ["Bearer", "Basic YTpi", "x", "Bearer " + "x" * 5_000])
def test_what_is_no_token_is_refused(newsroom: Newsroom, header: str) -> None:
    for path in ("/me", f"{newsroom.comments}/1"):
        assert problem(Program(newsroom).ask(path, authorization=header)) == (401, "token_wrong")


def test_refusals_say_what_is_wrong_in_the_programs_language(newsroom: Newsroom) -> None:
    program = Program(newsroom)
    spanish = (
        program.write(" ", accept_language="es")
        if False
        else program.ask(newsroom.comments, "POST", GUEST | {"text": " "}, accept_language="es")
    )
    assert spanish.json()["detail"] == "Escribe el texto de tu comentario."
    assert spanish.json()["field"] == "text"
    assert program.ask(f"{newsroom.comments}?limit=x").json()["detail"].startswith("limit: ")
    assert problem(program.ask("/nothing")) == (404, "not_found")
    refused = program.ask("/me", "PUT", {})
    assert problem(refused) == (405, "method_not_allowed")
    assert "PATCH" in refused.headers["allow"]


def test_requests_are_counted_by_network_address(open_site: OpenNewsroom) -> None:
    newsroom = open_site(lambda settings: replace(settings, api=Api(requests_per_minute=3)))
    program = Program(newsroom)
    left = []
    for _ in range(3):
        answer = program.ask("/me", x_forwarded_for="9.9.9.9", authorization="Bearer x")
        left.append(answer.headers["ratelimit-remaining"])
    assert left == ["2", "1", "0"]
    refused = program.ask("/me", x_forwarded_for="9.9.9.9")
    assert problem(refused) == (429, "too_many_requests")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert problem(program.ask("/me", x_forwarded_for="9.9.9.8")) == (401, "token_missing")
    for _ in range(5):
        assert program.ask("/site", x_forwarded_for="9.9.9.9").status_code == 200


def test_too_fast_says_when(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=30)
    program = Program(newsroom)
    program.comment("One.")
    answer = program.write("Two.")
    assert problem(answer) == (429, "too_fast")
    assert 0 < int(answer.headers["retry-after"]) <= 30


def at(*origins: str) -> Any:
    def change(settings: Settings) -> Settings:
        return replace(settings, embed=Embed(origins))

    return change


def test_which_pages_may_ask(open_site: OpenNewsroom) -> None:
    newsroom = open_site(at("https://paper.example"))
    program = Program(newsroom)
    here = f"{newsroom.address}/api/v1{program.comment()}"
    asks = {"access-control-request-method": "PATCH", "access-control-request-headers": "authorization"}
    known = httpx.options(here, headers=asks | {"origin": "https://paper.example"})
    assert "PATCH" in known.headers["access-control-allow-methods"]
    assert "authorization" in known.headers["access-control-allow-headers"]
    unknown = httpx.options(here, headers=asks | {"origin": "https://other.example"})
    assert "access-control-allow-origin" not in unknown.headers
    for origin, allowed in (
        ("https://paper.example", "https://paper.example"),
        ("https://other.example", None),
    ):
        assert (
            httpx.get(here, headers={"origin": origin}).headers.get("access-control-allow-origin") == allowed
        )
    thread = httpx.get(
        f"{newsroom.address}{newsroom.discussion}", headers={"origin": "https://other.example"}
    )
    assert thread.headers["access-control-allow-origin"] == "*"


def test_every_example_in_the_document_is_one(newsroom: Newsroom) -> None:
    document = newsroom.person().get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    shapes = document["components"]["schemas"]
    by_name = {type(each).__name__: type(each) for each in EXAMPLES}
    assert set(shapes) == set(by_name)
    for name, shape in some(shapes.items()):
        msgspec.convert(shape["examples"][0], by_name[name])
        assert shape["description"]
    for path, methods in some(document["paths"].items()):
        for operation in some(methods.values()):
            assert operation["description"], path
            assert {"400", "503"} <= set(operation["responses"])
            for parameter in operation.get("parameters", []):  # may be none: not every operation has any
                assert parameter.get("description") or parameter["in"] == "path", parameter


def test_the_page_of_the_api_is_ours_alone(newsroom: Newsroom) -> None:
    answer = newsroom.person().get("/api")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "Write a comment" in answer.text
    assert "http://" not in answer.text.replace(newsroom.address, "").replace("http://www.w3.org", "")


def test_replies_to_a_reader_are_a_feed_of_their_own(signing_in: Newsroom, providers: Tricksters) -> None:
    person = signed_in(signing_in, providers)
    token = make_token(person, "feed")
    mine = person.send_json(signing_in.comments, {"text": "Mine."}).json()["comment"]["id"]
    answered = signing_in.person().comment("An answer.", parent=mine)
    address = f"/me/replies/feed.json?language=es&key={token}"
    answer = signing_in.person().get(address)
    assert answer.headers["cache-control"] == "private, no-store"
    (item,) = answer.json()["items"]
    assert item["content_html"] == "<p>An answer.</p>\n"
    assert item["url"].endswith(f"/flight/comments/{answered}")
    assert answer.json()["title"] == "Respuestas a tus comentarios"
    feed = signing_in.person().get(address.replace("json", "atom"))
    assert ET.fromstring(feed.text).findtext(f"{{{ATOM}}}title") == "Respuestas a tus comentarios"
    for key in ("", "x", make_token(person, "read")):
        assert signing_in.person().get(f"/me/replies/feed.json?key={key}").status_code in (401, 403)
    assert signing_in.person().get("/me/replies/feed.json").status_code == 401


def test_what_an_author_writes_is_a_feed(newsroom: Newsroom) -> None:
    address = newsroom.person().read().split('href="/en/authors/', 1)[1].split('"', 1)[0]
    assert address == "The%20newsroom/feed.atom"
    answer = newsroom.person().get(f"/en/authors/{address}")
    titles = [each.text for each in ET.fromstring(answer.text).iter(f"{{{ATOM}}}title")]
    assert titles == ["Stories by The newsroom", "No more specialists will be sent"]
    for nobody in ("Nobody", "newsroom", "%25", "%22", "The%20newsroom%22,%20%22"):
        assert newsroom.person().get(f"/en/authors/{nobody}/feed.json").status_code == 404


def test_what_one_asks_besides_is_in_nobody_elses_answer(newsroom: Newsroom) -> None:
    program = Program(newsroom)
    for number in range(2):
        program.comment(f"{number}", email=f"{number}@example.org")
    address = f"{newsroom.comments}?limit=1"
    for evil in ("evil=AAAA", "utm_source=x", "key=secret"):
        assert "AAAA" not in program.ask(f"{address}&{evil}").headers["link"]
    assert program.ask(address).headers["link"].endswith('>; rel="next"')
    assert "evil" not in program.ask(address).headers["link"]


def test_M40_a_version_tells_nothing_of_what_is_anothers(open_site: OpenNewsroom) -> None:  # noqa: N802
    newsroom = open_site(hold_words=("secret",))
    here = Program(newsroom).comment("A secret.")
    other = Program(newsroom, Program(newsroom).write("Mine.", email="m@example.org").json()["token"])
    for etag in ('"x"', "*"):
        for method, body in (("PATCH", {"text": "x"}), ("DELETE", None)):
            assert problem(other.ask(here, method, body, if_match=etag)) == (404, "not_found")


def test_a_weak_version_is_taken(newsroom: Newsroom) -> None:
    """A web server that packs an answer makes its ETag a weak one."""
    answer = Program(newsroom).write()
    program, here = Program(newsroom, answer.json()["token"]), f"{newsroom.comments}/{answer.json()['id']}"
    weak = f"W/{answer.headers['etag']}"
    assert program.ask(here, "PATCH", {"text": "One."}, if_match=weak).status_code == 200
    assert problem(program.ask(here, "PATCH", {"text": "Two."}, if_match=weak)) == (412, "changed_meanwhile")


def test_a_story_that_was_taken_off_is_off_here_too(newsroom: Newsroom) -> None:
    program = Program(newsroom)
    written = program.write().json()
    here, known = f"{newsroom.comments}/{written['id']}", Program(newsroom, written["token"])
    for language in ("en", "es"):
        newsroom.db.do(lambda db: retire_edition(db, newsroom.site, "flight", language))  # noqa: B023
    for path in (newsroom.comments, here, f"{here}/replies", f"/stories/{newsroom.story_id}"):
        assert problem(program.ask(path)) == (404, "not_found"), path
    assert program.ask("/comments").json() == {"comments": []}
    assert problem(program.write("More.", email="x@example.org")) == (404, "not_found")
    assert problem(known.ask(here, "PATCH", {"text": "x"})) == (404, "not_found")


def test_a_way_in_that_is_taken_away_takes_the_tokens_along(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    person = signed_in(signing_in, providers)
    come_back(person, providers, leave(person, "x", place="me", add="1"), subject="another")
    program = Program(signing_in, make_token(person, "read"))
    assert program.ask("/me").status_code == 200
    drop = person.read("/me").split("/drop", 1)[0].rpartition('"')[2]
    assert person.send(f"{drop}/drop", {}).status_code == 303
    assert problem(program.ask("/me")) == (401, "token_wrong")


@pytest.mark.parametrize("path", ["/stories?page=/%00", "/counts?page=/%00", "/comments?after=%00"])
def test_a_nul_is_no_part_of_an_address(newsroom: Newsroom, path: str) -> None:
    assert problem(Program(newsroom).ask(path)) == (400, "malformed")
    for ours in ("/en/fl%00ight", "/a/b%00/c/d", "/embed/page?page=%00"):
        assert newsroom.person().get(ours).status_code == 404


@pytest.mark.parametrize("after", ["9223372036854775807", "9223372036854775806", "4294967296"])
def test_beyond_the_last_reply_is_nothing(newsroom: Newsroom, after: str) -> None:
    here = Program(newsroom).comment()
    assert Program(newsroom).ask(f"{here}/replies?after={after}").json() == {"comments": []}


def test_a_fault_is_logged_without_the_values_at_hand() -> None:
    code = """
import sys, structlog
from piensas.log import set_up_log
set_up_log()
def fail(token):
    raise ValueError("at fault")
try:
    fail(sys.argv[1])
except ValueError as fault:
    structlog.get_logger().error("failed", exc_info=fault)
"""
    done = subprocess.run([sys.executable, "-c", code, "quetzal"], capture_output=True, text=True, check=True)
    assert "at fault" in done.stderr
    assert "quetzal" not in done.stderr
