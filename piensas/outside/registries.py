"""Blocks of addresses that are no place of everybody's, as the registries of IANA list them.

Sources: IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and 8190), IPv4 Multicast Address Space,
Internet Protocol Version 6 Address Space; and what was taken back, or is used by a cloud as if it were.
"""

from __future__ import annotations

from msgspec import Struct

GLOBAL_UNICAST = "2000::/3"
"""All of IPv6 that has been given to anybody (RFC 4291, 2.4)."""
NAT64 = "64:ff9b::/96"
"""By which a network without IPv4 reaches what has nothing else: as public as the address in its end."""


class Block(Struct, frozen=True):
    """`is_global`: the registry says that everybody may reach it. Those are anycast addresses of a network's
    own machines, sinks and identifiers, none of which has pages, so that we go to none of them either."""

    network: str
    name: str
    source: str
    is_global: bool = False


BLOCKS = (
    Block("0.0.0.0/8", "this network", "RFC 791"),
    Block("0.0.0.0/32", "this host on this network", "RFC 1122"),
    Block("10.0.0.0/8", "private use", "RFC 1918"),
    Block("100.64.0.0/10", "shared address space", "RFC 6598"),
    Block("127.0.0.0/8", "loopback", "RFC 1122"),
    Block("168.63.129.16/32", "a cloud's own address for its machines", "Azure"),
    Block("169.254.0.0/16", "link local", "RFC 3927"),
    Block("172.16.0.0/12", "private use", "RFC 1918"),
    Block("192.0.0.0/24", "protocol assignments", "RFC 6890"),
    Block("192.0.0.0/29", "service continuity prefix", "RFC 7335"),
    Block("192.0.0.8/32", "dummy address", "RFC 7600"),
    Block("192.0.0.9/32", "port control protocol anycast", "RFC 7723", is_global=True),
    Block("192.0.0.10/32", "relay (TURN) anycast", "RFC 8155", is_global=True),
    Block("192.0.0.170/32", "NAT64 and DNS64 discovery", "RFC 8880"),
    Block("192.0.0.171/32", "NAT64 and DNS64 discovery", "RFC 8880"),
    Block("192.0.2.0/24", "documentation", "RFC 5737"),
    Block("192.31.196.0/24", "AS112", "RFC 7535", is_global=True),
    Block("192.52.193.0/24", "automatic multicast tunnels", "RFC 7450", is_global=True),
    Block("192.88.99.0/24", "6to4 relay anycast, deprecated", "RFC 7526"),
    Block("192.88.99.2/32", "6a44 relay anycast", "RFC 6751"),
    Block("192.168.0.0/16", "private use", "RFC 1918"),
    Block("192.175.48.0/24", "AS112, direct delegation", "RFC 7534", is_global=True),
    Block("198.18.0.0/15", "benchmarking", "RFC 2544"),
    Block("198.51.100.0/24", "documentation", "RFC 5737"),
    Block("203.0.113.0/24", "documentation", "RFC 5737"),
    Block("224.0.0.0/4", "multicast", "RFC 5771"),
    Block("240.0.0.0/4", "reserved", "RFC 1112"),
    Block("255.255.255.255/32", "limited broadcast", "RFC 919"),
    Block("::/96", "IPv4-compatible, deprecated", "RFC 4291"),
    Block("::/128", "unspecified", "RFC 4291"),
    Block("::1/128", "loopback", "RFC 4291"),
    Block("::ffff:0:0/96", "IPv4-mapped", "RFC 4291"),
    Block("::ffff:0:0:0/96", "IPv4-translated", "RFC 2765"),
    Block(NAT64, "IPv4 by a translator", "RFC 6052", is_global=True),
    Block("64:ff9b:1::/48", "IPv4 by a network's own translator", "RFC 8215"),
    Block("100::/64", "discard only", "RFC 6666"),
    Block("100:0:0:1::/64", "dummy prefix", "RFC 9780"),
    Block("2001::/23", "protocol assignments", "RFC 2928"),
    Block("2001::/32", "Teredo", "RFC 4380"),
    Block("2001:1::1/128", "port control protocol anycast", "RFC 7723", is_global=True),
    Block("2001:1::2/128", "relay (TURN) anycast", "RFC 8155", is_global=True),
    Block("2001:1::3/128", "service registration anycast", "RFC 9665", is_global=True),
    Block("2001:2::/48", "benchmarking", "RFC 5180"),
    Block("2001:3::/32", "automatic multicast tunnels", "RFC 7450", is_global=True),
    Block("2001:4:112::/48", "AS112", "RFC 7535", is_global=True),
    Block("2001:10::/28", "ORCHID, deprecated", "RFC 4843"),
    Block("2001:20::/28", "ORCHIDv2", "RFC 7343", is_global=True),
    Block("2001:30::/28", "identifiers of drones", "RFC 9374", is_global=True),
    Block("2001:db8::/32", "documentation", "RFC 3849"),
    Block("2002::/16", "6to4", "RFC 3056"),
    Block("2620:4f:8000::/48", "AS112, direct delegation", "RFC 7534", is_global=True),
    Block("3ffe::/16", "6bone, given back", "RFC 3701"),
    Block("3fff::/20", "documentation", "RFC 9637"),
    Block("5f00::/16", "segment identifiers", "RFC 9602"),
    Block("fc00::/7", "unique local", "RFC 4193"),
    Block("fe80::/10", "link local", "RFC 4291"),
    Block("fec0::/10", "site local, deprecated", "RFC 3879"),
    Block("ff00::/8", "multicast", "RFC 4291"),
)
