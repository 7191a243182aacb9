"""Where we go when a stranger names an address: to what everybody may reach, and nowhere else.

Nothing here is asked for: names are looked up and connections made by stand-ins.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any

import pytest

from piensas.outside.fetching import NotFetched, PublicBackend, fetch_page, is_public
from piensas.outside.registries import BLOCKS, GLOBAL_UNICAST, NAT64, Block
from tests.some import some

PUBLIC = (
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::",
    "2001:200::1",
    "2606:4700::1111",
    "2620:4f:7fff::1",
    "2a00:1450::1",
    "2003::1",
    "3ffd:ffff::1",
    "3fff:1000::1",
)
PRIVATE = ("10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.1.1", "192.0.0.192", "100.64.0.1", "0.0.0.0")
CARRIERS = {
    "mapped": "::ffff:{inner}",
    "compatible": "::{inner}",
    "translated": "::ffff:0:{inner}",
    "NAT64": "64:ff9b::{inner}",
    "NAT64 within": "64:ff9b:1::{inner}",
    "ISATAP": "2a00:1450::5efe:{inner}",
    "ISATAP with the global bit": "2a00:1450::200:5efe:{inner}",
    "dummy prefix": "100:0:0:1::{inner}",
}
CLOUDS = (
    "192.0.0.192",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
)
"""Where clouds answer their own machines. Azure's is an address like any other but for this."""


def edges(block: Block) -> list[str]:
    network = ipaddress.ip_network(block.network)
    middle = network[network.num_addresses // 2]
    return [str(address) for address in (network[0], middle, network[-1])]


def neighbours(block: Block) -> list[IPv4Address | IPv6Address]:
    """The last address before the block and the first behind it, where there are such."""
    network = ipaddress.ip_network(block.network)
    first, last, most = int(network[0]), int(network[-1]), (1 << network.max_prefixlen) - 1
    kind = type(network[0])
    return [kind(number) for number in (first - 1, last + 1) if 0 <= number <= most]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.network} {block.name}")
def test_nothing_of_a_block_for_special_purposes_is_public(block: Block) -> None:
    if block.network != NAT64:
        assert [address for address in edges(block) if is_public(address)] == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.network} {block.name}")
def test_a_block_ends_where_the_registry_says(block: Block) -> None:
    for address in some(neighbours(block)):
        is_inside = any(address in ipaddress.ip_network(other.network) for other in BLOCKS)
        is_foreign = address.version == 6 and address not in IPv6Network(GLOBAL_UNICAST)
        assert is_public(str(address)) is not (is_inside or is_foreign), address


@pytest.mark.parametrize("address", PUBLIC)
def test_what_everybody_may_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", CLOUDS)
def test_no_clouds_own_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("first", range(0x10000 >> 8))
def test_of_ipv6_only_global_unicast_is_public(first: int) -> None:
    if first >> 5 != 1:
        assert not is_public(f"{first << 8:x}:1234::1")


@pytest.mark.parametrize("inner", PRIVATE)
@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
def test_an_address_that_stands_for_one_within_is_not_public(carrier: str, inner: str) -> None:
    assert not is_public(carrier.format(inner=inner))
    assert not is_public(carrier.format(inner=inner) + "%eth0")


@pytest.mark.parametrize("inner", [*PRIVATE, "93.184.216.34"])
def test_no_tunnel_is_public_whatever_is_at_its_end(inner: str) -> None:
    number = int(IPv4Address(inner))
    sixtofour = IPv6Address((0x2002 << 112) | (number << 80) | 1)
    server = IPv6Address((0x20010000 << 96) | (number << 64))
    client = IPv6Address((0x20010000 << 96) | (0x5DB8D822 << 64) | (number ^ 0xFFFFFFFF))
    assert not any(map(is_public, map(str, (sixtofour, server, client))))


def test_a_network_without_ipv4_reaches_what_is_public_by_its_gateway_alone() -> None:
    assert is_public("64:ff9b::93.184.216.34")
    assert not is_public("64:ff9b:0:0:0:1:5db8:d822")


@pytest.mark.parametrize("found", [("93.184.216.34", "10.0.0.1"), ("2a00:1450::1", "fd00::1"), ()], ids=str)
def test_a_name_with_one_address_within_is_not_gone_to(
    monkeypatch: pytest.MonkeyPatch, found: tuple[str, ...]
) -> None:
    connected, fault = connect("many.test", found, monkeypatch)
    assert connected == []
    assert fault is not None
    assert not fault.for_good


def connect(
    host: str, found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], NotFetched | None]:
    """To which addresses a connection is made when the host's name stands for those found."""
    connected: list[str] = []

    async def look_up(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 80)) for address in found]

    class Plain:
        async def connect_tcp(self, address: str, *_: Any, **__: Any) -> None:
            connected.append(address)

    async def attempt() -> NotFetched | None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
        backend = PublicBackend(())
        backend._plain = Plain()  # type: ignore[assignment]
        try:
            await backend.connect_tcp(host, 80)
        except NotFetched as fault:
            return fault
        return None

    fault = asyncio.run(attempt())
    return connected, fault


@pytest.mark.parametrize(
    "address",
    [
        "http://0177.0.0.1/a",
        "http://256.1.1.1/a",
        "http://1.2.3.4.5.6/a",
        "http://[::1/a",
        "http://[::1%25eth0]/a",
        "http://[1::2::3]/a",
        "http://a.example:99999/a",
        "http://a.example:-1/a",
        "http://☃.example/a",
        "http://ﬁ.example/a",
        "http://xn--a.example/a",
        "http://" + "a" * 64 + ".example/a",
        "http://" + "a." * 200 + "example/a",
        "http://a..example/a",
        "http://%31%32%37.0.0.1/a",
        "http:///a",
        "http://\x00/a",
        "http://a b/a",
        "http://a.example/\x00",
        "ftp://a.example/a",
        "//a.example/a",
        "a",
        "",
    ],
    ids=ascii,
)
def test_an_address_that_nobody_can_go_to_is_given_up_at_once(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        raise AssertionError(f"{host!r} was looked up")

    async def ask() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
        await fetch_page(address, limit=1_000, seconds=5)

    with pytest.raises(NotFetched) as raised:
        asyncio.run(ask())
    assert raised.value.for_good


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "169.254.169.254", "fd00::1"])
def test_an_address_within_is_given_up_at_once_and_a_name_may_mean_another_tomorrow(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    for name, for_good in ((host, True), ("within.test", False)):
        connected, fault = connect(name, (host,), monkeypatch)
        assert connected == []
        assert fault is not None
        assert fault.for_good is for_good
