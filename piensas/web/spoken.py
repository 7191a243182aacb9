"""In which language a request was made."""

from __future__ import annotations

from babel import negotiate_locale

from piensas.model.site import Site
from piensas.web.http import Request


def language_of(request: Request, site: Site) -> str | None:
    """The language of the address, or of the page that the request came from."""
    page = request.headers.get("referer", "").partition("://")[2].partition("/")[2]
    for path in (request.scope["path"], page):
        first = path.strip("/").split("/")[0]
        if first in site.languages:
            return first
    return None


def spoken_language(request: Request, site: Site) -> str:
    """As `language_of`; else the one that the browser likes best (RFC 9110, 12.5.4), or the front page's."""
    offers = [
        offer.partition(";")[0].strip() for offer in request.headers.get("accept-language", "").split(",")
    ]
    return (
        language_of(request, site) or negotiate_locale(offers[:20], site.languages, sep="-") or site.language
    )
