"""A story's text becomes HTML: written by editors, so with headings, tables and pictures."""

from __future__ import annotations

import re

import comrak
import nh3

from piensas.markup.commonmark import draw, make_extensions
from piensas.markup.visible import clean

RENDERER = 2
"""Raised whenever the same text would give other HTML: all files count as changed then and are drawn anew."""

EXTENSIONS = make_extensions("table", "footnotes")
READING = comrak.ParseOptions()
READING.smart = True
DRAWING = comrak.RenderOptions()
DRAWING.escape = True

TAGS = set(
    "p br strong em b i del ins code pre blockquote ul ol li dl dt dd a hr h2 h3 h4 table thead tbody"
    " tr th td caption figure figcaption img sup sub cite q abbr section".split()
)
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style", "template", "noscript"},
    attributes={
        "a": {"href", "title", "id"},
        "ol": {"start"},
        "img": {"src", "alt", "width", "height"},
        "th": {"colspan", "rowspan", "scope"},
        "td": {"colspan", "rowspan"},
        "li": {"id"},
        "abbr": {"title"},
        "*": {"lang", "dir"},
    },
    tag_attribute_values={cell: {"align": {"left", "center", "right"}} for cell in ("th", "td")},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)
BLOCKS = (
    "p|ul|ol|li|dl|dt|dd|t[rdh]|thead|tbody|table|figcaption|figure|blockquote|h[1-6]|pre|hr|div|section"
    "|address|form|script|style|iframe"
)
STARTS_WITH_BLOCK = re.compile(rf"\s*</?(?:{BLOCKS}|!--)\b|\s*<!--", re.IGNORECASE)
FOREIGN_PICTURE = re.compile(r'<img\b[^>]*?\bsrc="(https?:[^"]*)"[^>]*>')
ALT = re.compile(r'\balt="([^"]*)"')
SHORTCODE = re.compile(r"\[(/?)(?:caption|gallery|audio|video|playlist|embed|wp_caption)\b[^\[\]]*\]")
HEADING = re.compile(r"<(/?)h1(?=[\s>])", re.IGNORECASE)


def render_story(text: str) -> str:
    """HTML of a story written in Markdown. The page has its own first heading: `#` becomes `##`."""
    return clean(CLEANER, lower_headings(draw(text, EXTENSIONS, READING, DRAWING)))


def render_wordpress_story(text: str) -> tuple[str, int]:
    """HTML of a WordPress post, and how many pictures kept elsewhere became links to them.

    WordPress keeps blank lines for paragraphs unless its block editor wrote them; media shortcodes
    have no meaning here and are dropped, with what they enclose kept.
    """
    cleaned = clean(CLEANER, lower_headings(paragraphs_of(SHORTCODE.sub("", text))))
    return FOREIGN_PICTURE.subn(as_link, cleaned)


def paragraphs_of(text: str) -> str:
    """Blank lines become paragraphs and line ends become breaks, except around blocks."""
    if "<!-- wp:" in text:
        return text
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return "\n".join(
        part if STARTS_WITH_BLOCK.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts
    )


def lower_headings(drawn: str) -> str:
    return HEADING.sub(r"<\1h2", drawn)


def as_link(picture: re.Match[str]) -> str:
    words = ALT.search(picture[0])
    label = words[1] if words and words[1].strip() else picture[1].rsplit("/", 1)[-1]
    return f'<a href="{picture[1]}" rel="noopener noreferrer">{label}</a>'
