"""A page elsewhere that says to link to a story (W3C Webmention)."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import msgspec

from piensas.model.elsewhere import LONGEST_PAGE, read_page
from piensas.model.moment import time_of
from piensas.model.refusals import Malformed
from piensas.model.site import Site

MentionStatus = Literal["waiting", "held", "published", "rejected"]


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is the page that links to `target`, an address of the story. It is `waiting` until we have
    seen the link ourselves."""

    site_id: int
    story_id: int
    source: str
    id: int
    target: str
    title: str = ""
    status: MentionStatus = "waiting"

    @property
    def seen_at(self) -> int:
        """Milliseconds since 1970 at which we were told of it."""
        return time_of(self.id)

    @property
    def host(self) -> str:
        """Where the page is, as readers know it."""
        return (urlsplit(self.source).hostname or "").removeprefix("www.")


def read_source(source: str, target: str) -> str:
    """The address of a page that may be asked about, checked; not the target itself."""
    read_page(source)
    if source == target:
        raise Malformed("source and target are the same")
    return source


def read_target(target: str, site: Site) -> str:
    """The path of the story that is meant; a comment's address means its story's."""
    start = f"{site.address}/"
    if len(target) > LONGEST_PAGE or not target.startswith(start) or not target.isprintable():
        raise Malformed("target must be a page of this site")
    path = target.removeprefix(site.address).partition("#")[0].partition("?")[0]
    return path.partition("/comments/")[0].rstrip("/")
