"""A comment's text becomes safe HTML.

CommonMark with bare links, strike-through and line breaks as typed; raw HTML is shown as text;
headings become bold lines, pictures become links, and only absolute http(s) links stay links.
"""

from __future__ import annotations

import html
import re

import comrak
import nh3

from piensas.markup.visible import clean

RENDERER = 2
"""Raised whenever the same text would give other HTML; `piensas render` then redraws the rest."""

DEEPEST = 20
"""Levels of quotation and list that one line may open; the rest of its marks are text."""

REL = "nofollow ugc noopener noreferrer"
PICTURE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")? />')
HEADING = re.compile(r"<(/?)h[1-6]>")
NESTING = re.compile(rf"^(?:[ \t]*(?:>|[-+*]|\d{{1,9}}[.)])(?=[ \t>]|$)){{{DEEPEST},}}", re.MULTILINE)
OPENERS = re.compile(rf"(!?\[){{{DEEPEST},}}|[*_~]{{100,}}|`{{100,}}")
LINK = re.compile(r'<a href="')
TAG = re.compile(r"<[^>]*>")
BLOCK_END = re.compile(r"</(?:p|li|pre|blockquote)>|<br ?/?>")

EXTENSIONS = comrak.ExtensionOptions()
EXTENSIONS.autolink = True
EXTENSIONS.strikethrough = True
DRAWING = comrak.RenderOptions()
DRAWING.hardbreaks = True
DRAWING.escape = True

CLEANER = nh3.Cleaner(
    tags=set("p br strong em del code pre blockquote ul ol li a hr".split()),
    attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel=REL,
)


def render_markdown(text: str) -> str:
    """Safe HTML of a comment's Markdown, in time that grows linearly with its length."""
    flat = OPENERS.sub(as_text, NESTING.sub(as_text, text))
    drawn = comrak.render_markdown(flat, extension_options=EXTENSIONS, render_options=DRAWING)
    return clean(CLEANER, HEADING.sub(as_bold, PICTURE.sub(as_link, drawn)))


def render_html(text: str) -> str:
    """Safe HTML of a comment that another system kept as HTML with plain line breaks."""
    if "<p>" not in text and "<p " not in text:
        paragraphs = re.split(r"\n\s*\n", text.strip())
        text = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
    return clean(CLEANER, CLEANER.clean(text))  # what held a paragraph in a paragraph went the first time


def render(text: str, format: str) -> str:
    """Safe HTML of a comment's text in one of the formats that comments are kept in."""
    return render_markdown(text) if format == "markdown" else render_html(text)


def count_links(drawn: str) -> int:
    """How many links a comment's HTML has."""
    return len(LINK.findall(drawn))


def plain_text(drawn: str) -> str:
    """A comment's HTML without its marks, one line per block, for feeds and search engines."""
    lines = TAG.sub("", BLOCK_END.sub("\n", drawn)).splitlines()
    return html.unescape("\n".join(line.strip() for line in lines if line.strip()))


def as_text(marks: re.Match[str]) -> str:
    return re.sub(r"([^\s\w])", r"\\\1", marks[0])


def as_link(picture: re.Match[str]) -> str:
    address, words = picture[1], picture[2]
    return f'<a href="{address}">{words or address}</a>'


def as_bold(heading: re.Match[str]) -> str:
    return "</strong></p>" if heading[1] else "<p><strong>"
