"""A page that is ready is the page that would be drawn now, for every address that means another page."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import urlencode

import httpx
from msgspec.structs import replace

from piensas.model.moment import Clock
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, serve
from tests.some import some
from tests.test_embed import HOST, story_of, visit, with_origin
from tests.test_folder import publish, write

Wishes = dict[str, list[str]]
THERE = f"{HOST}/there"


def write_under(newsroom: Newsroom, comments: str, number: int) -> None:
    """So many comments, some of them answered, with votes that put them in another order."""
    for count in range(number):
        person = newsroom.person()
        fields = {"text": f"{comments} {count}.", "name": "N", "email": f"n{count}@example.org"}
        made = person.send_json(comments, fields).json()["comment"]["id"]
        for answer in range(count % 3):
            reply = fields | {"text": f"Reply {count} {answer}.", "parent": made}
            assert newsroom.person().send_json(comments, reply).status_code == 201
        if count % 2:
            newsroom.person().send_json(f"{comments}/{made}/vote", {"value": "up"})


def list_addresses(path: str, wishes: Wishes) -> list[str]:
    """Every combination of what may be asked for; an empty wish is left out."""
    addresses = []
    for chosen in product(*wishes.values()):
        query = urlencode({name: value for name, value in zip(wishes, chosen, strict=True) if value})
        addresses.append(f"{path}?{query}" if query else path)
    return addresses


def list_all(newsroom: Newsroom, elsewhere: str) -> list[str]:
    orders = ["", "oldest", "newest", "best", "discussed"]
    cursors = ["", *(newsroom.person().thread(order=order, limit="2")["next"] for order in orders[1:])]
    assert all(some(cursors[1:]))
    assert len(set(cursors)) > 3
    permalink = f"{newsroom.story}/comments/{newsroom.person().thread(limit='3')['comments'][2]['id']}"
    return [
        *list_addresses(newsroom.story, {"order": orders, "after": cursors, "utm_source": ["", "mail"]}),
        *list_addresses(newsroom.historia, {"order": orders[:2], "after": cursors[:2]}),
        *list_addresses(newsroom.discussion, {"order": orders, "after": cursors, "limit": ["", "1", "3"]}),
        *list_addresses(permalink, {"after": ["", "1"]}),
        *list_addresses(
            "/embed/discussion",
            {
                "page": [THERE, f"{HOST}/another"],
                "story": ["", elsewhere],
                "order": ["", "newest"],
                "after": cursors[:2],
                "language": ["en", "es"],
            },
        ),
        *list_addresses("/", {"before": ["", "1.1"]}),
        "/es",
        f"{newsroom.story}/feed.atom",
        f"{newsroom.historia}/feed.atom",
        f"{newsroom.story}/feed.json",
        "/sitemap.xml",
    ]


def list_odd(newsroom: Newsroom) -> list[str]:
    """What a handler and a cache might read differently."""
    cursor = newsroom.person().thread(limit="2")["next"]
    there = urlencode({"page": THERE, "language": "en"})
    return [
        f"{newsroom.story}?order=&order=newest",
        f"{newsroom.story}?order=newest&order=",
        f"{newsroom.story}?%6frder=newest",
        f"{newsroom.story}?order=newest;order=oldest",
        f"{newsroom.story}?after=&after={cursor}",
        f"{newsroom.story}?after={cursor}&after=",
        f"{newsroom.discussion}?limit=2&after={cursor}&after=",
        f"{newsroom.discussion}?limit=2&after=&after={cursor}",
        f"{newsroom.discussion}?limit=3&limit=1",
        f"/embed/discussion?{there}&story=&story=third",
        f"/embed/discussion?{there}&story=third&story=",
        "/?before=&before=1.1",
        "/?before=1.1&before=",
        "/es?before=1.1&before=",
    ]


def open_full(open_site: OpenNewsroom) -> Newsroom:
    """Stories here and under another site's pages, each with more than one page of comments."""
    newsroom = open_site(with_origin, page_size=2, replies_shown=1)
    write_under(newsroom, newsroom.comments, 7)
    stories = [
        story_of(visit(newsroom.person(), THERE)),
        story_of(visit(newsroom.person(), f"{HOST}/another")),
        story_of(visit(newsroom.person(), f"{HOST}/third", story="third")),
    ]
    for number, story in enumerate(stories):
        write_under(newsroom, f"/stories/{story}/comments", 3 + number)
    return newsroom


