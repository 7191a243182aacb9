"""How tightly an answer is packed: as often as it will be handed out, and no tighter."""

from __future__ import annotations

import brotli
import pytest

from tests.newsroom import Newsroom, Person
from tests.test_folder import publish, write

QUICKLY, TIGHTLY, TIGHTEST = 0, 5, 11
BRIEFLY = "Words that make it long enough to be packed, and once more. " * 20


def packed(person: Person, path: str) -> bytes:
    """The bytes as they went over the wire."""
    with person.client.stream("GET", path, headers={"accept-encoding": "br"}) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.status_code == 200, path
    assert answer.headers["content-encoding"] == "br", path
    return body


def quality_of(body: bytes) -> int:
    plain = brotli.decompress(body)
    found = [each for each in (QUICKLY, TIGHTLY, TIGHTEST) if brotli.compress(plain, quality=each) == body]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def reader(newsroom: Newsroom) -> Person:
    """Somebody who has written here, without scripts."""
    person = newsroom.person()
    for number in range(4):
        person.comment(f"{number}. {BRIEFLY}")
    return person


def test_what_goes_to_one_reader_is_packed_quickly_however_often_they_ask(
    newsroom: Newsroom, reader: Person
) -> None:
    write(newsroom, "another")
    assert publish(newsroom) == []
    for path in (
        f"/stories/{newsroom.story_id}/viewer?language=en",
        newsroom.story,
        "/wp-json/wp/v2/comments?per_page=100",
        "/wp-json/wp/v2/posts",
        "/api/v1/comments?limit=100",
        "/embed/newest",
        f"{newsroom.story}/comments/{newsroom.person().thread()['comments'][0]['id']}/reply",
    ):
        assert [quality_of(packed(reader, path)) for _ in range(3)] == [QUICKLY] * 3, path


def test_what_many_are_handed_is_packed_tightly_for_the_second(newsroom: Newsroom, reader: Person) -> None:
    stranger = newsroom.person()
    for path in (
        newsroom.story,
        "/",
        f"{newsroom.story}/feed.atom",
        f"/api/v1/stories/{newsroom.story_id}/comments?limit=100",
    ):
        asked = [quality_of(packed(stranger, path)) for _ in range(3)]
        assert asked in ([QUICKLY, TIGHTLY, TIGHTLY], [TIGHTLY] * 3), path
        assert asked[1] == TIGHTLY


def test_what_never_changes_is_packed_as_tightly_as_can_be(newsroom: Newsroom) -> None:
    stranger = newsroom.person()
    page = stranger.read()
    sheet = page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
    for path in (sheet, "/embed.js", "/count.js"):
        assert quality_of(packed(stranger, path)) == TIGHTEST, path
