"""Addresses that people type for a page of theirs."""

from __future__ import annotations

import re

from ada_url import URL

SCHEME = re.compile(r"https?://", re.IGNORECASE)
BARE = re.compile(r"[^\s/?#:@]+\.[^\s/?#:@.]+(?::[0-9]+)?(?:[/?#].*)?")
"""A host with a dot, and perhaps a port and what follows."""


def read_website(typed: str) -> str | None:
    """The http or https address as browsers read it (WHATWG URL), in ASCII; None where there is none in it.

    Most people leave out `https://`. A name and a password before the host are for nobody's eyes.
    """
    whole = f"https://{typed}" if not SCHEME.match(typed) and BARE.fullmatch(typed) else typed
    try:
        address = URL(whole)
    except ValueError:
        return None
    is_public = address.protocol in ("http:", "https:") and not address.username and not address.password
    return address.href if is_public else None
