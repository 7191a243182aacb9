"""Reading changes nothing: who comes back is noted afterwards, and many in one deed."""

from __future__ import annotations

from pathlib import Path

from piensas.model.session import hash_of
from piensas.store.sessions import find_session
from tests.newsroom import Newsroom, open_newsroom
from tests.test_faults import locked


def seen_at(newsroom: Newsroom, token: str) -> int:
    found = newsroom.db.ask(find_session, 1, hash_of(token))
    assert found is not None
    return found[0].seen_at


def test_who_comes_back_reads_while_the_store_takes_nothing(tmp_path: Path) -> None:
    """The first to be told to try again were those who had been here before."""
    file = tmp_path / "piensas.db"
    with open_newsroom(f"sqlite:///{file}", tmp_path / "stories") as newsroom:
        reader = newsroom.person()
        reader.comment("Before.")
        newsroom.hands.turn(days=2)
        with locked(file):
            own = reader.get(f"/stories/{newsroom.story_id}/viewer?language=en")
            assert own.status_code == 200
            assert len(own.json()["pieces"]) == 1
            assert reader.get(newsroom.story).status_code == 200
            assert reader.get("/me").status_code == 200


def test_a_visit_is_noted_once_the_site_has_answered(newsroom: Newsroom) -> None:
    people = [newsroom.person() for _ in range(5)]
    for number, person in enumerate(people):
        person.comment(f"Comment {number}.")
    newsroom.hands.turn(days=2)
    before = newsroom.db.mark.read() if newsroom.db.is_local else b""
    for person in people:
        person.get(f"/stories/{newsroom.story_id}/viewer?language=en")
    if newsroom.db.is_local:
        assert newsroom.db.mark.read() == before


def test_visits_are_kept_when_the_site_stops(database_url: str, tmp_path: Path) -> None:
    with open_newsroom(database_url, tmp_path / "stories") as newsroom:
        reader = newsroom.person()
        reader.comment("Here.")
        token = reader.client.cookies["piensas"]
        before = seen_at(newsroom, token)
        newsroom.hands.turn(days=2)
        reader.get(f"/stories/{newsroom.story_id}/viewer?language=en")
        assert seen_at(newsroom, token) == before
        now = int(newsroom.hands.seconds * 1_000)
    with open_newsroom(database_url, tmp_path / "stories") as again:
        assert seen_at(again, token) == now
