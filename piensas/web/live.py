"""New, edited and withdrawn comments reach pages that are open, as server-sent events (HTML standard, 9.2).

One look at the database's mark, four times a second, serves every listener of this process; a story's
revision says whether its discussion has changed, and what has changed is asked for and drawn once for all who
read it in one language. An event's id is `REVISION.MOMENT`: a listener that comes back with the last one
that it had is told everything since, whichever process it meets.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import structlog

from piensas.drawing.pen import NOBODY, pen_of
from piensas.model.access import is_closed
from piensas.model.moment import first_id_at, time_of
from piensas.model.network import find_hop, is_telling, sender_of
from piensas.model.refusals import Unavailable
from piensas.store.changes import list_changes, list_revisions
from piensas.store.stories import find_story, list_live_addresses
from piensas.web.front_door import HEAD, Message, Receive, Send
from piensas.web.press import Press

log = structlog.get_logger()
PATH = re.compile(r"^/stories/([0-9]{1,18}|[1-8][0-9]{18})/events$")
PULSE = 0.25
"""Seconds between two looks at what has changed."""
SILENCE = 20.0
"""Seconds after which a listener is sent a comment, so that the dead are noticed."""
PATIENCE = 30.0
"""Seconds that a listener may take to read an event."""
OVERLAP = 30_000
"""Milliseconds: a deed may be on disk this much later than the moment that its id names."""
MOST_LISTENERS = 10_000
MOST_OF_ONE = 100
"""Listeners from one network address."""
FULL, SPREAD = 30_000, 30_000
"""Milliseconds after which somebody who was turned away may come back: so many, and by chance up to as many
more, so that not all who were turned away at once come back at once."""
MOST_CHANGES = 100
MOST_BYTES = 1 << 18
"""Of comments in one event; of more, the newest."""
OLDEST = 3_600_000
"""Milliseconds that a listener may have been away to be told what happened; after that, only that it did."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),
]


class ChangeShape(msgspec.Struct):
    """A comment that is new or has changed: its HTML, and where it stands."""

    id: str
    parent: str
    piece: str
    edited: bool


class EventShape(msgspec.Struct):
    """`count` is the heading of the thread; `is_all`: nothing has changed that is not among `changes`."""

    count: str
    changes: list[ChangeShape]
    is_all: bool


class Place(msgspec.Struct, frozen=True):
    """Whether a listener has everything: the story's revision, and when that was so (an id)."""

    revision: int
    moment: int

    def __str__(self) -> str:
        return f"{self.revision}.{self.moment}"


class Channel:
    """Who listens to one story in one language. `event` is what all of them are sent next."""

    def __init__(self, story_id: int, language: str) -> None:
        self.story_id = story_id
        self.language = language
        self.place: Place | None = None
        self.listeners = 0
        self.event: asyncio.Future[tuple[Place, bytes]] = asyncio.get_running_loop().create_future()
        self.events = 0
        self.count = ""
        self.sent: OrderedDict[int, str] = OrderedDict()

    def broadcast(self, place: Place, event: bytes) -> None:
        waited, self.event = self.event, asyncio.get_running_loop().create_future()
        self.events += 1
        waited.set_result((place, event))

    def choose_new(self, drawn: EventShape) -> list[ChangeShape]:
        """The changes that these listeners have not been told yet, which they will be now."""
        new = [each for each in drawn.changes if self.sent.get(int(each.id)) != each.piece]
        for each in new:
            self.sent[int(each.id)] = each.piece
            self.sent.move_to_end(int(each.id))
        while len(self.sent) > 4 * MOST_CHANGES:
            self.sent.popitem(last=False)
        return new


