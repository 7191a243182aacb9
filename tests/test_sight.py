"""Who sees what of a comment: in every state, by every viewer, on every page that could tell of it."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import pytest

from piensas.store.comments import find_comment_anywhere, save_photo_of
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person
from tests.some import some
from tests.test_own import decide

WORDS = "Zebras know."
NAME = "Zed Ebra"
WEBSITE = "https://zebra.example/"
PHOTO = "zebraphoto.png"
TELLING = ("Zebras", "Ebra", "zebra.example", "zebraphoto")

PUBLIC = "everybody"
OWN = "its author"
STATES: dict[str, tuple[str, ...]] = {
    "published": (),
    "held": ("held",),
    "rejected": ("rejected",),
    "withdrawn": ("withdrawn",),
    "published after it was held": ("held", "published"),
    "held after it was rejected": ("rejected", "held"),
    "withdrawn while it was held": ("held", "withdrawn"),
}
SEEN_BY = {"published": PUBLIC, "held": OWN}
"""By the last of a comment's states; of any other nobody sees a word."""


def list_places(newsroom: Newsroom, comment: str) -> dict[str, str]:
    """Everything that tells of comments to whoever asks."""
    permalink = f"{newsroom.story}/comments/{comment}"
    absolute = quote(f"{newsroom.address}{permalink}", safe="")
    return {
        "the story": newsroom.story,
        "the story, newest first": f"{newsroom.story}?order=newest",
        "the story in Spanish": newsroom.historia,
        "the permalink": permalink,
        "the permalink in Spanish": f"{newsroom.historia}/comments/{comment}",
        "the page to reply on": f"{permalink}/reply",
        "the page to edit on": f"{permalink}/edit",
        "the page to withdraw on": f"{permalink}/withdrawal",
        "the second small answer": f"/stories/{newsroom.story_id}/viewer?language=en&since=0",
        "the Atom feed": f"{newsroom.story}/feed.atom",
        "the JSON feed": f"{newsroom.story}/feed.json",
        "the API's thread": newsroom.discussion,
        "the API's comment": f"{newsroom.discussion}/{comment}",
        "the API's replies": f"{newsroom.discussion}/{comment}/replies",
        "the API's newest": "/api/v1/comments?limit=100",
        "WordPress's list": "/wp-json/wp/v2/comments?per_page=100",
        "the newest comments": "/embed/newest?language=en",
        "a quotation": f"/oembed?url={absolute}",
        "the front page": "/",
    }


FOR_THE_AUTHOR = {
    "the story",
    "the story, newest first",
    "the story in Spanish",
    "the permalink",
    "the permalink in Spanish",
    "the page to edit on",
    "the page to withdraw on",
    "the second small answer",
}
WITH_SCRIPTS = {"the page to edit on", "the page to withdraw on", "the second small answer"}
"""Where scripts run, the pages are the same for everybody, and what is one's own comes by itself."""
NOT_FOR_ALL = {"the page to edit on", "the page to withdraw on", "the second small answer", "the front page"}
EMPTY_WITHOUT_REPLIES = {"the API's replies"}


LISTS = {"the Atom feed", "the JSON feed", "WordPress's list", "the newest comments", "the API's newest"}


class Cast:
    """Everybody who looks, and how each sees a page."""

    def __init__(self, newsroom: Newsroom, author: Person) -> None:
        other = newsroom.person()
        other.comment("I was here, too.", name="Another", email="another@example.org")
        self.viewers: dict[str, tuple[Person, bool]] = {
            "a stranger": (newsroom.person(), False),
            "another guest": (other, False),
            "another guest with scripts": (other, True),
            "the author": (author, False),
            "the author with scripts": (author, True),
        }

    def look(self, viewer: str, path: str) -> tuple[int, str]:
        person, has_scripts = self.viewers[viewer]
        person.client.cookies.delete("piensas-scripts")
        if has_scripts:
            person.client.cookies.set("piensas-scripts", "1")
        answer = person.get(path)
        return answer.status_code, answer.text


