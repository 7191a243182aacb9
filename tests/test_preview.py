"""A reader sees their comment as it would be before anybody else does."""

from __future__ import annotations

import pytest

from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom
from tests.oracle import require_safe_page
from tests.providers import Tricksters, sign_in

TYPED = "What **of** __init__?\n\n> A quotation"
DRAWN = (
    "<p>What <strong>of</strong> <strong>init</strong>?</p>\n<blockquote>\n<p>A quotation</p>\n</blockquote>"
)
HIDDEN = 'aria-labelledby="preview-title" hidden>'


def place_of(newsroom: Newsroom) -> str:
    return f"/stories/{newsroom.story_id}/preview"


@pytest.mark.parametrize(("language", "title"), [("en", "Preview"), ("es", "Vista previa")])
def test_without_scripts_the_page_comes_back_with_it(newsroom: Newsroom, language: str, title: str) -> None:
    reader = newsroom.person()
    assert HIDDEN in reader.read()
    own = {"text": TYPED, "name": "Ana <b>", "email": "ana@example.org", "website": "example.org"}
    answer = reader.send(place_of(newsroom), own | {"language": language, "draft": "draft-0001"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    shown = answer.text.split('<section class="preview"')[1].split("</section>")[0]
    assert 'tabindex="-1" aria-labelledby="preview-title" autofocus>' in shown
    assert f'<h3 id="preview-title">{title}</h3><div class="text" dir="auto">{DRAWN}' in shown
    for typed in (
        "&gt; A quotation</textarea>",
        'value="Ana &lt;b&gt;"',
        'value="ana@example.org"',
        "draft-0001",
    ):
        assert typed in answer.text
    require_safe_page(answer.text)
    assert newsroom.person().thread()["count"] == 0


def test_with_scripts_it_comes_alone(newsroom: Newsroom) -> None:
    answer = newsroom.person().send_json(place_of(newsroom), {"text": TYPED})
    assert answer.json() == {"html": f"{DRAWN}\n"}
    assert newsroom.person().thread()["count"] == 0


def test_what_cannot_be_posted_has_none(open_site: OpenNewsroom) -> None:
    newsroom = open_site(longest_text=100)
    for text, code in (
        ("#", "text_missing"),
        ("", "text_missing"),
        ("x" * 101, "too_long"),
        ("x" * 401, "too_long"),
    ):
        page = newsroom.person().send(place_of(newsroom), {"text": text})
        assert page.status_code == 422
        assert HIDDEN in page.text
        refused = newsroom.person().send_json(place_of(newsroom), {"text": text})
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, "text")
    assert newsroom.person().send_json(place_of(newsroom), {"text": "x" * 100}).status_code == 200


def test_it_needs_no_details_and_takes_no_turn(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=60)
    reader = newsroom.person()
    for _ in range(3):
        assert reader.send(place_of(newsroom), {"text": "Mine."}).status_code == 200
    assert reader.post_form("Mine.").status_code == 303
    assert reader.send(place_of(newsroom), {"text": "Next."}).status_code == 200


def test_a_reply_has_its_own(newsroom: Newsroom) -> None:
    above = newsroom.person().comment("Above.")
    answer = newsroom.person().send(place_of(newsroom), {"text": "Below.", "parent": above})
    assert "Leave a Reply to" in answer.text
    assert "<p>Below.</p>" in answer.text.split('<section class="preview"')[1]
    assert f'name="parent" value="{above}"' in answer.text


def test_who_has_signed_in_stays_so(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    sign_in(ana, providers)
    page = ana.send(place_of(signing_in), {"text": "Mine."}).text
    assert "You are commenting using your Google account." in page
    assert '<fieldset class="guest" hidden disabled>' in page


def test_a_story_that_is_not_there_has_none(newsroom: Newsroom) -> None:
    assert newsroom.person().send("/stories/77/preview", {"text": "Mine."}).status_code == 404
