"""The comment box, row by row: what it takes, what it refuses, and in which words."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from piensas.store.stories import find_story
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom
from tests.some import some

REFUSALS: list[tuple[str, dict[str, str], int, str, str | None, str]] = [
    ("no text", {"text": ""}, 422, "text_missing", "text", "Please type your comment text."),
    (
        "blank text",
        {"text": " \u200b\n\u00ad "},
        422,
        "text_missing",
        "text",
        "Please type your comment text.",
    ),
    (
        "no name",
        {"name": ""},
        422,
        "details_missing",
        "name",
        "Please fill the required fields (name, email).",
    ),
    (
        "no email",
        {"email": " "},
        422,
        "details_missing",
        "email",
        "Please fill the required fields (name, email).",
    ),
    ("bad email", {"email": "night"}, 422, "email_invalid", "email", "Please enter a valid email address."),
    (
        "two ats",
        {"email": "a@b@example.org"},
        422,
        "email_invalid",
        "email",
        "Please enter a valid email address.",
    ),
    (
        "script website",
        {"website": "javascript:alert(1)"},
        422,
        "website_invalid",
        "website",
        "Please enter a web address, such as https://example.com.",
    ),
    (
        "no website",
        {"website": "my blog"},
        422,
        "website_invalid",
        "website",
        "Please enter a web address, such as https://example.com.",
    ),
    (
        "long name",
        {"name": "n" * 246},
        422,
        "too_long",
        "name",
        "Your name may have 245 characters at most: please take 1 character away.",
    ),
    (
        "long email",
        {"email": "e" * 120 + "@example.org"},
        422,
        "too_long",
        "email",
        "Your email address may have 100 characters at most: please take 32 characters away.",
    ),
    (
        "long website",
        {"website": "https://example.org/" + "w" * 200},
        422,
        "too_long",
        "website",
        "Your web address may have 200 characters at most: please take 20 characters away.",
    ),
    (
        "long text",
        {"text": "t" * 65_530},
        422,
        "too_long",
        "text",
        "Your comment may have 65,525 characters at most: please take 5 characters away.",
    ),
]


def test_every_bad_field_is_refused_by_name_in_json_and_beside_the_field_without_scripts(
    newsroom: Newsroom,
) -> None:
    for case, fields, status, code, field, words in REFUSALS:
        reader = newsroom.person()

        problem = reader.post(**fields)
        page = reader.post_form(**fields)

        assert problem.status_code == page.status_code == status, case
        assert problem.headers["content-type"] == "application/problem+json", case
        assert problem.json()["code"] == code, case
        assert problem.json().get("field") == field, case
        assert problem.json()["detail"] == words, case
        assert f'id="box-error" role="alert">{escape(words)}<' in page.text, case
        assert re.search(rf'<(input|textarea)[^>]* name="{field}"[^>]*aria-invalid="true"', page.text), case
        assert "box-error" in described_by(page.text, field or ""), case
    assert newsroom.person().thread()["count"] == 0


def test_what_was_typed_is_still_there_after_a_refusal(newsroom: Newsroom) -> None:
    page = newsroom.person().post_form(
        "My long thought", name="Kept", email="wrong", website="https://kept.example"
    )

    assert ">My long thought</textarea>" in page.text
    assert 'value="Kept"' in page.text
    assert 'value="wrong"' in page.text
    assert 'value="https://kept.example"' in page.text


@pytest.mark.parametrize(
    ("field", "longest"),
    [("text", "t" * 65_525), ("name", "n" * 245), ("website", "https://example.org/" + "w" * 180)],
)
def test_every_field_takes_its_maximum(newsroom: Newsroom, field: str, longest: str) -> None:
    assert newsroom.person().post(**{field: longest}).status_code == 201


def test_astral_letters_count_once_and_nothing_is_cut(newsroom: Newsroom) -> None:
    text = "𝔘" * 65_525

    comment = newsroom.person().post(text).json()["comment"]

    assert comment["html"].count("𝔘") == 65_525


def test_a_megabyte_in_any_field_is_refused(newsroom: Newsroom) -> None:
    for field in ("text", "name", "email", "website"):
        assert newsroom.person().post(**{field: "x" * (1 << 20)}).json()["code"] == "too_long", field


def test_the_same_words_again_are_a_duplicate(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    reader.comment("I said that.", draft="first-draft")

    again = reader.post("I said  that.", draft="other-draft")

    assert again.status_code == 409
    assert again.json()["code"] == "duplicate"
    assert again.json()["detail"].startswith("Duplicate comment detected")


def test_the_same_words_under_another_comment_are_not_a_duplicate(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    first = reader.comment("Same here.")

    assert reader.post("Same here.", parent=first).status_code == 201


def test_the_same_draft_sent_twice_is_one_comment(newsroom: Newsroom) -> None:
    reader = newsroom.person()

    once = reader.post(draft="a-draft-of-mine").json()["comment"]["id"]
    twice = reader.post(draft="a-draft-of-mine").json()["comment"]["id"]

    assert once == twice
    assert reader.thread()["count"] == 1


def test_other_words_under_a_draft_that_was_sent_are_not_lost(newsroom: Newsroom) -> None:
    reader = newsroom.person()

    once = reader.comment("First thought.", draft="a-draft-of-mine")
    other = reader.comment("Second thought.", draft="a-draft-of-mine")

    assert once != other
    assert reader.thread()["count"] == 2


def test_a_browser_that_never_got_the_answer_sends_its_draft_again_and_owns_the_comment(
    newsroom: Newsroom,
) -> None:
    newsroom.person().post(draft="answer-was-lost")
    again = newsroom.person()

    comment = again.post(draft="answer-was-lost").json()["comment"]["id"]

    assert again.change(comment, "text", text="Edited after all.").status_code == 200


def test_a_form_sent_twice_without_scripts_is_one_comment(newsroom: Newsroom) -> None:
    reader = newsroom.person()

    first = reader.post_form("Pressed twice.")
    second = reader.post_form("Pressed twice.")

    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    newsroom.hands.turn(minutes=2)
    assert reader.post_form("Pressed twice.").status_code == 409


def test_a_button_pressed_twice_before_there_is_a_cookie_makes_one_comment(newsroom: Newsroom) -> None:
    first = newsroom.person().post_form("Pressed twice.", name="Ana")
    second = newsroom.person()
    answer = second.post_form("Pressed twice.", name="Ana")

    assert first.status_code == 303
    assert answer.status_code == 409
    assert "already" in answer.text
    assert not second.client.cookies
    assert newsroom.person().post_form("Pressed twice.", name="Eva").status_code == 303
    newsroom.hands.turn(seconds=11)
    assert newsroom.person().post_form("Pressed twice.", name="Ana").status_code == 303


def test_whoever_was_refused_may_press_again_at_once(open_site: OpenNewsroom) -> None:
    newsroom = open_site(require_name_and_email=True)
    reader = newsroom.person()

    assert reader.post_form("Said once.", name="", email="").status_code == 422
    assert reader.post_form("Said once.", name="", email="ana@example.org").status_code == 422
    assert reader.post_form("Said once.", name="Ana", email="ana@example.org").status_code == 303


def test_whoever_posts_too_fast_is_told_how_long_to_wait(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=15)
    reader = newsroom.person()
    reader.comment("One.")
    newsroom.hands.turn(seconds=5)

    refused = reader.post("Two.")
    newsroom.hands.turn(seconds=10)
    taken = reader.post("Two.")

    assert refused.status_code == 429
    assert refused.json()["code"] == "too_fast"
    assert refused.headers["retry-after"] == "10"
    assert taken.status_code == 201


def test_a_school_writes_by_way_of_one_address(open_site: OpenNewsroom) -> None:
    """Whoever forgets the cookie again and again is no faster in the long run than with it."""
    newsroom = open_site(seconds_between_comments=15)

    def write(number: int, forwarded: str = "8.8.8.8") -> httpx.Response:
        body = {"text": f"{number}", "name": "A", "email": f"{number}@example.org"}
        return newsroom.person().send_json(newsroom.comments, body, x_forwarded_for=forwarded)

    assert [write(number).status_code for number in range(10)] == [201] * 10

    refused = write(10)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_fast")
    assert "Many comments are coming from your network at once. Please wait a moment." in refused.text
    assert refused.headers["retry-after"] == "15"
    assert write(11, "203.0.113.9, 198.51.100.7").status_code == 201
    newsroom.hands.turn(seconds=14)
    assert write(12).headers["retry-after"] == "1"
    newsroom.hands.turn(seconds=1)
    assert [write(13).status_code, write(14).status_code] == [201, 429]


def test_one_reader_of_a_school_waits_for_nobody_else(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=15)
    ana, ben = newsroom.person(), newsroom.person()
    assert ana.post("Ana's.").status_code == 201
    assert ben.post("Ben's.", email="b@example.org").status_code == 201
    again = ana.post("Ana's second.")
    assert again.status_code == 429
    assert "You are posting comments too quickly. Slow down." in again.text


def test_a_closed_story_takes_no_comment(open_site: OpenNewsroom) -> None:
    newsroom = open_site(close_after_days=14)
    reader = newsroom.person()
    assert reader.post().status_code == 201

    newsroom.hands.turn(days=14)
    refused, page = reader.post("Later."), reader.post_form("Later.")

    assert (refused.status_code, refused.json()["code"]) == (403, "closed")
    assert page.status_code == 403
    assert "Sorry, comments are closed for this story." in page.text
    assert "Later." in page.text
    assert "<form" not in newsroom.person().read().split('id="respond"')[1].split('class="bar"')[0]


def test_a_story_closes_at_once_on_every_page_that_is_ready(open_site: OpenNewsroom) -> None:
    """Whether a page was drawn before that millisecond, in it, or after it."""
    newsroom = open_site(close_after_days=14)
    newsroom.person().comment("A comment.")
    permalink = f"{newsroom.story}/comments/{newsroom.person().thread()['comments'][0]['id']}"
    pages = (newsroom.story, newsroom.historia, permalink)
    story = newsroom.db.ask(find_story, newsroom.site.id, int(newsroom.story_id))
    assert story is not None

    def list_open() -> list[str]:
        return [page for page in pages if "/reply" in newsroom.person().read(page)]

    newsroom.hands.seconds = story.published_at / 1_000 + 14 * 86_400 - 0.001
    assert list_open() == list_open() == list(pages)
    assert newsroom.person().post("In time.", email="in.time@example.org").status_code == 201
    assert list_open() == list(pages)
    newsroom.hands.seconds += 0.001
    assert newsroom.person().post("Too late.", email="too.late@example.org").status_code == 403
    assert list_open() == list_open() == []
    newsroom.hands.turn(seconds=1)
    assert list_open() == []


def test_a_link_that_a_reader_gave_vouches_for_nothing(newsroom: Newsroom) -> None:
    newsroom.person().comment("See https://zebra.example/page.", website="https://zebra.example/")
    page = newsroom.person().read()
    links = re.findall(r'<a href="https://zebra\.example/[^"]*" rel="([^"]*)"', page)
    assert len(links) == page.count('href="https://zebra.example/') == 2
    assert all({"nofollow", "ugc", "noopener"} <= set(rel.split()) for rel in some(links))


def test_a_site_that_requires_login_says_so(open_site: OpenNewsroom) -> None:
    refused = open_site(require_login=True).person().post()

    assert (refused.status_code, refused.json()["code"]) == (403, "login_required")


def test_details_may_be_left_out_where_the_site_does_not_ask(open_site: OpenNewsroom) -> None:
    newsroom = open_site(require_name_and_email=False)

    assert newsroom.person().post(name="", email="").status_code == 201
    assert "Guest" in newsroom.person().read()


def test_a_reply_to_what_is_not_published_is_refused(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",))
    held = newsroom.person().comment("a secret thing")

    refused = newsroom.person().post("Tell me!", parent=held, email="b@example.org")
    unknown = newsroom.person().post("Tell me!", parent="77", email="b@example.org")

    assert (refused.status_code, refused.json()["code"]) == (403, "parent_unavailable")
    assert refused.content == unknown.content


def test_an_unknown_story_and_a_comment_one_may_not_see_are_answered_alike(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",))
    held = newsroom.person().comment("a secret thing")
    stranger = newsroom.person()

    answers = [
        stranger.send_json("/stories/77/comments", {"text": "x"}),
        stranger.change("77", "text", text="x"),
        stranger.change(held, "text", text="x"),
        stranger.change(held, "vote", value="up"),
        stranger.change(held, "withdrawal"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert stranger.get(f"{newsroom.story}/comments/{held}").status_code == 404


def test_a_rejected_word_is_refused_and_the_comment_is_kept_for_the_desk(open_site: OpenNewsroom) -> None:
    newsroom = open_site(reject_words=("casino",))

    refused = newsroom.person().post("Best CASINO in town")

    assert (refused.status_code, refused.json()["code"]) == (403, "rejected")
    assert newsroom.person().thread()["count"] == 0


def test_bodies_that_are_no_form_and_no_json_are_refused(newsroom: Newsroom) -> None:
    own = {"sec-fetch-site": "same-origin", "accept": "application/json"}
    bodies: list[tuple[Any, str]] = [
        (b"{", "application/json"),
        (b'{"text": 1}', "application/json"),
        (b'{"text": "\\ud800"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"NaN", "application/json"),
        (b"text=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(10_000)), "application/x-www-form-urlencoded"),
        (b"text=hello", "text/plain"),
        (b"", "multipart/form-data; boundary=x"),
    ]
    for body, kind in some(bodies):
        answer = newsroom.person().client.post(
            newsroom.comments, content=body, headers=own | {"content-type": kind}
        )
        assert answer.status_code in (400, 422), (body[:20], kind, answer.text)
    assert newsroom.person().thread()["count"] == 0


def escape(words: str) -> str:
    return words.replace("'", "&#39;").replace(">", "&gt;")


def described_by(page: str, field: str) -> str:
    found = re.search(rf'<(?:input|textarea)[^>]* name="{field}"[^>]*>', page)
    described = found and re.search(r'aria-describedby="([^"]*)"', found[0])
    return described[1] if described else ""
