"""Every number that is kept is the number of what it counts, whatever happens in whatever order."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from piensas.actions.erasing import Farewell, forget_reader
from piensas.model.moment import Clock
from piensas.model.refusals import NotFound
from piensas.store.checks import list_miscounts
from piensas.store.comments import list_all_own_comments
from piensas.store.database import Database
from piensas.store.readers import find_reader
from tests.newsroom import Newsroom, Person
from tests.providers import Tricksters, me, sign_in
from tests.test_own import decide

DEEDS = ("hold root", "publish root", "withdraw root", "hold reply", "publish reply", "reject reply")


def do(newsroom: Newsroom, deed: str, comments: dict[str, str], author: Person) -> None:
    verb, which = deed.split()
    if verb == "withdraw":
        author.change(comments[which], "withdrawal")  # refused where it is withdrawn already
        return
    status = {"hold": "held", "publish": "published", "reject": "rejected"}[verb]
    with suppress(NotFound):  # it has been withdrawn
        decide(newsroom, comments[which], status)


def list_wrong_approvals(db: Database, site_id: int, readers: set[int]) -> list[tuple[int, int, int]]:
    """(reader, approved comments as kept, as they are) wherever these differ."""
    wrong = []
    for reader_id in readers:
        reader = db.ask(find_reader, site_id, reader_id)
        own = Counter(comment.status for comment in db.ask(list_all_own_comments, site_id, reader_id))
        if reader is not None and reader.approved != own["published"]:
            wrong.append((reader_id, reader.approved, own["published"]))
    return wrong


def list_pace_keys(db: Database) -> list[str]:
    return [row[0] for row in db.ask(lambda asked: asked.exec_driver_sql("SELECT key FROM paces").all())]


def reader_of(newsroom: Newsroom, comment: str) -> int:
    sql = f"SELECT reader_id FROM comments WHERE id = {int(comment)}"  # a number
    return int(newsroom.db.ask(lambda db: db.exec_driver_sql(sql).scalar_one()))


def test_three_deeds_in_any_order_leave_all_counts_right(newsroom: Newsroom) -> None:
    author, other = newsroom.person(), newsroom.person()
    readers: set[int] = set()
    for number, deeds in enumerate(product(DEEDS, repeat=3)):
        root = author.comment(f"Root {number}.")
        reply = other.comment(f"Reply {number}.", parent=root, name="O", email="other@example.org")
        readers |= {reader_of(newsroom, root), reader_of(newsroom, reply)} if not number else set()
        for deed in deeds:
            do(newsroom, deed, {"root": root, "reply": reply}, author)
        assert newsroom.db.ask(list_miscounts, newsroom.site.id) == [], deeds
    assert len(readers) == 2
    assert list_wrong_approvals(newsroom.db, newsroom.site.id, readers) == []


def test_who_claims_what_they_wrote_as_a_guest_is_as_approved(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    for number in range(3):
        ana.comment(f"As a guest, {number}.")
    sign_in(ana, providers, "google", subject="1")
    posted: Any = ana.send_json(signing_in.comments, {"text": "As myself."}).json()
    reader = int(me(ana)["reader"]["id"])
    assert posted["comment"]["status"] == "published"
    assert ana.send("/me/claim", {}).status_code == 303

    assert list_wrong_approvals(signing_in.db, signing_in.site.id, {reader}) == []
    claimed = signing_in.db.ask(find_reader, signing_in.site.id, reader)
    assert claimed is not None
    assert claimed.approved == 4


@pytest.mark.parametrize("by", ["themselves", "the owner"])
def test_the_votes_of_who_is_erased_are_taken_back(newsroom: Newsroom, by: str) -> None:
    author, voter, another = newsroom.person(), newsroom.person(), newsroom.person()
    comment = author.comment("Vote on this.")
    for person in (voter, another):
        assert person.change(comment, "vote", value="up").status_code == 200
    assert newsroom.person().thread()["comments"][0]["ups"] == 2
    number = str(voter.get("/me/export.json").json()["reader"]["id"])
    assert any(number in key for key in list_pace_keys(newsroom.db))
    if by == "themselves":
        erased = voter.send("/me/erasure", {"comments": "remove", "sure": "yes"})
        assert erased.status_code == 200
    else:
        reader = newsroom.db.ask(find_reader, 1, int(number))
        assert reader is not None
        moment = Clock(newsroom.hands)()
        newsroom.db.do(lambda db: forget_reader(db, reader, Farewell("remove"), moment))

    assert newsroom.person().thread()["comments"][0]["ups"] == 1
    assert not any(number in key for key in list_pace_keys(newsroom.db))
    sql = "SELECT count(*) FROM votes WHERE reader_id NOT IN (SELECT id FROM readers)"
    assert newsroom.db.ask(lambda db: db.exec_driver_sql(sql).scalar_one()) == 0
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []
