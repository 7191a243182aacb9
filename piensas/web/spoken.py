"""In which language a request was made."""

from __future__ import annotations

from piensas.model.site import Site
from piensas.web.http import Request


def language_of(request: Request, site: Site) -> str | None:
    """The language of the address, or of the page that the request came from."""
    page = request.headers.get("referer", "").partition("://")[2].partition("/")[2]
    for path in (request.url.path, page):
        first = path.strip("/").split("/")[0]
        if first in site.languages:
            return first
    return None
