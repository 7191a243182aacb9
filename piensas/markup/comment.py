"""A comment's text becomes safe HTML.

CommonMark with bare links, strike-through and line breaks as typed; raw HTML is shown as text;
headings become bold lines, pictures become links, and only absolute http(s) links stay links.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import comrak
import nh3

from piensas.markup.addresses import link_addresses
from piensas.markup.commonmark import draw, make_extensions
from piensas.markup.visible import clean
from piensas.model.wording import is_blank

RENDERER = 3
"""Raised whenever the same text would give other HTML; `piensas render` then redraws the rest."""

DEEPEST = 20
"""Levels of quotation and list that one line may open; the rest of its marks are text."""

REL = "nofollow ugc noopener noreferrer"
PICTURE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")? />')
LINK_OR_PICTURE = re.compile(rf'<a href="([^"]*)"(?: title="[^"]*")?>(.*?)</a>|{PICTURE.pattern}', re.DOTALL)
HEADING = re.compile(r"<(/?)h[1-6]>")
NESTING = re.compile(rf"^(?:[ \t]*(?:>|[-+*]|\d{{1,9}}[.)])(?=[ \t>]|$)){{{DEEPEST},}}", re.MULTILINE)
OPENERS = re.compile(rf"(!?\[){{{DEEPEST},}}|[*_~]{{100,}}|`{{100,}}")
LABEL = r"\[((?:[^\[\]\\]|\\.){1,999})\]"
LABELS = re.compile(LABEL, re.DOTALL)
DEFINITION = re.compile(LABEL + r":(\s*<?(?:https?://|www\.))?", re.DOTALL | re.IGNORECASE)
BRACKET = "\ufffe"
"""Stands for one that is shown as it is; nobody can type it."""

ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
SCHEME = re.compile(r"(?<!\w)(?:https?://|www\.)(?=\w)", re.IGNORECASE)
LINK = re.compile(r'<a href="')
TAG = re.compile(r"<[^>]*>")
BLOCK = re.compile(r"<(p|li|blockquote|pre)>")
BLOCK_END = re.compile(r"</(?:p|li|pre|blockquote)>|<br ?/?>")
LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")

EXTENSIONS = make_extensions()
READING = comrak.ParseOptions()
READING.ignore_setext = True  # a line over --- is no heading: people end a text so
DRAWING = comrak.RenderOptions()
DRAWING.hardbreaks = True
DRAWING.escape = True

CLEANER = nh3.Cleaner(
    tags=set("p br strong em del code pre blockquote ul ol li a hr".split()),
    attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
    tag_attribute_values={block: {"dir": {"auto"}} for block in ("p", "li", "blockquote", "pre")},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel=REL,
)


def render_markdown(text: str) -> str:
    """Safe HTML of a comment's Markdown, in time that grows linearly with its length."""
    typed = SCHEME.sub(lambda found: found[0].lower(), keep_idle_definitions(text))
    flat = OPENERS.sub(as_text, NESTING.sub(as_text, typed))
    drawn = draw(flat, EXTENSIONS, READING, DRAWING).replace(BRACKET, "[")
    safe = clean(CLEANER, HEADING.sub(as_bold, LINK_OR_PICTURE.sub(as_link, drawn)))
    return turn_each(safe)


def keep_idle_definitions(text: str) -> str:
    """`[Update]: we have won` defines a link for CommonMark, and is gone; here it does so only where it has
    an address and something refers to it."""
    definitions = list(DEFINITION.finditer(text))
    if not definitions:
        return text
    rest = DEFINITION.sub(lambda each: " " if each[2] else each[0], text)
    used = {plain_label(each[1]) for each in LABELS.finditer(rest)}
    defined = {plain_label(each[1]) for each in definitions if each[2]} & used
    return DEFINITION.sub(
        lambda each: each[0] if plain_label(each[1]) in defined else BRACKET + each[0][1:], text
    )


def plain_label(label: str) -> str:
    """As CommonMark compares them (4.7)."""
    return " ".join(label.casefold().split())


def render_html(text: str) -> str:
    """Safe HTML of a comment that another system kept as HTML with plain line breaks."""
    if "<p>" not in text and "<p " not in text:
        paragraphs = re.split(r"\n\s*\n", text.strip())
        text = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
    twice = clean(CLEANER, CLEANER.clean(text))  # what held a paragraph in a paragraph went the first time
    return turn_each(twice)


def turn_each(drawn: str) -> str:
    """Each paragraph, point and quotation runs as its own first letter does, where any runs to the left."""
    return BLOCK.sub(r'<\1 dir="auto">', drawn) if LEFTWARDS.search(drawn) else drawn


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


def is_nothing(drawn: str) -> bool:
    """There are no words in it: marks of lists and quotations, a line, an empty block of code."""
    return is_blank(plain_text(drawn))


def as_text(marks: re.Match[str]) -> str:
    return re.sub(r"([^\s\w])", r"\\\1", marks[0])


def as_link(found: re.Match[str]) -> str:
    address, inner, picture, words = found.groups()
    if picture is not None:
        return link_of(picture, words)
    return link_of(address, PICTURE.sub(r"\2", inner))


def link_of(address: str, inner: str) -> str:
    """A link to what may be linked to; of all else the address is shown, unless the words are it."""
    words = html.unescape(TAG.sub("", inner))
    if ADDRESS.fullmatch(words) and unquote(html.unescape(address)).endswith(unquote(words)):
        return link_addresses(words)
    if ADDRESS.match(address):
        there = address if address[:4].lower() == "http" else f"https://{address}"
        return f'<a href="{there}">{address if is_blank(words) else inner}</a>'
    shown = unquote(address.removeprefix("mailto:"))
    return inner if shown in ("", words) else f"{inner} ({shown})"


def as_bold(heading: re.Match[str]) -> str:
    return "</strong></p>" if heading[1] else "<p><strong>"
