"""Whether a request that changes something was made by a page of this site.

No token is needed, so that pages stay the same for everybody: browsers say where a request comes
from. Sources: Fetch Metadata (`Sec-Fetch-Site`), RFC 6454 (`Origin`), RFC 9110 (`Referer`).
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from piensas.model.refusals import Forged
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import is_json


def require_own_page(request: Request, address: str) -> None:
    """Refuses another site's page, `Origin: null`, and forms that do not say where they come from.

    A program that sends JSON without cookies acts for nobody but itself and may leave the origin out.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site not in ("same-origin", "none"):
            raise Forged
        return

    source = request.headers.get("origin") or request.headers.get("referer")
    if source is None:
        if is_json(request) and "cookie" not in request.headers:
            return
        raise Forged
    if not is_own_origin(source, address, request.headers.get("host", "")):
        raise Forged


def require_known_page(request: Request, press: Press) -> None:
    """As `require_own_page`; pages of the sites under which we are embedded are known too."""
    if request.headers.get("origin") not in press.settings.embed.origins:
        require_own_page(request, press.site.address)


def is_elsewhere(request: Request, origins: Collection[str]) -> bool:
    """Is the page that asks another site's, so that our own cookies do not come with it?

    A page on a neighbouring host of the same site (`same-site`) has them.
    """
    known = request.headers.get("origin") in origins
    return known and request.headers.get("sec-fetch-site", "cross-site") == "cross-site"


def is_own_origin(source: str, address: str, host: str) -> bool:
    """The site's address, or its scheme with the name that the browser has just called us by.

    Whether the request itself came by https is not asked: a proxy in front of us may have ended that.
    """
    try:
        parts = urlsplit(source)
    except ValueError:
        return False
    own = urlsplit(address)
    return parts.scheme == own.scheme and parts.netloc in {own.netloc, host} - {""}
