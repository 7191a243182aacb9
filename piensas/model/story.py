"""A story, its editions (one per language) and the places it is known by."""

from __future__ import annotations

from typing import Literal

import msgspec

READ = "read"
"""In the place of a fingerprint: the title of a page elsewhere is what the page itself says."""

Discussion = Literal["open", "closed", "off"]
Origin = Literal["file", "import", "page"]
"""Where an edition comes from: a file of the folder, another system's export, a first visit elsewhere."""

Stage = Literal["published", "embargoed", "draft", "retired"]
"""An edition is out; waits for its time; waits for its editor; was taken off."""


class Story(msgspec.Struct, frozen=True):
    """A page that readers discuss. Its counters are kept in the transactions that change them.

    `published_at` is in milliseconds since 1970; `comments` counts published comments, `roots` the
    top-level places of the thread, `mentions` published pages elsewhere that link to it; `revision` grows
    with every change that the public can see.
    """

    site_id: int
    id: int
    key: str
    discussion: Discussion
    published_at: int
    revision: int
    comments: int
    roots: int
    mentions: int = 0


class Edition(msgspec.Struct, frozen=True):
    """A story in one language, as the editor gave it and as it is shown.

    `page` is the address of the page elsewhere under which it is discussed, empty for our own.
    """

    site_id: int
    story_id: int
    language: str
    slug: str
    title: str
    summary: str
    html: str
    authors: tuple[str, ...]
    sources: tuple[str, ...]
    picture: str
    picture_alt: str
    picture_caption: str
    published_at: int
    updated_at: int | None
    fingerprint: str
    page: str = ""
    origin: Origin = "import"
    stage: Stage = "published"

    @property
    def live(self) -> bool:
        """Everybody may read it."""
        return self.stage == "published"

    @property
    def address(self) -> str:
        """The path of the page on this site."""
        return f"/{self.language}/{self.slug}"


class Headline(msgspec.Struct, frozen=True):
    """A story as a list of stories shows it."""

    story_id: int
    revision: int
    comments: int
    discussion: Discussion
    language: str
    slug: str
    title: str
    summary: str
    authors: tuple[str, ...]
    picture: str
    picture_alt: str
    published_at: int
    updated_at: int | None

    @property
    def address(self) -> str:
        return f"/{self.language}/{self.slug}"


class Manuscript(msgspec.Struct, frozen=True, kw_only=True):
    """An edition that wants to be published: what a file or an export says, checked.

    `key` ties the editions of one story together; `addresses` are further paths (with their query)
    by which it has been known. A draft is published by nobody but its editor, whatever its time.
    """

    key: str
    language: str
    slug: str
    title: str
    html: str
    published_at: int
    summary: str = ""
    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    picture: str = ""
    picture_alt: str = ""
    picture_caption: str = ""
    updated_at: int | None = None
    discussion: Discussion | None = None
    fingerprint: str = ""
    page: str = ""
    addresses: tuple[str, ...] = ()
    origin: Origin = "import"
    is_draft: bool = False
