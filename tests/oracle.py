"""The oracle of the hostile tests: what a browser would make of an answer must be what we allow.

Everything is parsed again by html5lib, as browsers parse, and looked at node by node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import html5lib
from defusedxml.ElementTree import fromstring

from piensas.markup.comment import CLEANER
from tests.some import some

Element = ElementTree.Element
ATOM = "{http://www.w3.org/2005/Atom}"
REL = "nofollow ugc noopener noreferrer"
TEXT_TAGS = frozenset("p br strong em del code pre blockquote ul ol li a hr".split())
TEXT_ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}} | {
    block: {"dir"} for block in ("p", "li", "blockquote", "pre")
}
PAGE_TAGS = TEXT_TAGS | frozenset(
    "html head meta title link script body header main footer section article nav h1 h2 h3 h4 div span bdi"
    " time form fieldset legend input textarea label button figure figcaption img small template b i ins dl"
    " dt dd table thead tbody tr th td caption sup sub cite q abbr".split()
)
ADDRESSES = frozenset("href src action formaction poster data cite background".split())
FORBIDDEN = re.compile(r"on|style$|srcdoc$|srcset$|xlink|xmlns")


def require_safe_html(html: str) -> None:
    """A comment's HTML: allowed marks only, the same after another cleaning and another parsing."""
    assert CLEANER.clean(html) == html, f"not stable: {html!r}"
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    require_safe_text(tree)
    again = html5lib.parseFragment(serialize(tree), namespaceHTMLElements=False)
    assert serialize(again) == serialize(tree), f"another tree when parsed again: {html!r}"


def require_safe_text(around: Element) -> None:
    """Below `around` there is only what a comment may hold."""
    for element in list_below(around):  # may be none: text without marks
        assert element.tag in TEXT_TAGS, f"<{element.tag}> in a comment"
        allowed = TEXT_ATTRIBUTES.get(str(element.tag), set())
        assert set(element.attrib) <= allowed, f"{element.attrib} on <{element.tag}>"
        assert element.get("dir", "auto") == "auto"
        if "href" in element.attrib:
            require_readers_link(element)


def require_readers_link(link: Element) -> None:
    """A link that a reader made: absolute, http or https, and nobody vouches for it."""
    address = link.get("href", "")
    parts = urlsplit(address)
    assert parts.scheme in ("http", "https"), f"a link to {address!r}"
    assert re.match(r"https?://[^/]", address, re.IGNORECASE), f"a link to {address!r}"
    assert link.get("rel") == REL, f"rel={link.get('rel')!r}"


def require_safe_page(page: str) -> Element:
    """The page's tree: no element, attribute, address or script that our templates do not write."""
    tree: Element = html5lib.parse(page, namespaceHTMLElements=False)
    for element in some(tree.iter()):
        assert element.tag in PAGE_TAGS, f"<{element.tag}>"
        for name, value in element.attrib.items():
            require_safe_attribute(str(element.tag), name, value)
        if element.tag == "script":
            require_own_script(element)
    for comment in list_comments(tree):
        for text in find_all(comment, "div", "text"):
            require_safe_text(text)
    for link in list_authors_links(tree):
        require_readers_link(link)
    return tree


def list_authors_links(tree: Element) -> list[Element]:
    """To the websites that authors say are theirs."""
    return [
        link
        for comment in list_comments(tree)
        for by in find_all(comment, "p", "by")
        for link in by.iter("a")
    ]


def require_safe_attribute(tag: str, name: str, value: str) -> None:
    assert not FORBIDDEN.match(name), f"{name}={value!r} on <{tag}>"
    if name == "formaction":
        assert re.fullmatch(r"/(stories|signin|signout)[\w/?=&-]*", value), f"{name}={value!r} on <{tag}>"
    if name in ADDRESSES:
        assert scheme_of(value) in ("", "http", "https", "mailto"), f"{name}={value!r} on <{tag}>"


def scheme_of(address: str) -> str:
    """What browsers take for the scheme: they overlook blanks and control characters."""
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", re.sub(r"[\x00-\x20\x7f-\xa0]", "", address))
    return found[1].lower() if found else ""


def require_own_script(script: Element) -> None:
    """Our own file, or data that is JSON and has no mark in it that could end it."""
    if script.get("type") == "application/ld+json":
        data = script.text or ""
        assert "<" not in data, "data that can close its script"
        assert json.loads(data)["@type"] == "NewsArticle"
    else:
        assert re.match(r"/static/[^/]+/piensas\.js$", script.get("src", "")), script.attrib
        assert not script.text


def require_safe_feed(feed: bytes) -> list[tuple[str, str]]:
    """(author, title) of the entries of a feed that is well-formed, with safe HTML in it."""
    tree = fromstring(feed)
    for content in tree.iter(f"{ATOM}content"):  # may be none: nobody has said anything
        assert content.get("type") == "html"
        require_safe_html(content.text or "")
    for link in some(tree.iter(f"{ATOM}link")):
        assert urlsplit(link.get("href", "")).scheme in ("http", "https")
    entries = tree.findall(f"{ATOM}entry")
    return [
        (entry.findtext(f"{ATOM}author/{ATOM}name", ""), entry.findtext(f"{ATOM}title", ""))
        for entry in entries
    ]


def require_safe_thread(comments: Iterable[dict[str, Any]]) -> None:
    """The discussion as programs read it."""
    for comment in comments:  # may be none: nobody has answered
        require_safe_html(comment["html"])
        assert comment["website"] == "" or urlsplit(comment["website"]).scheme in ("http", "https")
        require_safe_thread(comment.get("replies", []))


def names_by_comment(tree: Element) -> dict[str, str]:
    """The author of every comment on a page as its reader sees it: text, within at most one link."""
    names = {}
    for comment in some(list_comments(tree)):
        (by,) = find_all(comment, "p", "by")
        assert [element.tag for element in list_below(by)] in (["bdi"], ["bdi", "a"])
        names[comment.get("data-id", "")] = "".join(by.itertext())
    return names


def list_comments(tree: Element) -> list[Element]:
    return [element for element in find_all(tree, "article", "comment") if "gone" not in classes_of(element)]


def find_all(tree: Element, tag: str, name: str) -> Iterator[Element]:
    return (element for element in tree.iter(tag) if name in classes_of(element))


def classes_of(element: Element) -> list[str]:
    return element.get("class", "").split()


def list_below(element: Element) -> list[Element]:
    return [each for each in element.iter() if each is not element]


def text_of(tree: Element, tag: str, **attributes: str) -> list[str]:
    """What the elements with these attributes say."""
    wanted = attributes.items()
    return ["".join(each.itertext()) for each in tree.iter(tag) if wanted <= each.attrib.items()]


def serialize(tree: Element) -> str:
    return str(html5lib.serialize(tree, omit_optional_tags=False, quote_attr_values="always"))
