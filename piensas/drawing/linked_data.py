"""What search engines read: schema.org's NewsArticle with its Comments, as JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from markupsafe import Markup

from piensas.drawing.language import as_iso
from piensas.markup.comment import plain_text
from piensas.model.comment import PublicComment
from piensas.model.site import Site
from piensas.model.story import Edition, Story
from piensas.model.thread import Node


def describe_story(site: Site, story: Story, edition: Edition, nodes: list[Node]) -> Markup:
    """The page's JSON-LD, safe inside a script element."""
    address = site.address + edition.address
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
    article["comment"] = [describe_node(node, address) for node in nodes if node.comment.is_published]
    safe = msgspec.json.encode(article).replace(b"<", b"\\u003c").replace(b">", b"\\u003e")
    return Markup(safe.replace(b"&", b"\\u0026").decode())  # noqa: S704  # no `<`, `>` or `&` is left in it


def describe_node(node: Node, address: str) -> dict[str, Any]:
    described = describe_comment(node.comment, address)
    replies = list(describe_replies(node.children, address))
    return described | {"comment": replies} if replies else described


def describe_replies(nodes: Iterable[Node], address: str) -> Iterable[dict[str, Any]]:
    for node in nodes:
        if node.comment.is_published:
            yield describe_node(node, address)


@lru_cache(8_192)
def describe_comment(comment: PublicComment, address: str) -> dict[str, Any]:
    return {
        "@type": "Comment",
        "url": f"{address}/comments/{comment.id}",
        "author": {"@type": "Person", "name": comment.name},
        "dateCreated": as_iso(comment.written_at),
        "text": plain_text(comment.html),
        "upvoteCount": comment.ups,
        "downvoteCount": comment.downs,
    }
