"""Rules as tables: screening, closing, addresses, scores, avatars, and text as people type it."""

from __future__ import annotations

import pytest

from piensas.drawing.avatars import hue, initials, pattern
from piensas.markup.comment import count_links, plain_text, render_html, render_markdown
from piensas.model.draft import Draft
from piensas.model.mailbox import mailbox_of
from piensas.model.moment import Clock, first_id_at, time_of
from piensas.model.ranking import wilson_score
from piensas.model.rules import Rules
from piensas.model.screening import Evidence, Verdict, screen
from piensas.model.website import read_website
from piensas.model.wording import tidy_line, tidy_text

HELD, REJECTED, PUBLISHED = "held", "rejected", "published"
CALM = Rules(hold_first_comment=False)


@pytest.mark.parametrize(
    ("rules", "draft", "links", "known", "verdict"),
    [
        (CALM, Draft(text="Fine."), 0, False, Verdict(PUBLISHED)),
        (Rules(), Draft(text="First."), 0, False, Verdict(HELD, ("first_comment",))),
        (Rules(), Draft(text="Second."), 0, True, Verdict(PUBLISHED)),
        (CALM, Draft(text="Links"), 1, False, Verdict(PUBLISHED)),
        (CALM, Draft(text="Links"), 2, False, Verdict(HELD, ("links:2",))),
        (Rules(hold_links=0, hold_first_comment=False), Draft(text="Links"), 9, False, Verdict(PUBLISHED)),
        (Rules(hold_everything=True), Draft(text="x"), 0, True, Verdict(HELD, ("everything",))),
        (Rules(hold_words=("Sale",)), Draft(text="a SALE!"), 0, True, Verdict(HELD, ("word:Sale",))),
        (Rules(hold_words=("sale",)), Draft(text="wholesale"), 0, True, Verdict(HELD, ("word:sale",))),
        (Rules(hold_words=("sale",), whole_words=True), Draft(text="wholesale"), 0, True, Verdict(PUBLISHED)),
        (
            Rules(hold_words=("sale",), whole_words=True),
            Draft(text="a sale."),
            0,
            True,
            Verdict(HELD, ("word:sale",)),
        ),
        (Rules(hold_words=("bot",)), Draft(name="Robot"), 0, True, Verdict(HELD, ("word:bot",))),
        (Rules(hold_words=("@bad",)), Draft(email="a@bad.example"), 0, True, Verdict(HELD, ("word:@bad",))),
        (
            Rules(hold_words=("bad.",)),
            Draft(website="https://bad.example"),
            0,
            True,
            Verdict(HELD, ("word:bad.",)),
        ),
        (
            Rules(reject_words=("x",), hold_words=("x",)),
            Draft(text="X"),
            5,
            False,
            Verdict(REJECTED, ("word:x",)),
        ),
        (
            Rules(hold_everything=True, hold_words=("b",)),
            Draft(text="b"),
            3,
            False,
            Verdict(HELD, ("everything", "links:3", "word:b", "first_comment")),
        ),
    ],
)
def test_screening(rules: Rules, draft: Draft, links: int, known: bool, verdict: Verdict) -> None:
    assert screen(Evidence(draft, links, known), rules) == verdict


