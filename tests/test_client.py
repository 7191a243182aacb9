"""The client for Python, against a site."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer

import msgspec
import pytest
from piensas_client import Draft, Piensas, Refused, client, shapes

from tests.newsroom import Newsroom
from tests.providers import Tricksters
from tests.some import some
from tests.test_api import make_token, signed_in


def draft(text: str = "A *thought*.", **fields: str) -> Draft:
    return Draft(text, **({"name": "A program", "email": "program@example.org"} | fields))


@pytest.fixture
def piensas(newsroom: Newsroom) -> Iterator[Piensas]:
    with Piensas(newsroom.address) as client:
        yield client


def test_a_guest_writes_edits_and_withdraws(newsroom: Newsroom, piensas: Piensas) -> None:
    written = piensas.write(newsroom.story_id, draft())
    assert written.text == "A *thought*."
    edited = piensas.edit(written, "Another.")
    assert edited.html == "<p>Another.</p>\n"
    with pytest.raises(Refused) as refused:
        piensas.edit(written, "A third.")
    assert (refused.value.status, refused.value.code) == (412, "changed_meanwhile")
    assert [each.text for each in piensas.my_comments()] == ["Another."]
    assert piensas.me().is_guest
    assert piensas.withdraw(edited).status == "withdrawn"
    assert list(piensas.thread(newsroom.story_id)) == []


def test_lists_are_read_to_their_end(
    newsroom: Newsroom, piensas: Piensas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE", 2)
    for number in range(5):
        newsroom.hands.turn(seconds=1)
        newsroom.person().comment(f"{number}", email=f"{number}@example.org")
    said = [f"<p>{number}</p>\n" for number in range(5)]
    assert [each.html for each in piensas.thread(newsroom.story_id)] == said
    assert [each.html for each in piensas.newest()] == said[::-1]
    first = next(piensas.thread(newsroom.story_id))
    newsroom.person().comment("A reply.", parent=first.id)
    assert [each.in_reply_to for each in piensas.replies(newsroom.story_id, first.id)] == [first.id]


def test_stories_and_counts(newsroom: Newsroom, piensas: Piensas) -> None:
    assert piensas.site().languages == ["en", "es"]
    assert [each.id for each in piensas.stories()] == [newsroom.story_id]
    found = piensas.find_story(f"{newsroom.address}/es/vuelo")
    assert found == piensas.story(newsroom.story_id)
    assert piensas.find_story("/nowhere") is None
    assert piensas.counts("/en/flight", "/nowhere") == {"/en/flight": 0, "/nowhere": 0}
    with pytest.raises(Refused) as refused:
        piensas.story("1")
    assert refused.value.code == "not_found"


def test_a_reader_by_their_token(signing_in: Newsroom, providers: Tricksters) -> None:
    token = make_token(signed_in(signing_in, providers), "read", "write", "account")
    other = signing_in.person().comment("Somebody else's.")
    with Piensas(signing_in.address, token) as piensas:
        assert piensas.rename("My program").name == "My program"
        mine = piensas.write(signing_in.story_id, Draft("In my name."))
        assert (mine.name, mine.token) == ("My program", "")
        theirs = piensas.comment(signing_in.story_id, other)
        assert piensas.vote(theirs, "up").ups == 1
        assert piensas.mine(signing_in.story_id).votes == {other: "up"}
        assert piensas.vote(theirs, None).ups == 0
        signing_in.person().comment("An answer.", parent=mine.id, email="other@example.org")
        assert [each.html for each in piensas.my_replies()] == ["<p>An answer.</p>\n"]
        assert piensas.export()["reader"]["name"] == "My program"


def test_what_is_sent_again_is_one_comment(newsroom: Newsroom, piensas: Piensas) -> None:
    first = piensas.write(newsroom.story_id, draft(), key="0123456789abcdef")
    with Piensas(newsroom.address) as again:
        assert again.write(newsroom.story_id, draft(), key="0123456789abcdef").id == first.id
    assert newsroom.person().thread()["count"] == 1


@contextmanager
def first_answered(site: str, first: bytes, times: int = 2) -> Iterator[str]:
    """The address of a line to the site that once, after the site has got what was sent, gives another answer
    than the site's, or none and breaks. It is asked so many `times`."""
    host, port = site.removeprefix("http://").split(":")
    asked = []

    class Line(BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, int(port))) as there:
                asked.append(self.request.recv(65_536))
                while not asked[-1].endswith(b"}"):
                    asked[-1] += self.request.recv(65_536)
                there.sendall(asked[-1].replace(b"keep-alive", b"close"))
                answer = b"".join(iter(lambda: there.recv(65_536), b""))
                self.request.sendall(answer if len(asked) > 1 else first)

    with ThreadingTCPServer(("127.0.0.1", 0), Line) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
    assert len(asked) == times


