"""Names of machines, as they stand in an address: in the one spelling that everything reads alike."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

import idna

LONGEST = 253
LABEL = re.compile(r"[a-z0-9_-]{1,63}")
NUMBER = re.compile(r"[0-9]*|0x[0-9a-f]*")


def is_host(host: str) -> bool:
    """A name that the domain name system can be asked for (RFC 1035, RFC 5891), or a plain IP address.

    What ends in a number is an IPv4 address or nothing (WHATWG URL, 3.5), and is one with four decimal
    numbers alone: `0177.1` and `0x7f000001` mean one machine to a resolver and none, or another, elsewhere.
    """
    try:
        if ":" in host:
            return "%" not in host and bool(IPv6Address(host).packed)
        name = host.lower() if host.isascii() else idna.encode(host.lower()).decode()
        labels = name.split(".")
        if NUMBER.fullmatch(labels[-1]):
            return str(IPv4Address(name)) == host
        return len(name) <= LONGEST and all(map(is_label, labels))
    except ValueError:
        return False


def is_label(label: str) -> bool:
    """Raises ValueError for one that says to be encoded and is not."""
    return LABEL.fullmatch(label) is not None and (not label.startswith("xn--") or bool(idna.decode(label)))
