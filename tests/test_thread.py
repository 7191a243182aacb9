"""The discussion as it is read: order, pages, replies, place holders, permalinks, votes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from piensas.model.thread import Walk
from piensas.store.checks import list_miscounts
from piensas.store.database import Database
from piensas.store.stories import find_story
from piensas.store.threads import read_thread
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom
from tests.statements import asked


def ids(thread: Any) -> list[str]:
    return [comment["id"] for comment in thread["comments"]]


def say(newsroom: Newsroom, count: int, **fields: str) -> list[str]:
    """Comments by different guests, a second apart."""
    said = []
    for number in range(count):
        newsroom.hands.turn(seconds=1)
        said.append(newsroom.person().comment(f"Thought {number}.", email=f"r{number}@example.org", **fields))
    return said


def agree(newsroom: Newsroom) -> bool:
    return newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def test_readers_choose_oldest_or_newest_first(newsroom: Newsroom) -> None:
    said = say(newsroom, 3)
    reader = newsroom.person()

    assert ids(reader.thread()) == said
    assert ids(reader.thread(order="newest")) == said[::-1]


def test_best_puts_the_surest_approval_first(newsroom: Newsroom) -> None:
    few, many, mixed = say(newsroom, 3)
    for voter in range(8):
        newsroom.person().change(many, "vote", value="up")
        newsroom.person().change(mixed, "vote", value="up" if voter % 2 else "down")
    newsroom.person().change(few, "vote", value="up")

    assert ids(newsroom.person().thread(order="best")) == [many, mixed, few]
    assert agree(newsroom)


def test_most_discussed_puts_the_most_answered_first(newsroom: Newsroom) -> None:
    quiet, busy, some = say(newsroom, 3)
    say(newsroom, 3, parent=busy)
    say(newsroom, 1, parent=some)

    assert ids(newsroom.person().thread(order="discussed")) == [busy, some, quiet]
    assert agree(newsroom)


@pytest.mark.parametrize("order", ["oldest", "newest", "best", "discussed"])
def test_a_walk_meets_every_comment_once_while_others_post_vote_and_reply(
    open_site: OpenNewsroom, order: str
) -> None:
    newsroom = open_site(page_size=3)
    said = say(newsroom, 11)
    for number, comment in enumerate(said[:5]):
        for _ in range(number):
            newsroom.person().change(comment, "vote", value="up")
        say(newsroom, number % 3, parent=comment)
    walker, seen, cursor = newsroom.person(), [], {}

    while True:
        page = walker.thread(order=order, **cursor)
        seen += ids(page)
        newsroom.person().change(said[len(seen) % 11], "vote", value="up")
        newsroom.person().change(said[-len(seen) % 11], "vote", value="down")
        say(newsroom, 1, parent=said[(7 * len(seen)) % 11])
        if not page.get("next"):
            break
        cursor = {"after": page["next"]}

    assert sorted(comment for comment in seen if comment in said) == sorted(said)
    assert len(seen) == len(set(seen))
    assert agree(newsroom)


def test_a_page_costs_as_many_statements_and_rows_in_a_long_thread_as_in_a_short_one(
    newsroom: Newsroom,
) -> None:
    def cost(db: Database) -> tuple[int, int]:
        story = db.ask(find_story, 1, int(newsroom.story_id))
        assert story is not None
        with asked() as statements:
            page = db.ask(read_thread, story, Walk("oldest", 5, 3))
        shown = sum(1 + len(node.children) for node in page.nodes)
        return sum("FROM comments" in s for s in statements), shown

    first = say(newsroom, 6)
    say(newsroom, 4, parent=first[0])
    short = cost(newsroom.db)
    say(newsroom, 20)
    say(newsroom, 10, parent=first[0])

    assert cost(newsroom.db) == short == (1, 8)


def test_replies_nest_and_deeper_ones_stay_with_the_deepest_ancestor(open_site: OpenNewsroom) -> None:
    newsroom = open_site(nesting=3)
    chain = say(newsroom, 1)
    for _ in range(4):
        chain += say(newsroom, 1, parent=chain[-1])

    root = newsroom.person().thread()["comments"][0]

    assert [reply["id"] for reply in root["replies"]] == [chain[1]]
    deepest = root["replies"][0]["replies"]
    assert [reply["id"] for reply in deepest] == chain[2:]
    assert deepest[1]["inReplyTo"] == chain[2]
    assert deepest[1]["parent"] == chain[1]
    assert "in reply to another comment" in newsroom.person().read()


def test_without_nesting_every_comment_stands_at_the_top(open_site: OpenNewsroom) -> None:
    newsroom = open_site(nesting=1)
    first = say(newsroom, 1)[0]
    answer = say(newsroom, 1, parent=first)[0]

    assert ids(newsroom.person().thread()) == [first, answer]


def test_a_long_branch_goes_on_on_its_own_page_until_its_end(open_site: OpenNewsroom) -> None:
    newsroom = open_site(replies_shown=4)
    root = say(newsroom, 1)[0]
    replies = say(newsroom, 60, parent=root)
    reader = newsroom.person()

    page, seen = reader.read(), []
    assert "56 more replies" in page
    while True:
        seen += [each for each in re.findall(r'data-id="(\d+)"', page) if each in replies]
        link = re.search(r'href="([^"]*after=[^"]*)"', page)
        if link is None:
            break
        page = reader.read(link[1].replace("&amp;", "&").split("#")[0])

    assert seen == replies


def test_a_permalink_shows_the_comment_with_what_is_above_and_below_it(newsroom: Newsroom) -> None:
    root = say(newsroom, 1)[0]
    reply = say(newsroom, 1, parent=root)[0]
    below = say(newsroom, 1, parent=reply)[0]
    other = newsroom.person().comment("Something else.")

    page = newsroom.person().read(f"{newsroom.story}/comments/{reply}")

    assert re.findall(r'data-id="(\d+)"', page) == [root, reply, below]
    assert other not in page
    assert 'href="/en/flight">No more specialists will be sent</a>' in page
    assert '<meta name="robots" content="noindex' in page


def test_a_withdrawn_comment_leaves_a_place_holder_for_its_replies_and_nothing_without(
    newsroom: Newsroom,
) -> None:
    author = newsroom.person()
    alone, answered = author.comment("Alone, SECRETWORD."), author.comment("Answered, SECRETWORD.")
    reply = newsroom.person().comment("A reply.", parent=answered, email="b@example.org")

    author.change(alone, "withdrawal")
    author.change(answered, "withdrawal")
    page = newsroom.person().read()

    assert "SECRETWORD" not in page
    assert alone not in page
    assert page.count("This comment was withdrawn by its author.") == 1
    assert f'data-id="{reply}"' in page
    assert newsroom.person().thread()["count"] == 1
    assert agree(newsroom)


def test_one_vote_a_reader_and_taking_it_back(newsroom: Newsroom) -> None:
    comment = say(newsroom, 1)[0]
    voter = newsroom.person()

    steps = [
        voter.change(comment, "vote", value=value).json()["comment"] for value in ("up", "up", "down", "none")
    ]

    assert [(step["ups"], step["downs"]) for step in steps] == [(1, 0), (1, 0), (0, 1), (0, 0)]
    assert agree(newsroom)


def test_what_is_done_is_answered_in_the_language_of_the_page(newsroom: Newsroom) -> None:
    comment = say(newsroom, 1)[0]
    there = f"{newsroom.comments}/{comment}/vote"
    reader = newsroom.person()

    voted = reader.send(there, {"value": "up"}, referer=f"{newsroom.address}{newsroom.historia}")

    assert voted.headers["location"].startswith("/es/vuelo/comments/")


def test_nobody_votes_on_their_own_comment_or_where_votes_are_off(open_site: OpenNewsroom) -> None:
    newsroom = open_site(votes="up")
    author = newsroom.person()
    comment = author.comment()

    assert author.change(comment, "vote", value="up").json()["code"] == "votes_off"
    assert newsroom.person().change(comment, "vote", value="down").json()["code"] == "votes_off"
    assert newsroom.person().change(comment, "vote", value="up").status_code == 200


def test_the_number_of_thoughts_and_of_new_ones_is_told(newsroom: Newsroom) -> None:
    first = say(newsroom, 3)[0]

    news = newsroom.person().get(f"/stories/{newsroom.story_id}/viewer?language=en&since={first}").json()

    assert news["news"] == "2 new since your last visit"
    later = (
        newsroom.person().get(f"/stories/{newsroom.story_id}/viewer?language=en&since={news['now']}").json()
    )
    assert later["news"] == ""
    assert ">3 comments</h2>" in newsroom.person().read()
    assert ">3 comentarios</h2>" in newsroom.person().read(newsroom.historia)
