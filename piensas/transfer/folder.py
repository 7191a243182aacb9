"""A folder of Markdown files: `flight.en.md` and `flight.es.md` are two editions of one story."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import Meta, Struct

from piensas.markup.story import RENDERER, render_story
from piensas.model.story import Manuscript
from piensas.model.wording import tidy_text

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
NAME = re.compile(r"(?P<key>.+?)(?:\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.md")
TIMES = ("published", "updated")
LONGEST_SHOWN = 60
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
A_TIME = "a date, or a date and a time, such as 2026-09-20 or 2026-09-20 08:30"
NAMES = "names, such as [Ana Pérez, Tom Reed]"
WANTED = {
    "title": "words, 500 letters of them at most",
    "published": A_TIME,
    "updated": A_TIME,
    "slug": "small letters and digits with a single - between words, such as harbour-opens",
    "authors": NAMES,
    "sources": NAMES,
    "summary": "words, 2,000 letters of them at most",
    "discussion": "open, closed or off",
    "key": "words, 200 letters of them at most",
    "draft": "true or false",
}
"""What the lines at the top have to be; all others are any words."""

PICTURE = re.compile(r'(<img src=")(?![a-z]+:|/)')


class BrokenFile(Exception):
    """A file that cannot be published. `line` counts from 1; 0 is the file as a whole."""

    def __init__(self, file: Path, line: int, fault: str) -> None:
        super().__init__(f"{file}:{line}: {fault}" if line else f"{file}: {fault}")
        self.file = file
        self.line = line
        self.fault = fault

    @property
    def names(self) -> tuple[str, str]:
        """The key and the language that the file would have, by its name; the language may be empty."""
        name = NAME.fullmatch(self.file.name)
        return (name["key"], name["language"] or "") if name else ("", "")


class FrontMatter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands between the `---` lines at the top of a file."""

    title: Annotated[str, Meta(min_length=1, max_length=500)]
    published: datetime
    slug: Annotated[str, Meta(pattern=SLUG, max_length=200)] | None = None
    language: str | None = None
    authors: tuple[str, ...] | str = ()
    updated: datetime | None = None
    summary: Annotated[str, Meta(max_length=2_000)] = ""
    sources: tuple[str, ...] | str = ()
    picture: str = ""
    picture_alt: str = ""
    picture_caption: str = ""
    discussion: Literal["open", "closed", "off"] | None = None
    key: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    draft: bool = False


def list_story_files(folder: Path) -> list[Path]:
    """The folder's Markdown files, without those whose names begin with a dot or underscore."""
    return sorted(file for file in folder.glob("*.md") if file.name[0] not in "._")


def read_manuscript(file: Path, languages: tuple[str, ...], zone: tzinfo = UTC) -> Manuscript:
    """The file as an edition to be published; raises BrokenFile. `zone` is that of times that name none."""
    source = read_source(file)
    found = FRONT_MATTER.match(source)
    if found is None:
        raise BrokenFile(file, 1, "The file must begin with front matter between two lines of ---.")
    matter = read_matter(file, found[1])
    name = NAME.fullmatch(file.name)
    assert name is not None
    language = matter.language or name["language"] or languages[0]
    if language not in languages:
        raise BrokenFile(
            file, line_of(found[1], "language"), f"{language!r} is not one of the site's languages."
        )

    if matter.picture and not matter.picture_alt:
        raise BrokenFile(
            file, line_of(found[1], "picture"), "A picture needs picture_alt: what it shows, in words."
        )
    if matter.picture and not (file.parent / matter.picture).is_file():
        raise BrokenFile(file, line_of(found[1], "picture"), f"There is no picture {matter.picture!r}.")
    return Manuscript(
        key=matter.key or name["key"],
        language=language,
        slug=matter.slug or slug_of(name["key"]),
        title=" ".join(matter.title.split()),
        html=PICTURE.sub(r"\1/pictures/", render_story(source[found.end() :])),
        published_at=as_millis(matter.published, zone),
        updated_at=as_millis(matter.updated, zone) if matter.updated else None,
        summary=" ".join(matter.summary.split()),
        authors=as_tuple(matter.authors),
        sources=as_tuple(matter.sources),
        picture=f"/pictures/{matter.picture}" if matter.picture else "",
        picture_alt=matter.picture_alt,
        picture_caption=matter.picture_caption,
        discussion=matter.discussion,
        fingerprint=print_of(source, matter, zone),
        origin="file",
        is_draft=matter.draft,
    )


