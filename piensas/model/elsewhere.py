"""Pages of other sites under which we are embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from piensas.model.draft import SPARE
from piensas.model.host import is_host
from piensas.model.refusals import Malformed, OriginUnknown
from piensas.model.site import Site
from piensas.model.story import Manuscript
from piensas.model.wording import is_blank, tidy_line

LONGEST_PAGE = 1_000
LONGEST_TITLE = 300
LONGEST_NAME = 200
CAMPAIGNS = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid")
PORTS = {"http": 80, "https": 443}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The discussion of which page is wanted. `story` is the name that the page itself gives it, by which
    it is known whatever the page's address; `origin` is the page's (RFC 6454)."""

    page: str
    origin: str
    language: str
    story: str = ""

    @property
    def alias(self) -> str:
        """By what the edition is looked up."""
        return alias_of(self.origin, self.language, self.story) if self.story else self.page

    @property
    def key(self) -> str:
        """By what the editions of one story are tied together."""
        return f"story:{self.origin}/{self.story}" if self.story else f"page:{self.page}"


def read_wish(page: str, story: str, language: str, site: Site, origins: Collection[str]) -> Wish:
    """What a page asks for, checked: only pages of registered origins are known."""
    plain, origin = read_page(page)
    if origin not in origins:
        raise OriginUnknown(origin)
    name = tidy_line(story[: SPARE * LONGEST_NAME])
    if len(name) > LONGEST_NAME or len(story) > SPARE * LONGEST_NAME:
        raise Malformed(f"story has more than {LONGEST_NAME} characters")
    return Wish(page=plain, origin=origin, language=choose_language(language, site), story=name)


def read_page(page: str) -> tuple[str, str]:
    """A page's address without what does not name it (fragment, campaigns), and its origin."""
    if len(page) > LONGEST_PAGE or not page.isprintable() or any(each.isspace() for each in page):
        raise Malformed("page must be the address of a page")
    try:
        parts = urlsplit(page)
        port = parts.port
    except ValueError as fault:
        raise Malformed("page must be the address of a page") from fault
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in PORTS or not is_host(host) or port == 0 or parts.username is not None:
        raise Malformed("page must be an http or https address")
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port and port != PORTS[scheme] else ""
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.startswith(CAMPAIGNS)]
    return urlunsplit((scheme, place, parts.path or "/", urlencode(query), "")), f"{scheme}://{place}"


def alias_of(origin: str, language: str, story: str) -> str:
    """By what the edition of a discussion is looked up that a page gives a name."""
    return f"story:{origin}/{language}/{story}"


def list_aliases(page: str, story: str, site: Site) -> tuple[str, ...]:
    """How a discussion may be known: by its page, or the name that this gives it; no page is by nothing."""
    try:
        if not story:
            return list_spellings(page, site)
        _, origin = read_page(page)
    except Malformed:
        return ()
    return tuple(alias_of(origin, language, tidy_line(story)) for language in site.languages)


def list_spellings(address: str, site: Site) -> tuple[str, ...]:
    """How a page may be known: elsewhere by its whole address, on our own site also by its path."""
    whole = site.address + address if address.startswith("/") else address
    plain, origin = read_page(whole)
    if origin != site.address:
        return (plain,)
    return plain.removeprefix(origin).rstrip("/") or "/", plain


def choose_language(wanted: str, site: Site) -> str:
    """The site's language that is nearest to a page's: "es" for "es-MX", its first for a foreign one."""
    codes = (wanted, wanted.partition("-")[0].lower())
    return next((code for code in codes if code in site.languages), site.language)


def manuscript_of(wish: Wish, title: str, now: int) -> Manuscript:
    """The story of a page that is visited for the first time. Its text stays where it is."""
    name = hashlib.blake2b(f"{wish.key} {wish.language}".encode(), digest_size=8).hexdigest()
    return Manuscript(
        key=wish.key,
        language=wish.language,
        slug=f"d-{name}",
        title=tidy_title(title, wish.page),
        html="",
        published_at=now,
        page=wish.page,
        addresses=(wish.alias,),
        origin="page",
    )


def tidy_title(title: str, page: str) -> str:
    """What a page is called, on one line; its address where that says nothing."""
    tidy = tidy_line(title[: SPARE * LONGEST_TITLE])[:LONGEST_TITLE]
    return page if is_blank(tidy) else tidy
