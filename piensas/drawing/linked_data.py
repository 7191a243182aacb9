"""What search engines read: schema.org's NewsArticle with its Comments, as JSON-LD."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import msgspec

from piensas.drawing.language import as_iso
from piensas.markup.comment import plain_text
from piensas.model.comment import PublicComment
from piensas.model.site import Site
from piensas.model.story import Edition, Story
from piensas.model.thread import Node


def describe_story(site: Site, story: Story, edition: Edition, nodes: list[Node]) -> bytes:
    """The page's JSON-LD, safe inside a script element."""
    address = site.address + edition.address
    article = msgspec.json.encode(describe_article(site, story, edition, address))
    parts = [safe(article[:-1]), b',"comment":[']
    write_comments(nodes, address, parts.append)
    return b"".join((*parts, b"]}"))


def describe_article(site: Site, story: Story, edition: Edition, address: str) -> dict[str, Any]:
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": edition.title,
        "inLanguage": edition.language,
        "datePublished": as_iso(edition.published_at),
        "dateModified": as_iso(edition.updated_at or edition.published_at),
        "publisher": {"@type": "Organization", "name": site.name, "url": site.address},
        "author": [{"@type": "Organization", "name": name} for name in edition.authors],
        "commentCount": story.comments,
    }
    if edition.summary:
        article["description"] = edition.summary
    if edition.picture:
        article["image"] = [site.address + edition.picture]
    return article


def write_comments(nodes: Iterable[Node], address: str, write: Callable[[bytes], object]) -> None:
    """The published comments with commas between, each with its published replies inside."""
    comma = b""
    for node in nodes:
        if not node.comment.is_published:
            continue
        write(comma)
        write(describe_comment(node.comment, address))
        if node.children:
            write(b',"comment":[')
            write_comments(node.children, address, write)
            write(b"]")
        write(b"}")
        comma = b","


@lru_cache(8_192)
def describe_comment(comment: PublicComment, address: str) -> bytes:
    """A comment's JSON without the brace that closes it: its replies may follow."""
    described = {
        "@type": "Comment",
        "url": f"{address}/comments/{comment.id}",
        "author": {"@type": "Person", "name": comment.name},
        "dateCreated": as_iso(comment.written_at),
        "text": plain_text(comment.html),
        "upvoteCount": comment.ups,
        "downvoteCount": comment.downs,
    }
    return safe(msgspec.json.encode(described))[:-1]


def safe(encoded: bytes) -> bytes:
    """JSON that cannot end the script element it stands in."""
    return encoded.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
