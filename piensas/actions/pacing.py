"""How often something may be done, where once in a while several at once are nothing bad."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.model.moment import Moment
from piensas.model.refusals import TooFast
from piensas.store.paces import find_last_pace, save_paces

SECOND = 1_000
MINUTE = 60 * SECOND


class Allowance(msgspec.Struct, frozen=True):
    """One each `every` milliseconds in the long run, and up to `at_once` of them in one moment."""

    every: int
    at_once: int


def spend(db: Connection, site_id: int, key: str, allowance: Allowance, moment: Moment) -> None:
    """Takes one of what a key may do, or refuses until there is one again.

    What is kept is one time: when all of the allowance is there again (the generic cell rate algorithm, ITU-T
    I.371). A time that no allowance reaches was kept by a clock that ran ahead, and holds nobody up.
    """
    kept = find_last_pace(db, site_id, [key]) or 0
    is_from_now = moment.now < kept <= moment.now + allowance.at_once * allowance.every
    whole_again = kept if is_from_now else moment.now
    too_much = whole_again - moment.now - (allowance.at_once - 1) * allowance.every
    if too_much > 0:
        raise TooFast(retry_after=-(-too_much // SECOND))
    save_paces(db, site_id, [key], whole_again + allowance.every)
