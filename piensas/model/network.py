"""Network addresses, and which of them we believe."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
HOP = re.compile(r'"?\[?([0-9A-Fa-f:.]+?)(?:%\w+)?\]?(?::[0-9]{1,5})?"?')
"""An address, perhaps with a port behind it, or in the brackets and quotation marks of RFC 7239."""

LONGEST_HOP = 64
"""Letters of an address with all that may stand around it; what is longer is none, and is not remembered."""

MACHINE = {"localhost": ("127.0.0.0/8", "::1/128")}


def read_networks(typed: str) -> tuple[str, ...] | None:
    """An address, or a network in CIDR (RFC 4632), as networks; `localhost` is this machine's own. None for a
    name: which address that has is known only when it is asked for, and anybody may answer."""
    try:
        return MACHINE.get(typed.lower()) or (str(ip_network(typed, strict=False)),)
    except ValueError:
        return None


def read_address(typed: str) -> Address | None:
    """An address as a web server in front notes it; IPv4 also where it came by IPv6 (RFC 4291, 2.5.5.2)."""
    if len(typed) > LONGEST_HOP:
        return None
    try:
        found = ip_address(typed)
    except ValueError:
        hop = HOP.fullmatch(typed)
        if hop is None or hop[1] == typed:
            return None
        return read_address(hop[1])
    return getattr(found, "ipv4_mapped", None) or found


def find_hop(client: str, forwarded: str, trusted: tuple[str, ...]) -> str:
    """The network address of a reader: the last in `X-Forwarded-For` that is not of a trusted network."""
    if not is_trusted(client, trusted):
        return client
    hops = [hop.strip() for hop in forwarded.split(",")]
    found = next((hop for hop in reversed(hops) if hop and not is_trusted(hop, trusted)), client)
    address = read_address(found)
    return str(address) if address else found


def is_trusted(hop: str, trusted: tuple[str, ...]) -> bool:
    return len(hop) <= LONGEST_HOP and is_among(hop, trusted)


@lru_cache(4_096)
def is_among(hop: str, trusted: tuple[str, ...]) -> bool:
    address = read_address(hop)
    return address is not None and any(address in network for network in networks_of(trusted))


@lru_cache(16)
def networks_of(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(each) for each in trusted)


def is_telling(address: str) -> bool:
    """A public address says something about who is asking; a proxy's private one does not."""
    found = read_address(address)
    return found is not None and found.is_global


def sender_of(address: str) -> str:
    """The address, or for IPv6 the /64 that one household or host has; what is none stays as it is."""
    found = read_address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found) if found else address[:LONGEST_HOP]
