"""How often something may be done, where once in a while several at once are nothing bad."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection

from piensas.model.draft import Draft
from piensas.model.mailbox import mailbox_of
from piensas.model.moment import Moment
from piensas.model.reader import Viewer
from piensas.model.refusals import TooFast
from piensas.store.paces import find_last_pace, list_paces, save_paces

SECOND = 1_000
MINUTE = 60 * SECOND


class Allowance(msgspec.Struct, frozen=True):
    """One each `every` milliseconds in the long run, and up to `at_once` of them in one moment."""

    every: int
    at_once: int


NETWORK_AT_ONCE = 10
"""Comments from one network address that may come in one moment: a school or an office has only one. In the
long run it has one for each pause between two of a reader's own."""


def spend(db: Connection, site_id: int, key: str, allowance: Allowance, moment: Moment) -> None:
    """Takes one of what a key may do, or refuses until there is one again."""
    wait, whole_again = take_one(find_last_pace(db, site_id, [key]), allowance, moment)
    if wait:
        raise TooFast(retry_after=wait)
    save_paces(db, site_id, [key], whole_again)


def take_one(kept: int | None, allowance: Allowance, moment: Moment) -> tuple[int, int]:
    """(the seconds to wait, or 0; what to keep from now on).

    What is kept is one time: when all of the allowance is there again (the generic cell rate algorithm, ITU-T
    I.371). A time that no allowance reaches was kept by a clock that ran ahead, and holds nobody up.
    """
    is_from_now = kept is not None and moment.now < kept <= moment.now + allowance.at_once * allowance.every
    whole_again = kept if kept is not None and is_from_now else moment.now
    too_much = whole_again - moment.now - (allowance.at_once - 1) * allowance.every
    return max(0, -(-too_much // SECOND)), whole_again + allowance.every


def require_pace(db: Connection, viewer: Viewer, draft: Draft, moment: Moment) -> dict[str, int]:
    """Refuses a reader or e-mail that posted a moment ago, and a network address from which more have come
    than several readers send. Returns the times that are to be kept, by their keys.

    Of the e-mail nothing is told to whoever is too fast without it; and what guests type is nothing to a
    reader who has signed in.
    """
    pause = comment_pause(viewer)
    if not pause:
        return {}
    browser, theirs = f"session:{viewer.session.hex()}", whose_pace(viewer, draft)
    network = f"network:{viewer.sender}" if viewer.sender else ""
    kept = list_paces(db, viewer.site.id, [*filter(None, (browser, theirs, network))])
    times = {browser: moment.now}
    require_over(kept.get(browser), pause, moment)
    if network:
        wait, times[network] = take_one(kept.get(network), Allowance(pause, NETWORK_AT_ONCE), moment)
        if wait:
            raise TooFast(retry_after=wait, is_networks=True)
    if theirs:
        require_over(kept.get(theirs), pause, moment)
        times[theirs] = moment.now
    return times


def whose_pace(viewer: Viewer, draft: Draft) -> str:
    """The key for the person behind the browser; empty for one of whom nothing is known."""
    if viewer.reader is not None and not viewer.is_guest:
        return reader_pace(viewer.reader.id)
    return email_pace(draft.email) if draft.email else ""


def require_pause(db: Connection, viewer: Viewer, keys: list[str], pause: int, moment: Moment) -> None:
    """That none of the keys was used in the last `pause` milliseconds; from now on they have been."""
    if not pause or not keys:
        return
    require_rested(db, viewer, keys, pause, moment)
    save_paces(db, viewer.site.id, keys, moment.now)


def require_rested(db: Connection, viewer: Viewer, keys: list[str], pause: int, moment: Moment) -> None:
    """That none of the keys was used in the last `pause` milliseconds."""
    require_over(find_last_pace(db, viewer.site.id, keys), pause, moment)


def require_over(last: int | None, pause: int, moment: Moment) -> None:
    if last is not None and 0 <= moment.now - last < pause:
        raise TooFast(retry_after=-(-(last + pause - moment.now) // SECOND))


def comment_pause(viewer: Viewer) -> int:
    return viewer.rules.seconds_between_comments * SECOND


def list_own_keys(viewer: Viewer, deed: str = "") -> list[str]:
    """The keys under which the pace of this browser, and of this network address, is kept for a deed."""
    senders = [f"{deed}sender:{viewer.sender}"] if viewer.sender else []
    return [f"{deed}session:{viewer.session.hex()}", *senders]


def reader_pace(reader_id: int, deed: str = "") -> str:
    """The key under which a reader's pace is kept for a deed, in whatever browser."""
    return f"{deed}reader:{reader_id}"


def email_pace(address: str) -> str:
    """The key under which an address' pace is kept."""
    return f"email:{hash_mailbox(address)}"


def hash_mailbox(address: str) -> str:
    return hashlib.sha256((mailbox_of(address) or address).encode()).hexdigest()
