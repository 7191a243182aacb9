"""Letters that XML 1.0 forbids, however they are written: they are in no page, and no feed breaks on them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from piensas.cli import main
from piensas.markup.comment import render_html, render_markdown
from piensas.markup.story import render_story, render_wordpress_story
from piensas.model.moment import Clock
from piensas.web.folder import publish_folder
from tests.newsroom import Newsroom
from tests.oracle import require_safe_feed, require_safe_html, scheme_of
from tests.test_wordpress import comment, export, post

CONTROLS = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF]
FORBIDDEN = [*CONTROLS, *range(0xD800, 0xE000)]
LETTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char (XML 1.0, 2.2)."""
RAW = "".join(map(chr, CONTROLS))
WAYS = {
    "decimal": "&#{0};",
    "hexadecimal": "&#x{0:x};",
    "in capitals": "&#X{0:X};",
    "with noughts": "&#x000{0:x};",
    "left open": "&#{0} ",
}
WRITTEN = {
    name: "".join(f"({way.format(code)})" for code in CONTROLS) + way.format(0xD800) + way.format(0xDFFF)
    for name, way in WAYS.items()
}
RENDERERS = (
    render_markdown,
    render_html,
    render_story,
    lambda text: render_wordpress_story(text)[0],
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("render", RENDERERS, ids=("comment", "old comment", "story", "old story"))
def test_no_letter_that_xml_forbids_is_left_by_rendering(render: object, way: str) -> None:
    assert callable(render)
    for text in ("a{0}b", "[a{0}b](https://a.example/{0} '{0}')", '<a href="https://a.example/{0}">{0}</a>'):
        for start in range(0, len(FORBIDDEN), 64):
            many = "\n\n".join(
                text.replace("{0}", way.format(code)) for code in FORBIDDEN[start : start + 64]
            )
            found = LETTERS.search(render(many))
            assert found is None, ascii(found)


@pytest.mark.parametrize("letter", [f"&#{code};" for code in CONTROLS if code])
def test_a_scheme_with_such_a_letter_in_it_is_none_without_it(letter: str) -> None:
    for address in (
        f"java{letter}script:alert(1)",
        f"{letter}javascript:alert(1)",
        f"java{letter}script&#58;x",
    ):
        text = f'<p><a href="{address}">x</a> [y]({address}) <{address}></p>\n\n[z]({address})'
        for render in RENDERERS:
            links = re.findall(r'(?:href|src)="([^"]*)"', render(text))
            assert {scheme_of(link) for link in links} <= {"", "http", "https", "mailto"}, links


def require_no_forbidden_letters(newsroom: Newsroom, story: str = "") -> None:
    """In all that is told of a story, and of the site."""
    reader = newsroom.person()
    story = story or newsroom.story
    for path in ("/", story, f"{story}/feed.json", "/en/feed.json"):
        text = reader.read(path)
        if path.endswith(".json"):
            text = json.dumps(json.loads(text), ensure_ascii=False)
        assert LETTERS.search(text) is None, path
    for path in (f"{story}/feed.atom", "/en/feed.atom"):
        require_safe_feed(reader.get(path).content)


@pytest.mark.parametrize("name", [*WAYS, "raw"])
def test_a_comment_breaks_neither_page_nor_feed(newsroom: Newsroom, name: str) -> None:
    words = WRITTEN.get(name, RAW)
    author = newsroom.person()
    kept = author.comment(f"Text {words}", name=f"Name {words}"[:245])
    author.post_form(f"Form {words}", name=f"Form {words}"[:245], email="form@example.org")
    changed = author.change(kept, "text", text=f"*Edited* {words}").json()

    require_safe_html(changed["comment"]["html"])
    require_no_forbidden_letters(newsroom)


def test_every_half_of_a_pair_may_be_referred_to(newsroom: Newsroom) -> None:
    newsroom.person().comment("".join(f"&#{code};" for code in range(0xD800, 0xE000)))
    newsroom.person().comment(
        "".join(f"&#x{code:x};" for code in range(0xD800, 0xE000)), email="b@example.org"
    )

    require_no_forbidden_letters(newsroom)


@pytest.mark.parametrize("name", [*WAYS, "raw"])
def test_a_story_breaks_neither_page_nor_feed(newsroom: Newsroom, name: str) -> None:
    words = WRITTEN.get(name, RAW)
    folder = Path(newsroom.settings.stories.folder)
    matter = {
        "title": f"Title {words}"[:500],
        "published": "2026-09-21T08:00:00Z",
        "summary": f"Summary {words}"[:2_000],
        "authors": [f"Author {words}"],
        "sources": [f"Source {words}"],
    }
    (folder / "odd.en.md").write_text(f"---\n{yaml.safe_dump(matter)}---\nText {words}\n", "utf-8")

    assert publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands)) == []
    require_no_forbidden_letters(newsroom, "/en/odd")


@pytest.mark.parametrize("name", WAYS)
def test_an_import_breaks_neither_page_nor_feed(newsroom: Newsroom, tmp_path: Path, name: str) -> None:
    words = WRITTEN[name]
    item = post(
        comment(1, f"Text {words}", author=f"Name {words}"[:200]),
        title=f"Title {words}",
        content__encoded=f"Text {words}",
        excerpt__encoded=f"Summary {words}",
        dc__creator=f"Author {words}",
    )
    file, settings = tmp_path / "export.xml", tmp_path / "here.toml"
    file.write_text(export(item))
    url = newsroom.settings.database.url
    settings.write_text(f'[site]\nlanguages = ["en", "es"]\n[database]\nurl = "{url}"\n')

    brought = CliRunner().invoke(main, ["--settings", str(settings), "import", "wordpress", str(file)])

    assert brought.exit_code == 0, brought.output
    require_no_forbidden_letters(newsroom, "/en/bridge-closed")
    assert "Text" in newsroom.person().read("/en/bridge-closed")


def test_what_was_drawn_before_is_drawn_again(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.person().comment("Old &#1; words.")
    drawn_before = "UPDATE comments SET renderer = 1, html = 'Old ' || chr(1) || ' words.'"
    if newsroom.settings.database.url.startswith("sqlite"):
        drawn_before = drawn_before.replace("chr(", "char(")
    newsroom.db.do(lambda db: db.exec_driver_sql(drawn_before))
    settings = tmp_path / "draw.toml"
    settings.write_text(f'[database]\nurl = "{newsroom.settings.database.url}"\n')

    drawn = CliRunner().invoke(main, ["--settings", str(settings), "render"])

    assert "Comments drawn again: 1." in drawn.output
    require_no_forbidden_letters(newsroom)
