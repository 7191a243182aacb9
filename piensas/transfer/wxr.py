"""A WordPress export (WXR: RSS with WordPress' own elements) as a stream of its parts.

Only one part is in memory at a time. Reading to the end proves that the file is well-formed XML,
declares no entities, and is an export of a version that we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers.expat import errors

import msgspec
from defusedxml.ElementTree import DefusedXMLParser

Fields = dict[str, str]

OUTERMOST = ("rss", "channel")
VERSIONS = ("1.0", "1.1", "1.2")
NAMESPACE = re.compile(r"https?://wordpress\.org/export/(\d+\.\d+)/(excerpt/)?")
PREFIXES = {
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
}
BEFORE_XML = b"\xef\xbb\xbf \t\r\n"
CUT_OFF = {
    errors.codes[fault]
    for fault in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
BLOCK = 1 << 16


class NotAnExport(Exception):
    """A file that cannot be imported; line and column count from 1, and are 0 where none is at fault."""

    def __init__(self, fault: str, line: int = 0, column: int = 0) -> None:
        super().__init__(fault)
        self.fault = fault
        self.line = line
        self.column = column


class Part(msgspec.Struct):
    """One element of the channel: its text, or the texts of its elements by name, and its comments."""

    name: str
    text: str
    fields: Fields
    comments: list[Fields]


class Channel(TreeBuilder):
    """What the parser tells of, while it still stands at the place that it tells of.

    `parts` are the elements that are complete and nobody has taken yet.
    """

    def __init__(self, skipped: int) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self.versions: set[str] = set()
        self.parser = Parser(self)
        self._skipped = skipped
        self._open: list[Element] = []
        self._comments: list[Fields] = []

    @property
    def line(self) -> int:
        """Where in the file the parser is now, however much it was given and however long it waited."""
        return int(self.parser.parser.CurrentLineNumber) + self._skipped

    def start_ns(self, prefix: str, address: str) -> None:
        self.versions |= versions_of(address)

    def start(self, tag: str, attributes: Fields, /) -> Element:
        element = super().start(tag, attributes)
        self._open.append(element)
        self._require_place()
        return element

    def end(self, tag: str, /) -> Element:
        element = super().end(tag)
        self._open.pop()
        depth = len(self._open)
        if depth == 2:
            part = Part(name_of(tag), element.text or "", fields_of(element), self._comments)
            self._learn_version(part)
            self.parts.append(part)
            self._comments = []
            self._open[-1].clear()
        elif depth == 3 and name_of(tag) == "wp:comment":
            self._comments.append(fields_of(element))
            element.clear()
        return element

    def _require_place(self) -> None:
        """The outermost element is `rss`, and everything in it stands in a `channel`."""
        depth, tag = len(self._open), self._open[-1].tag
        if depth <= len(OUTERMOST) and tag != OUTERMOST[depth - 1]:
            name, wanted = tag.rpartition("}")[2], OUTERMOST[depth - 1]
            raise NotAnExport(f"This is not a WordPress export: it has <{name}>, not <{wanted}>.", self.line)

    def _learn_version(self, part: Part) -> None:
        if part.name != "wp:wxr_version":
            return
        version = part.text.strip()
        if version not in VERSIONS:
            raise NotAnExport(
                f"Version {version[:20]!r} of the format is unknown; we read 1.0 to 1.2.", self.line
            )
        self.versions.add(version)


class Parser(DefusedXMLParser):
    def __init__(self, channel: Channel) -> None:
        super().__init__(target=channel, forbid_dtd=True)
        self._channel = channel

    def defused_start_doctype_decl(self, *_: object) -> None:
        raise NotAnExport(
            "It declares a document type or entities, which no export needs.", self._channel.line
        )


def read_parts(file: BinaryIO) -> Iterator[Part]:
    """The channel's elements in their order. Raises NotAnExport, at the latest after the last one."""
    block, skipped = pass_over(file)
    channel = Channel(skipped)
    try:
        while block:
            channel.parser.feed(block)
            yield from channel.parts
            channel.parts.clear()
            block = file.read(BLOCK)
        channel.parser.close()
    except ParseError as fault:
        line, column = fault.position
        words = "it ends too early" if fault.code in CUT_OFF else str(fault).split(": line")[0]
        raise NotAnExport(f"This is not XML: {words}.", line + skipped, column + 1) from fault
    except (ValueError, LookupError) as fault:
        # Only the XML's own first words name an encoding.
        raise NotAnExport(f"Its encoding cannot be read: {fault}.", 1 + skipped) from fault
    yield from channel.parts
    if not channel.versions:
        raise NotAnExport("It does not say which version of WordPress' export format it is.")


def pass_over(file: BinaryIO) -> tuple[bytes, int]:
    """The first block that has XML in it, and how many lines stand before it.

    Editors and servers put a byte order mark and blank lines there.
    """
    skipped = 0
    while block := file.read(BLOCK):
        begun = block.lstrip(BEFORE_XML)
        skipped += block[: len(block) - len(begun)].count(b"\n")
        if begun:
            return begun, skipped
    return b"", skipped


def versions_of(address: str) -> set[str]:
    """The version that a namespace stands for, if it is one that we know."""
    found = NAMESPACE.fullmatch(address)
    return {found[1]} & set(VERSIONS) if found else set()


@lru_cache(1_000)
def name_of(tag: str) -> str:
    """An element's name with the usual prefix, whatever its file calls it and whichever version it is."""
    address, _, name = tag.rpartition("}")
    found = NAMESPACE.fullmatch(address[1:])
    if found and found[1] in VERSIONS:
        return f"excerpt:{name}" if found[2] else f"wp:{name}"
    return PREFIXES.get(address[1:], address and "?:") + name


def fields_of(element: Element) -> Fields:
    """The texts of an element's children by name; of two with the same name the first."""
    fields: Fields = {}
    for child in element:
        fields.setdefault(name_of(child.tag), text_of(child))
    return fields


def text_of(element: Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""
