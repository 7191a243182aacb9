"""Origins (RFC 6454): where a page is from, as browsers say it."""

from __future__ import annotations

from ada_url import URL

from piensas.model.host import is_host


def read_origin(typed: str) -> str | None:
    """The scheme, host and port of an http or https address as browsers send them: in ASCII, in lower case,
    without the port that goes without saying. None for what is more than that, or less."""
    try:
        address = URL(typed)
    except ValueError:
        return None
    is_bare = address.pathname == "/" and not (address.search or address.hash or address.username)
    is_web = address.protocol in ("http:", "https:") and not address.password
    if not is_bare or not is_web or not is_host(address.hostname.strip("[]")) or typed.endswith(("?", "#")):
        return None
    return f"{address.protocol}//{address.host}"
