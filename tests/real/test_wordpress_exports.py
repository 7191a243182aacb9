"""Real exports from the folder that PIENSAS_REAL_DATA names: each is imported whole or refused by name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from piensas.cli import main
from piensas.store.checks import list_miscounts
from piensas.store.database import Database
from piensas.store.everything import list_everything

FOLDER = Path(os.environ.get("PIENSAS_REAL_DATA", ""))
SOURCES = ("wxr-theme-unit-test/*.xml", "wxr-wordpress-importer/*.xml", "import-isso/wordpress.xml")
SOURCES += ("import-remark42/wordpress-*.xml",)


class Came(NamedTuple):
    """How many stories and comments came over; the rest was left out by name."""

    stories: int
    comments: int


class Refused(NamedTuple):
    """Words of the refusal."""

    why: str


EXPECTED: dict[str, Came | Refused] = {
    "wxr-theme-unit-test/theme-preview.xml": Came(7, 2),
    "wxr-theme-unit-test/themeunittestdata.wordpress.xml": Came(48, 22),
    "wxr-wordpress-importer/cdata-edge.xml": Came(1, 0),
    "wxr-wordpress-importer/crazy-cdata.xml": Refused("xml:18:72: This is not XML: not well-formed"),
    "wxr-wordpress-importer/invalid-version-tag.xml": Refused(
        "xml:33: Version 'abc' of the format is unknown"
    ),
    "wxr-wordpress-importer/malformed-simple.xml": Refused("xml:14:1: This is not XML: it ends too early"),
    "wxr-wordpress-importer/malformed.xml": Refused("it has <notachanneltag>, not <channel>"),
    "wxr-wordpress-importer/missing-tags.xml": Came(1, 0),
    "wxr-wordpress-importer/namespace-edge-cases.xml": Came(5, 0),
    "wxr-wordpress-importer/small-export.xml": Came(5, 1),
    "wxr-wordpress-importer/test-serialized-comment-meta.xml": Came(0, 0),
    "wxr-wordpress-importer/valid-wxr-1.0.xml": Came(3, 1),
    "wxr-wordpress-importer/valid-wxr-1.1.xml": Came(1, 1),
    "wxr-wordpress-importer/wxr-utf-8-challenges.xml": Came(1, 0),
    "import-isso/wordpress.xml": Came(1, 7),
    "import-remark42/wordpress-0.xml": Came(1, 3),
    "import-remark42/wordpress-1.xml": Refused("it has <channel>, not <rss>"),
}
FILES = sorted(file.relative_to(FOLDER).as_posix() for source in SOURCES for file in FOLDER.glob(source))


def test_the_folder_of_real_exports_is_the_one_we_know() -> None:
    assert sorted(EXPECTED) == FILES, "Set PIENSAS_REAL_DATA to the folder of real exports."


@pytest.mark.parametrize("name", FILES)
def test_a_real_export_comes_over_whole_and_once_or_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("piensas.toml").write_text('[database]\nurl = "sqlite:///piensas.db"\n')
    expected = EXPECTED[name]
    result = bring(name)
    if isinstance(expected, Refused):
        assert (result.exit_code, read_everything()) == (1, [])
        assert expected.why in result.output
        return

    assert result.exit_code == 0, result.output
    came = read_everything()
    kinds = [kind for kind, _ in came]
    assert Came(kinds.count("story"), kinds.count("comment")) == expected
    assert sums(result, "in the file") == count_by_reading(FOLDER / name)
    assert sums(result, "new") == expected
    left_out = tuple(all - new for all, new in zip(sums(result, "in the file"), expected, strict=True))
    assert sums(result, "left out") == left_out

    again = bring(name)
    assert sums(again, "new") == (0, 0)
    assert sums(again, "already here") == expected
    assert read_everything() == came


def bring(name: str) -> Result:
    return CliRunner().invoke(main, ["import", "wordpress", str(FOLDER / name)])


def read_everything() -> list[tuple[str, dict[str, object]]]:
    def read(connection: Connection) -> list[tuple[str, dict[str, object]]]:
        assert list_miscounts(connection, 1) == []
        return list(list_everything(connection, 1))

    if not Path("piensas.db").exists():
        return []
    db = Database("sqlite:///piensas.db")
    try:
        return db.ask(read)
    finally:
        db.close()


def sums(result: Result, row: str) -> tuple[int, int]:
    """(items, comments) of a row of the report."""
    line = next(line for line in result.output.splitlines() if line.startswith(f"│ {row} "))
    _, _, items, comments, _ = line.split("│")
    return int(items), int(comments)


def count_by_reading(file: Path) -> tuple[int, int]:
    """(items, comments) as somebody would count them who knows nothing of XML but comments and CDATA."""
    text = re.sub(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->", "", file.read_text("utf-8"), flags=re.DOTALL)
    return len(re.findall(r"<item[\s>]", text)), len(re.findall(r"<wp:comment[\s>]", text))
