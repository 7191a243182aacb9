"""What the documents tell people to paste, taken out of the documents."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.some import some

HOME = Path(__file__).parent.parent.parent
SITES = Path(__file__).parent / "sites"
BLOCK = re.compile(r"```(\w*)\n(.*?)```\n", re.DOTALL)
COMMENTS = "https://comments.example"


def read_section(document: str, heading: str) -> str:
    text = (HOME / "docs" / document).read_text("utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/{document} has no section {heading}"
    return found[1]


def list_snippets(heading: str) -> dict[str, str]:
    """The snippets of a section by the file that each goes into: the first that is named before it."""
    parts = BLOCK.split(read_section("snippets.md", heading))
    files = [re.findall(r"`([^`\s]+\.\w+)`", words)[0] for words in parts[:-1:3]]
    return dict(zip(files, parts[2::3], strict=True))


def list_named(heading: str) -> list[str]:
    """What a section names beside its snippets: files, settings, calls."""
    prose = BLOCK.sub("", read_section("snippets.md", heading))
    return re.findall(r"`([^`]+)`", prose)


def read_count(heading: str) -> str:
    """The line that a list of this generator has in its loop."""
    section = read_section("snippets.md", "Lists")
    found = re.search(rf"^\| {re.escape(heading)} \| `+(.*?)`+ \|$", section, re.MULTILINE)
    return found[1].replace(r"\|", "|") if found else ""


def read_count_script() -> str:
    return BLOCK.split(read_section("snippets.md", "Lists"))[2].strip()


def lay_out(kind: str, heading: str, folder: Path, words: dict[str, str]) -> None:
    """A small site in `folder` with the documented snippets in it: a file that the site has already takes
    its snippet where it says DOCUMENTED; the others are new."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SITES / kind, folder)
    for file, snippet in some(list_snippets(heading).items()):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = path.read_text("utf-8") if path.exists() else "DOCUMENTED"
        assert "DOCUMENTED" in frame, f"{path} has no place for its snippet"
        path.write_text(frame.replace("DOCUMENTED", snippet.strip("\n") + "\n"), "utf-8")
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        fill_in(path, {"COUNT_SCRIPT": read_count_script(), "COUNT": read_count(heading)} | words)


def fill_in(path: Path, words: dict[str, str]) -> None:
    """Replaces each word in a file, one after the other."""
    text = path.read_text("utf-8")
    for word, replacement in words.items():
        text = text.replace(word, replacement)
    path.write_text(text, "utf-8")