def bring_to(newsroom: Newsroom, author: Person, comment: str, states: tuple[str, ...]) -> None:
    for state in states:  # may be none: it is published as it was sent
        if state == "withdrawn":
            assert author.change(comment, "withdrawal").status_code == 200
        else:
            decide(newsroom, comment, state)


def say(newsroom: Newsroom, author: Person) -> str:
    """A comment by somebody of whom there is everything to tell, also a picture."""
    comment = author.comment(WORDS, name=NAME, email="zed@example.org", website=WEBSITE)
    found = newsroom.db.ask(find_comment_anywhere, 1, int(comment))
    assert found is not None
    assert found.reader_id is not None
    reader = found.reader_id
    assert newsroom.db.do(lambda db: save_photo_of(db, 1, reader, PHOTO))
    return comment


def may_tell(place: str, viewer: str, state: str) -> bool:
    seen_by = SEEN_BY.get(state)
    is_authors = viewer.startswith("the author")
    if is_authors and seen_by:
        mine = WITH_SCRIPTS if viewer.endswith("scripts") else FOR_THE_AUTHOR
        if place in mine:
            return True
    return seen_by == PUBLIC and place not in NOT_FOR_ALL | EMPTY_WITHOUT_REPLIES


@pytest.mark.parametrize("has_reply", [False, True])
@pytest.mark.parametrize("states", STATES)
def test_a_comment_is_told_of_to_whom_it_is_for_and_to_nobody_else(
    open_site: OpenNewsroom, states: str, has_reply: bool
) -> None:
    newsroom = open_site()
    author = newsroom.person()
    comment = say(newsroom, author)
    if has_reply:
        newsroom.person().comment("A reply.", parent=comment, name="Rita", email="rita@example.org")
    cast, places = Cast(newsroom, author), list_places(newsroom, comment)
    bring_to(newsroom, author, comment, STATES[states])
    last = (STATES[states] or ("published",))[-1]

    told: dict[bool, list[str]] = {True: [], False: []}
    for (place, path), viewer in some(product(places.items(), cast.viewers)):
        status, text = cast.look(viewer, path)
        assert status < 500, (place, viewer)
        found = [word for word in TELLING if word in text]
        expected = may_tell(place, viewer, last)
        told[expected].append(place)
        assert bool(found) == expected, (place, viewer, status, found)
        if place in LISTS and last != "published" and not has_reply:  # a reply names what it answers
            assert comment not in text, (place, viewer, "a place in a list tells of it, too")
    assert told[False]
    assert bool(told[True]) == (last in SEEN_BY)


@pytest.mark.parametrize("has_reply", [False, True])
@pytest.mark.parametrize("states", [name for name in STATES if STATES[name][-1:] not in ((), ("published",))])
def test_who_answers_what_is_gone_is_told_nothing_of_it(
    open_site: OpenNewsroom, states: str, has_reply: bool
) -> None:
    """They had the page open before, or made the number up."""
    newsroom = open_site()
    author, stranger = newsroom.person(), newsroom.person()
    comment = say(newsroom, author)
    if has_reply:
        newsroom.person().comment("A reply.", parent=comment, name="Rita", email="rita@example.org")
    bring_to(newsroom, author, comment, STATES[states])

    form = stranger.post_form("Too late?", parent=comment)
    script = stranger.post("Too late?", parent=comment)
    assert (form.status_code, script.status_code) == (403, 403)
    assert "Too late?" in form.text
    for answer in (form, script):
        assert [word for word in TELLING if word in answer.text] == []


@pytest.mark.parametrize("states", [name for name in STATES if name != "published"])
def test_who_was_here_is_told_no_more_of_anothers_comment_than_a_stranger(
    open_site: OpenNewsroom, states: str
) -> None:
    newsroom = open_site()
    author = newsroom.person()
    comment = say(newsroom, author)
    cast, places = Cast(newsroom, author), list_places(newsroom, comment)
    bring_to(newsroom, author, comment, STATES[states])

    for place, path in some(places.items()):
        statuses = {
            viewer: cast.look(viewer, path)[0]
            for viewer in ("a stranger", "another guest", "another guest with scripts")
        }
        assert len(set(statuses.values())) == 1, (place, statuses)
