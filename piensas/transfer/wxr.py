"""A WordPress export (WXR: RSS with WordPress' own elements) as a stream of its parts.

Only one part is in memory at a time. Reading to the end proves that the file is well-formed XML,
declares no entities, and is an export of a version that we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import errors

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

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
HEAD = 1_000


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


class Lines:
    """A file as the parser reads it, from the beginning of the XML: its head line by line, then in blocks.

    What editors and servers put before the XML (a byte order mark, blank lines) is passed over.
    `number` is the line at which the latest reading began: what we refuse ourselves stands in the head.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begun = False
        self._ended = 0
        self.number = 0
        self.skipped = 0

    def read(self, _: int = -1) -> bytes:
        block = self._next()
        if self._begun:
            return block
        while block and not block.strip(BEFORE_XML):
            self.skipped += 1
            block = self._next()
        self._begun = True
        return block.lstrip(BEFORE_XML)

    def _next(self) -> bytes:
        self.number = self._ended + 1
        block = self._file.readline(BLOCK) if self.number <= HEAD else self._file.read(BLOCK)
        self._ended += block.count(b"\n")
        return block


def read_parts(file: BinaryIO) -> Iterator[Part]:
    """The channel's elements in their order. Raises NotAnExport, at the latest after the last one."""
    lines = Lines(file)
    try:
        yield from read_channel(lines)
    except ParseError as fault:
        line, column = fault.position
        words = "it ends too early" if fault.code in CUT_OFF else str(fault).split(": line")[0]
        raise NotAnExport(f"This is not XML: {words}.", line + lines.skipped, column + 1) from fault
    except DefusedXmlException as fault:
        raise NotAnExport(
            "It declares a document type or entities, which no export needs.", lines.number
        ) from fault
    except (ValueError, LookupError) as fault:
        raise NotAnExport(f"Its encoding cannot be read: {fault}.", lines.number) from fault


def read_channel(lines: Lines) -> Iterator[Part]:
    open_elements: list[Element] = []
    comments: list[Fields] = []
    versions: set[str] = set()
    for event, element in iterparse(lines, ("start-ns", "start", "end"), forbid_dtd=True):
        if event == "start-ns":
            versions |= versions_of(element[1])
            continue
        if event == "start":
            open_elements.append(element)
            require_place(open_elements, lines.number)
            continue

        open_elements.pop()
        depth = len(open_elements)
        if depth == 2:
            part = Part(name_of(element.tag), element.text or "", fields_of(element), comments)
            versions |= version_in(part, lines.number)
            yield part
            comments = []
            open_elements[-1].clear()
        elif depth == 3 and name_of(element.tag) == "wp:comment":
            comments.append(fields_of(element))
            element.clear()
    if not versions:
        raise NotAnExport("It does not say which version of WordPress' export format it is.")


def require_place(open_elements: list[Element], line: int) -> None:
    """The outermost element is `rss`, and everything in it stands in a `channel`."""
    depth, tag = len(open_elements), open_elements[-1].tag
    if depth <= len(OUTERMOST) and tag != OUTERMOST[depth - 1]:
        name, wanted = tag.rpartition("}")[2], OUTERMOST[depth - 1]
        raise NotAnExport(f"This is not a WordPress export: it has <{name}>, not <{wanted}>.", line)


def versions_of(address: str) -> set[str]:
    """The version that a namespace stands for, if it is one that we know."""
    found = NAMESPACE.fullmatch(address)
    return {found[1]} & set(VERSIONS) if found else set()


def version_in(part: Part, line: int) -> set[str]:
    if part.name != "wp:wxr_version":
        return set()
    version = part.text.strip()
    if version not in VERSIONS:
        raise NotAnExport(f"Version {version[:20]!r} of the format is unknown; we read 1.0 to 1.2.", line)
    return {version}


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
