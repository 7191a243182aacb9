"""What readers type is shown as they meant it: nothing vanishes, links end where the sentence does."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text as sql

from piensas.markup.comment import count_links, render_html, render_markdown
from piensas.markup.story import render_story
from piensas.model.moment import Clock
from piensas.model.short import short_of
from piensas.web.folder import publish_folder
from tests.newsroom import Newsroom
from tests.oracle import require_safe_html
from tests.some import some

LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>')
REL = ' rel="nofollow ugc noopener noreferrer"'

NOTHING = [
    "#",
    "######",
    ">",
    "> >\n>",
    "-",
    "*\n*",
    "![]()",
    "[]()",
    "```\n```",
    "~~~\n\n~~~",
    "    ",
    "---",
    "* * *",
    "- ---",
    "&nbsp;",
    "&#8203;",
    "\u200b",
    "\u200e\u200f",
    "\u034f",
    "\u2063",
    "\u3164",
    "\ufe0f",
    "\U000e0041",
    "\u2800",
    "- > #",
    "**\u200b**",
    "[\u200b]()",
    "\u180e",
]
"""Of these nothing would be seen."""

SHOWN = [
    ("[Ana]: hola", "<p>[Ana]: hola</p>"),
    ("[12:30]: he says it himself", "<p>[12:30]: he says it himself</p>"),
    ("Great point.\n\n[Update]: fixed", "<p>Great point.</p>\n<p>[Update]: fixed</p>"),
    ("> [Edit]: fixed", "<blockquote>\n<p>[Edit]: fixed</p>\n</blockquote>"),
    ("- [a]: b\n- c", "<ul>\n<li>[a]: b</li>\n<li>c</li>\n</ul>"),
    ("[a\nb]: c", "<p>[a<br>\nb]: c</p>"),
    (r"[a\]b]: c", "<p>[a]b]: c</p>"),
    ("[Ana]: hola. See [Ana].", "<p>[Ana]: hola. See [Ana].</p>"),
    ("`[Ana]: hola`", "<p><code>[Ana]: hola</code></p>"),
    ("```\n[Ana]: hola\n```", "<pre><code>[Ana]: hola\n</code></pre>"),
    ("[1]: https://example.org", f'<p>[1]: <a href="https://example.org/"{REL}>https://example.org</a></p>'),
    (
        "As [1] says.\n\n[1]: https://example.org/a",
        f'<p>As <a href="https://example.org/a"{REL}>1</a> says.</p>',
    ),
    (
        "[This][Q A]: so.\n\n[q  a]: www.example.org",
        f'<p><a href="https://www.example.org"{REL}>This</a>: so.</p>',
    ),
    ("20~30 and 40~50", "<p>20~30 and 40~50</p>"),
    ("H~2~O <sub>x</sub>", "<p>H~2~O &lt;sub&gt;x&lt;/sub&gt;</p>"),
    ("~~gone~~ here", "<p><del>gone</del> here</p>"),
    ("**「強調」**です", "<p><strong>「強調」</strong>です</p>"),
    ("これは**重要。**です", "<p>これは<strong>重要。</strong>です</p>"),
    ("Regards\n---", "<p>Regards</p>\n<hr>"),
    ("Regards\n===", "<p>Regards<br>\n===</p>"),
    ("[mail me](mailto:a@example.org)", "<p>mail me (a@example.org)</p>"),
    ("a@example.org", "<p>a@example.org</p>"),
    ("[the list](/list?a=1&b=2)", "<p>the list (/list?a=1&amp;b=2)</p>"),
    ("[x](javascript:alert(1))", "<p>x</p>"),
]

LINKS = [
    ("«https://example.com/x»", "https://example.com/x", "https://example.com/x"),
    ("“https://example.com/x”", "https://example.com/x", "https://example.com/x"),
    ("（https://example.com/a）。", "https://example.com/a", "https://example.com/a"),
    ("https://example.com。谢谢", "https://example.com/", "https://example.com"),
    ("https://example.com/news、そして", "https://example.com/news", "https://example.com/news"),
    ("https://example.com/x؟", "https://example.com/x", "https://example.com/x"),
    ("https://example.com/x। और", "https://example.com/x", "https://example.com/x"),
    ("https://example.com/x…", "https://example.com/x", "https://example.com/x"),
    ("https://example.com/x\u200b\u200e", "https://example.com/x", "https://example.com/x"),
    ("(see https://example.com/a_(b)).", "https://example.com/a_(b)", "https://example.com/a_(b)"),
    (
        "https://example.com/wiki/日本",
        "https://example.com/wiki/%E6%97%A5%E6%9C%AC",
        "https://example.com/wiki/日本",
    ),
    ("Https://example.com/X", "https://example.com/X", "https://example.com/X"),
    ("HTTP://EXAMPLE.COM/X", "http://example.com/X", "http://EXAMPLE.COM/X"),
    ("Www.example.com", "https://www.example.com/", "www.example.com"),
    ("https://example.com/a*b*c_d_e", "https://example.com/a*b*c_d_e", "https://example.com/a*b*c_d_e"),
    ("https://e.example/?a=1&b=<i>", "https://e.example/?a=1&amp;b=", "https://e.example/?a=1&amp;b="),
    ("[my blog](www.example.com)", "https://www.example.com", "my blog"),
    ("[a *b*](https://example.com)", "https://example.com", "a <em>b</em>"),
    ("[![a cat](https://p.example/q.png)](https://example.com)", "https://example.com", "a cat"),
    ("[![](https://p.example/q.png)](https://example.com)", "https://example.com", "https://example.com"),
    ("[](https://example.com)", "https://example.com", "https://example.com"),
    ("[\u200b](https://example.com)", "https://example.com", "https://example.com"),
    ("![](https://p.example/q.png)", "https://p.example/q.png", "https://p.example/q.png"),
    ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4", "https://bücher.example/ä"),
    ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/", "http://bücher.example/"),
    ("https://новости.рф", "https://xn--b1amnebsh.xn--p1ai/", "https://новости.рф"),
    ("https://日本語.jp", "https://xn--wgv71a119e.jp/", "https://日本語.jp"),
    ("https://аpple.com", "https://xn--pple-43d.com/", "https://xn--pple-43d.com"),
    ("https://аррӏе.com/a", "https://xn--80ak6aa92e.com/a", "https://xn--80ak6aa92e.com/a"),
    ("https://xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com/", "https://xn--80ak6aa92e.com"),
]
"""What is typed, where it leads, and what is seen of it."""


@pytest.mark.parametrize(("typed", "drawn"), SHOWN)
def test_what_is_typed_is_seen(typed: str, drawn: str) -> None:
    assert render_markdown(typed) == f"{drawn}\n"


@pytest.mark.parametrize(("typed", "there", "seen"), LINKS)
def test_a_link_ends_where_the_sentence_does(typed: str, there: str, seen: str) -> None:
    html = render_markdown(typed)
    assert LINK.findall(html) == [(there, seen)]
    assert count_links(html) == 1
    require_safe_html(html)


def test_two_addresses_with_a_mark_between_them_are_two() -> None:
    html = render_markdown("https://a.example/x、https://b.example/y.、www.c.example")
    assert [there for there, _ in LINK.findall(html)] == [
        "https://a.example/x",
        "https://b.example/y",
        "https://www.c.example/",
    ]
    assert ">https://b.example/y</a>.、<a" in html


@pytest.mark.parametrize(
    "typed", ["https://", "www.", "http://.", "https://[", "https:///x", "xhttps://example.com"]
)
def test_what_leads_nowhere_is_no_link(typed: str) -> None:
    assert render_markdown(typed) == f"<p>{typed}</p>\n"


def test_each_paragraph_runs_as_its_own_first_letter() -> None:
    auto = ' dir="auto"'
    assert render_markdown("Hello") == "<p>Hello</p>\n"
    assert render_markdown("Hello\n\nمرحبا") == f"<p{auto}>Hello</p>\n<p{auto}>مرحبا</p>\n"
    assert render_markdown("> שלום\n\n- a") == (
        f"<blockquote{auto}>\n<p{auto}>שלום</p>\n</blockquote>\n<ul>\n<li{auto}>a</li>\n</ul>\n"
    )
    assert render_html("<p>مرحبا</p>") == f"<p{auto}>مرحبا</p>"


def test_stories_have_the_same_tildes_and_emphasis() -> None:
    assert render_story("20~30 and 40~50, ~~gone~~") == "<p>20~30 and 40~50, <del>gone</del></p>\n"
    assert render_story("**「強調」**です") == "<p><strong>「強調」</strong>です</p>\n"


def test_a_story_that_would_be_drawn_otherwise_is_drawn_again(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade, although its file has not changed."""
    folder, site = Path(newsroom.settings.stories.folder), newsroom.settings.site
    newsroom.db.do(lambda db: db.execute(sql("UPDATE editions SET html = 'as it was'")))
    publish_folder(newsroom.db, site, folder, Clock(newsroom.hands))
    assert "as it was" in newsroom.person().read("/es/vuelo"), "the file is the same"
    monkeypatch.setattr("piensas.transfer.folder.RENDERER", 99)
    publish_folder(newsroom.db, site, folder, Clock(newsroom.hands))
    assert "as it was" not in newsroom.person().read("/es/vuelo")