def read_source(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig").replace("\r\n", "\n").replace("\x00", "")
    except UnicodeDecodeError as fault:
        line = file.read_bytes()[: fault.start].count(b"\n") + 1
        raise BrokenFile(file, line, "This is not UTF-8.") from fault
    except OSError as fault:
        raise BrokenFile(file, 0, fault.strerror or "It cannot be read.") from fault


def read_matter(file: Path, text: str) -> FrontMatter:
    try:
        fields = yaml.load(text, yaml.BaseLoader)  # noqa: S506  # makes strings, lists and dicts only
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 2 if fault.problem_mark else 1
        words = f"The front matter is not YAML: {fault.problem}.{hint_of(fault)}"
        raise BrokenFile(file, line, words) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise BrokenFile(file, 1, f"The front matter is not YAML: {fault}.") from fault
    fields = without_controls(fields)
    if isinstance(fields, dict):
        fields = {name: as_datetime(value) if name in TIMES else value for name, value in fields.items()}
    try:
        return msgspec.convert(fields, FrontMatter, strict=False)
    except msgspec.ValidationError as fault:
        raise BrokenFile(file, *explain(text, fields, fault)) from fault


def explain(text: str, fields: Any, fault: msgspec.ValidationError) -> tuple[int, str]:
    """The line that a fault is about, and what is wrong there."""
    words = str(fault)
    named = re.search(r"`\$\.(\w+)", words) or re.search(r"field `(\w+)`", words)
    if named is None:
        return 1, "The front matter must be a list of `name: value` lines."
    if "unknown field" in words:
        near = get_close_matches(named[1], FrontMatter.__struct_fields__, 1)
        hint = f" Is it {near[0]!r}?" if near else ""
        return line_of(text, named[1]), f"There is no field {named[1]!r}.{hint}"
    if "missing required" in words:
        return 1, f"The field {named[1]!r} is missing."
    wanted = WANTED.get(named[1], "words")
    return line_of(text, named[1]), f"{named[1]} is {show(fields[named[1]])}, and has to be {wanted}."


def show(value: Any) -> str:
    words = repr(str(value)) if isinstance(value, datetime) else repr(value)
    return words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}…"


def hint_of(fault: yaml.MarkedYAMLError) -> str:
    """For what people meet: a title with a colon in it."""
    is_colon = fault.problem is not None and fault.problem.startswith("mapping values are not allowed")
    return ' Words with a ": " in them stand in quotation marks.' if is_colon else ""


def line_of(text: str, field: str) -> int:
    """The line of the file on which a field of its front matter stands; the file's first is `---`."""
    for number, line in enumerate(text.splitlines(), start=2):
        if re.match(rf"{re.escape(field)}\s*:", line):
            return number
    return 1


def slug_of(key: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
    return plain or "story"


def as_tuple(names: tuple[str, ...] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def without_controls(value: Any) -> Any:
    """YAML's escapes can write letters that no page, feed or database takes."""
    if isinstance(value, dict):
        return {without_controls(name): without_controls(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_controls(each) for each in value]
    return tidy_text(value) if isinstance(value, str) else value


def as_datetime(value: Any) -> Any:
    """A time as ISO 8601 writes it; a date alone is its midnight. What is no time stays as it is."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def as_millis(when: datetime, zone: tzinfo = UTC) -> int:
    """Milliseconds since 1970; a time without a zone is in `zone`.

    Of an hour that there is twice it is the first; one that clocks skip is an hour later (PEP 495).
    """
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    return max(int(when.timestamp() * 1_000), 0)


def print_of(source: str, matter: FrontMatter, zone: tzinfo) -> str:
    """Differs as soon as the file says something else, also because the site's zone is another, or is drawn
    otherwise."""
    print_ = hashlib.sha256(f"{RENDERER} {source}".encode())
    if str(zone) != "UTC" and any(
        when and when.tzinfo is None for when in (matter.published, matter.updated)
    ):
        print_.update(str(zone).encode())
    return print_.hexdigest()


def list_manuscripts(
    folder: Path, languages: tuple[str, ...], zone: tzinfo
) -> Iterator[Manuscript | BrokenFile]:
    """Every file of the folder as what it says or what is wrong with it."""
    for file in list_story_files(folder):
        try:
            yield read_manuscript(file, languages, zone)
        except BrokenFile as broken:
            yield broken
