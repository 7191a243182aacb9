"""docs/stories.md: its examples are published as it says."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path

import pytest
from PIL import Image

from piensas.transfer.folder import FrontMatter, list_manuscripts
from tests.some import some

DOCUMENT = (Path(__file__).parent.parent / "docs/stories.md").read_text()
EXAMPLES = dict(
    re.findall(r"^`([\w.]+\.md)`:\n\n```markdown\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, words in EXAMPLES.items():
        (tmp_path / name).write_text(words)
    Image.new("RGB", (16, 9)).save(tmp_path / "harbour.png")
    return tmp_path


def test_every_example_is_a_story(folder: Path) -> None:
    found = list(list_manuscripts(folder, ("en", "es"), UTC))
    assert len(found) == len(EXAMPLES) == 3
    stories = {each.key: each for each in some(found)}  # type: ignore[union-attr]  # none is broken
    assert stories["harbour"].slug == "harbour-opens"
    assert stories["harbour"].authors == ("Ana Pérez", "Tom Reed")
    assert stories["first"].title == "Our first story"
    for mark in (
        "<em>",
        "<strong>",
        "<del>",
        "<h2>",
        "<blockquote>",
        "<ul>",
        "<ol>",
        "<table>",
        "<hr>",
        "<pre>",
    ):
        assert mark in stories["marks"].html, mark
    assert 'href="https://example.org"' in stories["marks"].html
    assert '<td align="right">1,204</td>' in stories["marks"].html
    assert "“Quotation marks”" in stories["marks"].html


def test_every_line_that_may_stand_at_the_top_is_told() -> None:
    table = "".join(re.findall(r"^\| (`.*?) \|", DOCUMENT, re.MULTILINE))
    for name in some(FrontMatter.__struct_fields__):
        assert f"`{name}`" in table, name
