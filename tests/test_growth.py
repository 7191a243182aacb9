"""What somebody types costs no more than its length: before, at and beyond every limit."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest

from piensas.markup.story import render_wordpress_story
from piensas.model.comment import Comment
from piensas.model.draft import Draft, tidy_draft
from piensas.model.refusals import TooLong
from piensas.model.rules import Rules
from piensas.model.wording import tidy_line, tidy_text
from tests.newsroom import Newsroom
from tests.providers import Tricksters, sign_in
from tests.statements import asked

MARKS = "\u0301\u0316"
SHAPES: dict[str, Callable[[int], str]] = {
    "marks": lambda n: "a" + MARKS * (n // 2),
    "marks that are no marks until they decompose": lambda n: "\u0f73" * n,
    "marks of two planes": lambda n: "\u0301\U000110b9" * (n // 2),
    "twenty-nine marks at a time": lambda n: ("a" + "\u0301" * 29) * (n // 30),
    "decomposed letters": lambda n: "e\u0301" * (n // 2),
    "syllables in parts": lambda n: "\u1100\u1161\u11a8" * (n // 3),
    "bold letters of mathematics": lambda n: "𝐛" * n,
    "directions": lambda n: "\u202e" * n,
    "spaces": lambda n: "a" + " " * n,
    "controls": lambda n: "\x01" * n,
    "line ends": lambda n: "\r\n" * (n // 2),
    "halves": lambda n: "\ud800" * n,
}


def cost_of(work: Callable[[], object]) -> float:
    """Seconds of this thread, the least of five."""
    costs = []
    for _ in range(5):
        begun = time.thread_time()
        work()
        costs.append(time.thread_time() - begun)
    return min(costs)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tidy", [tidy_text, tidy_line])
def test_tidying_grows_as_the_text_does(tidy: Callable[[str], str], shape: str) -> None:
    small, large = (SHAPES[shape](n) for n in (16_384, 65_536))
    assert cost_of(lambda: tidy(large)) < 10 * max(cost_of(lambda: tidy(small)), 0.000_2)


def test_no_language_loses_a_letter() -> None:
    for words in ("Zażółć", "Điều kiện", "נָקוּד", "ཀྵྨླྐྵཱི", "각각", "e" + "\u0301" * 30):
        assert len(tidy_text(words)) == len(tidy_text(words + "x")) - 1
    assert tidy_text("é") == "é"
    assert tidy_text("e" + "\u0316" * 30) == "e" + "\u0316" * 30
    assert tidy_text("e" + "\u0316" * 31 + "b") == "e" + "\u0316" * 30 + "b"


@pytest.mark.parametrize("field", ["text", "name", "email", "website"])
def test_what_is_far_too_long_is_refused_before_it_is_tidied(field: str) -> None:
    rules = Rules(longest_text=10, longest_name=10, longest_email=10, longest_website=10)
    with pytest.raises(TooLong) as refused:
        tidy_draft(Draft(**{field: "\x01" * 41}), rules)
    assert (refused.value.field, refused.value.excess) == (field, 31)
    assert getattr(tidy_draft(Draft(**{field: "\x01" * 40}), rules), field) == ""


@pytest.mark.parametrize("field", ["text", "name", "email", "website"])
def test_half_a_megabyte_of_marks_keeps_nobody_waiting(newsroom: Newsroom, field: str) -> None:
    """It took ten seconds of the one writer's time, in any field."""
    begun = time.process_time()
    answer = newsroom.person().post_form(**{field: "a" + MARKS * 80_000}, draft="draft-0001")
    assert time.process_time() - begun < 1
    if field == "text":
        assert answer.status_code == 303
        assert newsroom.person().thread()["count"] == 1
    else:
        assert answer.status_code == 422
        assert "characters at most: please take" in answer.text


def test_as_many_marks_as_fit_are_a_comment(newsroom: Newsroom) -> None:
    text = "a" + MARKS * 32_000
    written = newsroom.person().comment(text)
    shown = newsroom.person().get(f"{newsroom.story}/comments/{written}").text
    assert "a" + MARKS * 15 not in shown  # NFC has put them in order
    assert len(tidy_text(text)) == 30


def test_whom_we_trust_is_not_read_anew_for_every_reader(
    signing_in: Newsroom, providers: Tricksters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign-in asks four times; reading the authorities took four fifths of its time, and all others'."""
    sign_in(signing_in.person(), providers, subject="1")
    read: list[object] = []
    load = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda *places: (read.append(places), load(*places))
    )
    sign_in(signing_in.person(), providers, subject="2")

    assert read == []


def test_shortcodes_that_never_end_cost_no_more_than_their_length() -> None:
    small, large = ("[caption " * n for n in (2_000, 8_000))
    assert cost_of(lambda: render_wordpress_story(large)) < 10 * cost_of(
        lambda: render_wordpress_story(small)
    )
    assert render_wordpress_story("[caption id=1]A[/caption]")[0] == "<p>A</p>"


def test_what_is_much_too_long_is_not_sent_back_whole(newsroom: Newsroom) -> None:
    page = len(newsroom.person().read())
    refused = newsroom.person().post_form("A" * 900_000)
    assert refused.status_code == 422
    assert len(refused.text) < page + 3 * 65_525
    shorter = newsroom.person().post_form("B" * 70_000)
    assert shorter.status_code == 422
    assert "B" * 70_000 in shorter.text


def test_what_others_have_said_in_the_same_words_is_not_read(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often and however long: blanks of any length are the same words."""
    read: list[int] = []

    def count(*fields: Any) -> Comment:
        read.append(1)
        return Comment(*fields)

    for number in range(12):
        blanks = "\u3000" * 20_000
        newsroom.person().comment(f"x{blanks}y", name=f"N {number}", email=f"n{number}@example.org")
    monkeypatch.setattr("piensas.store.comments.Comment", count)
    refused = newsroom.person().post("x y", name="B", email="no address")
    assert refused.status_code == 422
    assert newsroom.person().post("x y", name="A", email="another@example.org").status_code == 201
    assert len(read) <= 1


def test_a_list_for_wordpress_asks_as_much_for_a_hundred_numbers_as_for_one(newsroom: Newsroom) -> None:
    newsroom.person().comment("Here.")

    def cost(names: str, numbers: int) -> int:
        many = ",".join(str(3_753_902_080 + number) for number in range(numbers))
        with asked() as statements:
            answer = newsroom.person().get(f"/wp-json/wp/v2/comments?{names}={many}")
        assert answer.status_code == 200, answer.text
        return len(statements)

    for names in ("include", "parent", "post"):
        assert cost(names, 1) == cost(names, 99), names