def test_when_the_line_breaks_it_is_one_comment_all_the_same(newsroom: Newsroom) -> None:
    with first_answered(newsroom.address, b"") as address, Piensas(address) as piensas:
        written = piensas.write(newsroom.story_id, draft())
    (comment,) = newsroom.person().thread()["comments"]
    assert comment["id"] == written.id
    with Piensas(newsroom.address, written.token) as again:
        assert again.edit(written, "Mine.").html == "<p>Mine.</p>\n"


BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nConnection: close\r\n"
    b"Retry-After: %d\r\nContent-Length: 4\r\n\r\nBusy"
)


@pytest.mark.parametrize(
    ("busy", "pause"),
    [
        (BUSY % 1, 1),
        (BUSY % 0, 0),
        (BUSY.replace(b"Retry-After: %d\r\n", b""), client.USUAL_PAUSE),
        (BUSY.replace(b"%d", b"-5"), client.USUAL_PAUSE),
        (BUSY.replace(b"%d", b"\xb2"), client.USUAL_PAUSE),
    ],
    ids=("soon", "at once", "it does not say", "what cannot be", "a digit that is no number"),
)
def test_a_site_that_is_busy_is_asked_again_when_it_says(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, busy: bytes, pause: float
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waited.append)
    with first_answered(newsroom.address, busy) as address, Piensas(address) as piensas:
        written = piensas.write(newsroom.story_id, draft())
    assert waited == [pause]
    assert [each["id"] for each in newsroom.person().thread()["comments"]] == [written.id]


def test_who_would_have_to_wait_for_long_is_told_so(newsroom: Newsroom) -> None:
    busy = first_answered(newsroom.address, BUSY % 3_600, times=1)
    with busy as address, Piensas(address) as piensas, pytest.raises(Refused) as refused:
        piensas.write(newsroom.story_id, draft())
    assert (refused.value.status, refused.value.retry_after) == (503, 3_600)
    assert refused.value.detail == "Busy"


def test_an_edit_is_not_sent_again(newsroom: Newsroom, piensas: Piensas) -> None:
    written = piensas.write(newsroom.story_id, draft())
    busy = first_answered(newsroom.address, BUSY % 1, times=1)
    with busy as address, Piensas(address, written.token) as other, pytest.raises(Refused):
        other.edit(written, "Once.")


def test_the_client_knows_everything_that_the_document_describes(newsroom: Newsroom) -> None:
    document = newsroom.person().get("/api/openapi.json").json()["components"]["schemas"]
    ours = {"OwnComment": shapes.Comment, "OwnComments": shapes.Comments, "Thread": shapes.Comments}
    for name, described in some(document.items()):
        shape = ours.get(name) or getattr(shapes, name, None)
        if shape is None:
            assert set(described["properties"]) <= {"text", "value", "name"}, name
            continue
        known = {field.encode_name for field in msgspec.structs.fields(shape)} - {"etag"}
        extra = {"text", "token"} if name == "Comment" else set()
        about = {"count", "order"} if name == "Thread" else set()
        assert known - extra == set(described["properties"]) - about, name