class Live:
    """An ASGI application before the framework's: a listener costs a task and nothing more. `room` is how
    many of this process's connections they may have."""

    def __init__(self, app: Any, press: Press, room: int) -> None:
        self.app = app
        self.press = press
        self.room = room
        self.channels: dict[tuple[int, str], Channel] = {}
        self.senders: dict[str, int] = {}
        self.listeners = 0
        self._mark = b""
        self._caught_up: OrderedDict[tuple[int, str, int, int], bytes] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        found = PATH.match(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        if scope.get(HEAD):
            await answer_head(send)
            return
        sender = self._find_sender(scope)
        if self.listeners >= min(MOST_LISTENERS, self.room) or self.senders.get(sender, 0) >= MOST_OF_ONE:
            await turn_away(send)
            return
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        last = read_place(dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1"))
        last = last or read_place(query.get("since", "")) or self._place_of_page(query)
        language = query.get("language", "")
        language = language if language in self.press.site.languages else self.press.site.language
        try:
            channel = await self._join(int(found[1]), language, sender)
        except Unavailable:
            await turn_away(send)
            return
        if channel is None:
            await refuse(send)
            return
        gone = asyncio.create_task(wait_for_end(receive))
        try:
            await self._serve(channel, last, send, gone)
        finally:
            gone.cancel()
            self._leave(channel, sender)

    async def watch(self, stop: asyncio.Event) -> None:
        """Looks for changes until it is told to stop."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PULSE)

    async def look(self) -> None:
        """Tells the listeners of every story that has changed since the last look."""
        mark = self.press.pages.mark()
        if mark == self._mark or not self.channels:
            return
        channels = set(self.channels)
        stories = {story for story, _ in channels}
        now = self.press.clock().id
        revisions = await self.press.db.read(list_revisions, self.press.site.id, stories)
        told = [await self._follow(channel, revisions, now) for channel in list(self.channels.values())]
        if all(told) and set(self.channels) <= channels:
            self._mark = mark

    async def _follow(self, channel: Channel, revisions: Mapping[int, int], now: int) -> bool:
        """Tells a channel of what is new, if anything is. A fault of one story's concerns no other."""
        revision = revisions.get(channel.story_id)
        if channel.place is None or revision is None or revision == channel.place.revision:
            return True
        try:
            await self._tell(channel, Place(revision, now))
        except Unavailable:
            return False
        except Exception as fault:
            log.error("changes_not_told", story=channel.story_id, exc_info=fault)
        return True

    async def _tell(self, channel: Channel, place: Place) -> None:
        assert channel.place is not None
        drawn = await self._draw(channel.story_id, channel.language, channel.place.moment)
        if drawn is None:
            return
        new = channel.choose_new(drawn)
        is_news = bool(new) or not drawn.is_all or drawn.count != channel.count
        channel.place, channel.count = place, drawn.count
        if is_news:  # a vote is none
            channel.broadcast(place, write_event(place, msgspec.structs.replace(drawn, changes=new)))

    async def _draw(self, story_id: int, language: str, since: int) -> EventShape | None:
        """What has changed under a story after a moment, for everybody who reads it in a language."""
        site = self.press.site
        now = self.press.clock().now
        earliest = first_id_at(max(time_of(since), now - OLDEST) - OVERLAP)
        found = await self.press.db.read(read_changes, site.id, story_id, earliest)
        if found is None:
            return None
        story, addresses, changed = found
        pen = pen_of(site, language)
        address = {code: path for code, path, _ in addresses}.get(language) or addresses[0][1]
        piece = pen.piece_for(NOBODY, is_closed(story, site.rules, self.press.clock().now))
        shown: list[ChangeShape] = []
        room = MOST_BYTES
        for each in reversed(changed[-MOST_CHANGES:]):
            drawn = piece(each, address).decode()
            room -= len(drawn)
            if room < 0:
                break
            shown.append(ChangeShape(str(each.id), str(each.parent_id or ""), drawn, bool(each.edited_at)))
        is_all = len(shown) == len(changed) and time_of(since) >= now - OLDEST
        return EventShape(pen.count(story.comments), shown[::-1], is_all)

    async def _join(self, story_id: int, language: str, sender: str) -> Channel | None:
        channel = self.channels.get((story_id, language))
        if channel is None:
            now = self.press.clock().id
            revisions = await self.press.db.read(list_revisions, self.press.site.id, (story_id,))
            if not await self.press.db.read(list_live_addresses, self.press.site.id, story_id):
                return None
            channel = self.channels.setdefault((story_id, language), Channel(story_id, language))
            channel.place = channel.place or Place(revisions[story_id], now)
        channel.listeners += 1
        self.listeners += 1
        self.senders[sender] = self.senders.get(sender, 0) + 1
        return channel

    def _leave(self, channel: Channel, sender: str) -> None:
        channel.listeners -= 1
        self.listeners -= 1
        self.senders[sender] -= 1
        if not self.senders[sender]:
            del self.senders[sender]
        if not channel.listeners:
            self.channels.pop((channel.story_id, channel.language), None)

    async def _serve(
        self, channel: Channel, last: Place | None, send: Send, gone: asyncio.Task[None]
    ) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        place, heard = channel.place, channel.events
        await self._write(send, b"retry: 2000\nid: %s\nevent: here\ndata:\n\n" % str(last or place).encode())
        if last and place and last.revision != place.revision:
            await self._write(send, await self._catch_up(channel, last, place))
        while not gone.done():
            coming = channel.event
            if place and channel.place and channel.events != heard:  # some came while it read the last one
                missed, place, heard = place, channel.place, channel.events
                await self._write(send, await self._catch_up(channel, missed, place))
                continue
            await asyncio.wait((coming, gone), timeout=SILENCE, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                place, event = coming.result()
                heard += 1
                await self._write(send, event)
            elif not gone.done():
                await self._write(send, b":\n\n")

    async def _catch_up(self, channel: Channel, last: Place, place: Place) -> bytes:
        """Everything since the last event that a listener had; many come back with the same one."""
        minute = time_of(last.moment) // 60_000
        key = (channel.story_id, channel.language, minute, place.revision)
        if key not in self._caught_up:
            drawn = await self._draw(channel.story_id, channel.language, first_id_at(minute * 60_000))
            self._caught_up[key] = write_event(place, drawn) if drawn else b""
            while len(self._caught_up) > 64:
                self._caught_up.popitem(last=False)
        return self._caught_up[key]

    async def _write(self, send: Send, event: bytes) -> None:
        if event:
            sending = send({"type": "http.response.body", "body": event, "more_body": True})
            await asyncio.wait_for(sending, PATIENCE)

    def _place_of_page(self, query: Mapping[str, str]) -> Place | None:
        """Where a page stands that was loaded `age` milliseconds ago at a `revision`."""
        age = query.get("age", "")
        return read_place(f"{query.get('revision', '')}.{self._moment_before(age)}")

    def _moment_before(self, age: str) -> int:
        millis = int(age) if age.isascii() and age.isdigit() and len(age) < 12 else 0
        return first_id_at(self.press.clock().now - millis)

    def _find_sender(self, scope: Message) -> str:
        """One household or host, also behind a web server of ours; who cannot be told apart is one each."""
        client = scope["client"][0] if scope.get("client") else ""
        forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
        address = find_hop(client, forwarded, self.press.settings.server.trusted_proxies)
        return sender_of(address) if is_telling(address) else f"{address} {id(scope)}"


def read_changes(db: Any, site_id: int, story_id: int, since: int) -> Any:
    story = find_story(db, site_id, story_id)
    addresses = list_live_addresses(db, site_id, story_id)
    if story is None or not addresses or story.discussion == "off":
        return None
    return story, addresses, list_changes(db, site_id, story_id, since, MOST_CHANGES + 1)


def write_event(place: Place, event: EventShape) -> bytes:
    return b"id: %s\nevent: changes\ndata: %s\n\n" % (str(place).encode(), msgspec.json.encode(event))


def read_place(text: str) -> Place | None:
    """Where a listener left off; nothing that we wrote is taken as nothing."""
    revision, _, moment = text.partition(".")
    if not (revision.isascii() and revision.isdigit() and moment.isascii() and moment.isdigit()):
        return None
    if len(revision) > 18 or len(moment) > 19 or int(moment) >= 1 << 63:
        return None
    return Place(int(revision), int(moment))


async def wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def refuse(send: Send) -> None:
    headers = [(b"cache-control", b"no-store"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def turn_away(send: Send) -> None:
    """Somebody for whom there is no room comes back later. After any other status than 200 a browser would
    never listen again (HTML standard, 9.2.3)."""
    wait = FULL + secrets.randbelow(SPREAD)
    event = b"retry: %d\nevent: later\ndata: %d\n\n" % (wait, wait)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": event})


async def answer_head(send: Send) -> None:
    """Whoever only asks what there would be is told, and takes nobody's place."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b""})
