"""By which network address somebody is known: the one that our own proxies vouch for."""

from __future__ import annotations

import pytest

from piensas.model.network import find_hop, is_among, is_telling, sender_of
from piensas.settings import BadSettings
from piensas.sources import read_settings
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom

PROXY, FARTHER = "10.0.0.1", "10.0.0.2"
HERS, HIS = "203.0.114.7", "198.18.5.9"


@pytest.mark.parametrize(
    ("client", "forwarded", "hop"),
    [
        (HERS, "", HERS),
        (HERS, HIS, HERS),
        (PROXY, HERS, HERS),
        (PROXY, f"{HIS}, {HERS}", HERS),
        (PROXY, f"{HIS}, {HERS}, {FARTHER}", HERS),
        (PROXY, f"{HIS},{HERS} , {PROXY},{FARTHER}", HERS),
        (PROXY, f"{FARTHER}, {HERS}", HERS),
        (PROXY, "", PROXY),
        (PROXY, f"{FARTHER}, {PROXY}", PROXY),
        (PROXY, f" , {HERS}, ", HERS),
    ],
)
def test_the_last_hop_that_is_no_proxy_of_ours_is_believed(client: str, forwarded: str, hop: str) -> None:
    assert find_hop(client, forwarded, (PROXY, FARTHER)) == hop


@pytest.mark.parametrize(
    ("trusted", "client", "forwarded", "hop"),
    [
        ("127.0.0.0/8", "127.3.2.1", HERS, HERS),
        ("localhost", "127.0.0.1", HERS, HERS),
        ("localhost", "::1", HERS, HERS),
        (" 10.0.0.1 ", PROXY, HERS, HERS),
        ("10.0.0.1", "::ffff:10.0.0.1", HERS, HERS),
        ("10.0.0.0/24", "10.0.1.0", HERS, "10.0.1.0"),
        ("10.0.0.0/24", "10.0.0.255", f"{HERS}, 10.0.0.3", HERS),
        ("fd00::/8", "fd12::1", f"{HIS}, {HERS}", HERS),
        ("10.0.0.1", PROXY, f"{HERS}:51234", HERS),
        ("10.0.0.1", PROXY, f"{HERS}:51234, {PROXY}:80", HERS),
        ("10.0.0.1", PROXY, "[2a00:1450:4001:81b::1]:443", "2a00:1450:4001:81b::1"),
        ("10.0.0.1", PROXY, '"[2a00:1450:4001:81b::1]"', "2a00:1450:4001:81b::1"),
        ("10.0.0.1", PROXY, "2A00:1450:4001:81B:0::1", "2a00:1450:4001:81b::1"),
        ("10.0.0.1", PROXY, f"::ffff:{HERS}", HERS),
        ("10.0.0.1", PROXY, f"{HERS}, unknown", "unknown"),
        ("10.0.0.1", PROXY, f"{HERS}, 10.0.0.1.evil", "10.0.0.1.evil"),
    ],
)
def test_proxies_are_addresses_and_networks(trusted: str, client: str, forwarded: str, hop: str) -> None:
    settings = read_settings(None, {"PIENSAS_SERVER_TRUSTED_PROXIES": trusted})
    assert find_hop(client, forwarded, settings.server.trusted_proxies) == hop


def test_what_a_proxy_passes_on_unread_is_neither_known_nor_remembered(open_site: OpenNewsroom) -> None:
    """A hop that is no address, however long, ends no request, and takes no place in memory."""
    before = is_among.cache_info().currsize
    for hop in ("x" * 60_000, "unknown", "²", "1" * 65):
        assert find_hop(PROXY, f"{HERS}, {hop}", (f"{PROXY}/32",)) == hop
        assert not is_telling(hop)
        assert sender_of(hop) == hop[:64]
    assert is_among.cache_info().currsize <= before + 3, "the proxy itself, and the two short ones"
    newsroom = open_site()
    for hop in ("unknown", "x" * 5_000, "_hidden"):
        answer = newsroom.person().get("/api/v1/stories/77/mine", x_forwarded_for=hop)
        assert answer.status_code in (401, 404), hop


@pytest.mark.parametrize("typed", ["proxy", "10.0.0.1/33", "10.0.0", "*", "0x7f000001", "10.0.0.1:80"])
def test_a_proxy_that_could_never_be_one_is_refused_at_the_start(typed: str) -> None:
    with pytest.raises(BadSettings, match=r"PIENSAS_SERVER_TRUSTED_PROXIES is .*addresses and networks"):
        read_settings(None, {"PIENSAS_SERVER_TRUSTED_PROXIES": f"127.0.0.1,{typed}"})


@pytest.mark.parametrize(
    ("one", "another", "is_same"),
    [
        ("203.0.114.7", "203.0.114.7", True),
        ("203.0.114.7", "203.0.114.8", False),
        ("::ffff:203.0.114.7", "203.0.114.7", True),
        ("::ffff:203.0.114.7", "::ffff:203.0.114.8", False),
        ("::ffff:203.0.114.7", "::ffff:198.51.99.1", False),
        ("2a00:1450:4001:81b::1", "2a00:1450:4001:81b:ffff::2", True),
        ("2a00:1450:4001:81b::1", "2a00:1450:4001:81c::1", False),
        ("2a00:1450:4001:81b::1", "2A00:1450:4001:081B:0::1", True),
    ],
)
def test_a_sender_is_one_address_or_one_household(one: str, another: str, is_same: bool) -> None:
    assert (sender_of(one) == sender_of(another)) is is_same


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.1.1", "fd00::1", "::1", "", "unknown"])
def test_a_private_address_says_nothing_of_who_is_asking(address: str) -> None:
    assert not is_telling(address)


def post(newsroom: Newsroom, number: int, forwarded: str) -> int:
    """The status of a comment by somebody new whose request came by way of our proxy."""
    body = {"text": f"Number {number}.", "name": "N", "email": f"n{number}@example.org"}
    answer = newsroom.person().send_json(newsroom.comments, body, x_forwarded_for=forwarded)
    return answer.status_code


def test_who_makes_up_where_they_come_from_is_as_slow(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=60)
    assert [post(newsroom, n, f"9.9.9.{n}, 8.8.8.8") for n in range(12)] == [201] * 10 + [429] * 2
    assert post(newsroom, 17, "8.8.8.8") == 429
    assert post(newsroom, 18, "8.8.8.8, 8.8.4.4") == 201


def test_two_readers_of_the_old_internet_are_two_to_a_server_of_the_new(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=60)
    assert [post(newsroom, n, "::ffff:8.8.8.8") for n in range(10)] == [201] * 10
    assert post(newsroom, 12, "::ffff:8.8.4.4") == 201
    assert post(newsroom, 13, "8.8.8.8") == 429