Answers = list[tuple[int, bytes]]


def ask_all(address: str, addresses: list[str], cookies: dict[str, str] | None = None) -> Answers:
    with httpx.Client(base_url=address, timeout=30, cookies=cookies) as client:
        answers = [client.get(each, headers={"origin": HOST}) for each in addresses]
    return [(answer.status_code, answer.content) for answer in answers]


def draw_all(newsroom: Newsroom, addresses: list[str]) -> Answers:
    """As a server that keeps nothing ready answers a stranger."""
    server = replace(newsroom.settings.server, ready_megabytes=0)
    forgetful = replace(newsroom.settings, server=server)
    with serve(forgetful, Clock(newsroom.hands), newsroom.address) as there:
        return ask_all(there, addresses)


def list_other(addresses: list[str], found: Answers, expected: Answers) -> list[str]:
    return [address for address, one, other in zip(addresses, found, expected, strict=True) if one != other]


def make_all_stale(newsroom: Newsroom) -> None:
    """Something happens under every story, and to every list of them, so that no page is ready."""
    write(newsroom, f"another-{newsroom.hands.seconds:.0f}")
    newsroom.hands.turn(seconds=1)
    assert publish(newsroom) == []
    for story in {
        newsroom.story_id,
        *re.findall(r'"story":"(\d+)"', newsroom.person().read("/api/v1/comments")),
    }:
        body = {"text": f"At {newsroom.hands.seconds}.", "name": "S", "email": "stale@example.org"}
        assert newsroom.person().send_json(f"/stories/{story}/comments", body).status_code == 201


def test_what_is_ready_is_what_would_be_drawn(open_site: OpenNewsroom) -> None:
    newsroom = open_full(open_site)
    addresses = list_all(newsroom, "third") + list_odd(newsroom)
    expected = draw_all(newsroom, addresses)
    for _ in range(2):
        assert list_other(addresses, ask_all(newsroom.address, addresses), expected) == []
    assert {status for status, _ in expected} <= {200, 204, 404}
    assert sum(status == 200 for status, _ in expected) > len(addresses) * 3 // 4
    assert len({body for _, body in expected}) > len(addresses) // 3


def test_whoever_asks_first_leaves_nothing_of_theirs_to_the_others(open_site: OpenNewsroom) -> None:
    """Neither what they asked for in an odd way, nor who they are, nor what they see alone."""
    newsroom = open_full(open_site)
    vera = newsroom.person()
    details = {"name": "Vera Own", "email": "vera.own@example.org", "save_details": "yes"}
    assert vera.post("Vera's.", **details).status_code == 201
    session = dict(vera.client.cookies)
    assert "piensas-details" in session
    addresses, odd = list_all(newsroom, "third"), list_odd(newsroom)
    first: list[tuple[list[str], dict[str, str]]] = [
        (odd, {}),
        ([*odd, *reversed(addresses)], {"piensas": "made-up"}),
        ([*odd, *addresses], session),
        ([*odd, *addresses], session | {"piensas-scripts": "1"}),
    ]
    for asked, cookies in some(first):
        make_all_stale(newsroom)
        ask_all(newsroom.address, asked, cookies)
        found = ask_all(newsroom.address, addresses)
        assert list_other(addresses, found, draw_all(newsroom, addresses)) == [], cookies
        assert all(b"vera.own" not in body for _, body in some(found))