def test_a_network_address_is_looked_at_too() -> None:
    evidence = Evidence(Draft(text="Hello"), 0, True, "203.0.113.7")

    assert screen(evidence, Rules(hold_words=("203.0.113.",))).status == HELD


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.org", "https://example.org/"),
        ("http://example.org/a?b=c#d", "http://example.org/a?b=c#d"),
        ("HTTPS://EXAMPLE.ORG", "https://example.org/"),
        ("https://español.example/ñ", "https://xn--espaol-zwa.example/%C3%B1"),
        ("example.org", "https://example.org/"),
        ("www.example.org/me?x=1", "https://www.example.org/me?x=1"),
        ("example.org:8080", "https://example.org:8080/"),
        ("https://example.org/o'brien", "https://example.org/o'brien"),
        ("https://example.org/?q={x}", "https://example.org/?q={x}"),
        ('https://example.org/"onclick=x', "https://example.org/%22onclick=x"),
        ("https://example.org/ x", "https://example.org/%20x"),
        ("https://example.org/\u202e", "https://example.org/%E2%80%AE"),
        ("//example.org", None),
        ("javascript:alert(1)", None),
        ("javascript:alert.call(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@example.org", None),
        ("ftp://example.org", None),
        ("https://", None),
        ("my blog", None),
        ("blog", None),
        ("https://user@example.org", None),
        ("https://:word@example.org", None),
        ("user@example.org", None),
        ("https://[broken", None),
        ("https://example.org:99999", None),
        ("", None),
    ],
)
def test_websites(typed: str, kept: str | None) -> None:
    assert read_website(typed) == kept


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("a@example.org", True),
        ("first.last+tag@sub.example.org", True),
        ("ñandú@example.org", True),
        ("a@b", False),
        ("a@@example.org", False),
        ("a@example..org", False),
        ("Name <a@example.org>", False),
        ("a@example.org\nBcc: b@example.org", False),
        ("=?utf-8?q?a?=@example.org ", False),
    ],
)
def test_emails(address: str, good: bool) -> None:
    assert (mailbox_of(address) is not None) is good


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello", "<p>Hello</p>\n"),
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"),
        ("# Heading", "<p><strong>Heading</strong></p>\n"),
        ("<b>bold?</b>", "<p>&lt;b&gt;bold?&lt;/b&gt;</p>\n"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert render_markdown(text) == html


REL = 'rel="nofollow ugc noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("https://example.org", f'<p><a href="https://example.org/" {REL}>https://example.org</a></p>\n'),
        ("[a](https://example.org)", f'<p><a href="https://example.org" {REL}>a</a></p>\n'),
        ("![a](https://example.org/x.png)", f'<p><a href="https://example.org/x.png" {REL}>a</a></p>\n'),
        (
            "![](https://e.example/x.png)",
            f'<p><a href="https://e.example/x.png" {REL}>https://e.example/x.png</a></p>\n',
        ),
        ("[a](/relative)", "<p>a (/relative)</p>\n"),
        ("[a](javascript:alert(1))", "<p>a</p>\n"),
    ],
)
def test_links(text: str, html: str) -> None:
    assert render_markdown(text) == html


@pytest.mark.parametrize(
    "text",
    ["[write](mailto:a@b.example)", "Write to a@b.example now", "<mailto:a@b.example>", "[x](tel:123)"],
)
def test_links_lead_to_pages_alone(text: str) -> None:
    drawn = render_markdown(text)
    assert "href" not in drawn
    assert count_links(drawn) == 0


def test_html_from_elsewhere_is_made_safe_and_keeps_its_paragraphs() -> None:
    drawn = render_html("One\n\nTwo <a href='http://a.example' onclick='x()'>b</a><script>x</script>\nThree")

    assert drawn == f'<p>One</p><p>Two <a href="http://a.example" {REL}>b</a><br>Three</p>'


def test_plain_text_has_a_line_for_each_block() -> None:
    assert plain_text(render_markdown("# A\n\nb & c\n\n- d\n- e")) == "A\nb & c\nd\ne"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a \r\n b\r", "a \n b"),
        ("nul\x00 bell\x07", "nul bell"),
        ("half \ud800 pair", "half  pair"),
        ("e\u0301", "é"),
    ],
)
def test_text_is_kept_as_typed_but_for_what_cannot_be_shown(typed: str, kept: str) -> None:
    assert tidy_text(typed) == kept


def test_a_name_is_one_line_that_turns_nothing_around() -> None:
    assert tidy_line(" Ana \u202e\n Moderadora\t") == "Ana Moderadora"


def test_scores_prefer_many_votes_to_few() -> None:
    assert wilson_score(0, 0) == 0
    assert wilson_score(0, 5) == 0
    assert wilson_score(1, 0) < wilson_score(10, 1) < wilson_score(100, 10) < wilson_score(1_000, 0)


def test_ids_only_grow_and_tell_their_time() -> None:
    clock = Clock(lambda: 1_790_000_000.5)
    ids = [clock().id for _ in range(1_000)]

    assert ids == sorted(set(ids))
    assert time_of(ids[0]) == 1_790_000_000_500
    assert first_id_at(1_790_000_000_500) <= ids[0] < first_id_at(1_790_000_000_501)


FNV = {"": 0x811C9DC5, "a": 0xE40C292C, "foobar": 0xBF9CF968}
"""Known answers of FNV-1a, as published with it."""


def test_avatars_are_drawn_from_the_name_alone() -> None:
    assert initials("Night-shift reader") == "NR"
    assert initials("ñandú") == "Ñ"
    assert initials("¡¿…") == "·"
    assert [hue(name) for name in FNV] == [value % 12 for value in FNV.values()]
    assert pattern("Ana") != pattern("Eva")