def test_columns_stand_as_their_editor_wants(newsroom: Newsroom) -> None:
    html = render_story("| a | b | c |\n|---|--:|:-:|\n| x | 1,234 | y |")
    assert '<td>x</td>\n<td align="right">1,234</td>\n<td align="center">y</td>' in html


def test_nothing_is_published_empty(newsroom: Newsroom) -> None:
    """Whichever way it comes: from the box with scripts and without, as an edit, by the WordPress routes."""
    reader = newsroom.person()
    comment = reader.comment("There is something here.")
    for number, text in enumerate(some(NOTHING)):
        newsroom.hands.turn(seconds=20)
        refusals = [
            newsroom.person().post(text, draft=f"a-draft-of-none-{number}"),
            newsroom.person().post_form(text),
            reader.change(comment, "text", text=text),
            write_as_wordpress(newsroom, text),
        ]
        assert [each.status_code for each in refusals] == [422, 422, 422, 400], ascii(text)
        assert "Please type your comment text." in refusals[1].text
        assert refusals[0].json()["code"] == refusals[2].json()["code"] == "text_missing"
    (only,) = newsroom.person().thread()["comments"]
    assert "There is something here." in only["html"]


def write_as_wordpress(newsroom: Newsroom, text: str) -> httpx.Response:
    author = {"author_name": "Ana", "author_email": "a@example.org"}
    there = {"post": short_of(int(newsroom.story_id))}
    return newsroom.person().send_json("/wp-json/wp/v2/comments", {"content": text} | author | there)


def test_a_name_that_cannot_be_seen_is_none(newsroom: Newsroom) -> None:
    for name in ("\u034f", "\ufe0f", "\U000e0041", "\u2063"):
        refused = newsroom.person().post("Words.", name=name)
        assert (refused.status_code, refused.json()["code"]) == (422, "details_missing")


def test_a_website_is_kept_as_browsers_read_it(newsroom: Newsroom) -> None:
    author = newsroom.person()
    posted = author.post("Mine.", website="www.example.org/o'brien")
    assert posted.status_code == 201
    assert 'href="https://www.example.org/o&#39;brien"' in newsroom.person().read()
