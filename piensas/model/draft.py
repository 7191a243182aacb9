"""What a reader sent, before it is accepted. It has no field that must not be sent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from piensas.model.lookalike import is_lookalike
from piensas.model.mailbox import mailbox_of
from piensas.model.refusals import (
    DetailsMissing,
    EmailInvalid,
    NameReserved,
    TextMissing,
    TooLong,
    WebsiteInvalid,
)
from piensas.model.rules import Rules
from piensas.model.website import read_website
from piensas.model.wording import is_blank, tidy_line, tidy_text

SPARE = 4
"""What is typed may be so many times as long as what is kept: it may have decomposed letters and two
characters to a line's end. More is refused before anything else is done with it."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that wants to be posted. `id` makes sending it twice the same as once."""

    text: str = ""
    name: str = ""
    email: str = ""
    website: str = ""
    parent_id: int | None = None
    id: str | None = None
    language: str = ""


def tidy_draft(draft: Draft, rules: Rules) -> Draft:
    """As it would be kept. Raises TooLong for what is too long however it is tidied."""
    for field in ("text", "name", "email", "website"):
        require_spare(field, getattr(draft, field), getattr(rules, f"longest_{field}"))
    return msgspec.structs.replace(
        draft,
        text=tidy_text(draft.text),
        name=tidy_line(draft.name),
        email=tidy_line(draft.email),
        website=tidy_website(draft.website),
    )


def tidy_website(typed: str) -> str:
    """As it is kept; as it was typed where it is no website."""
    line = tidy_line(typed)
    return read_website(line) or line


def require_text(text: str, rules: Rules) -> None:
    if is_blank(text):
        raise TextMissing
    require_length("text", text, rules.longest_text)


def require_details(draft: Draft, rules: Rules) -> None:
    """Name, address and website, in the order in which the box asks for them."""
    if rules.require_name_and_email:
        for field in ("email", "name"):
            if is_blank(getattr(draft, field)):
                raise DetailsMissing(field)
    require_length("email", draft.email, rules.longest_email)
    require_length("name", draft.name, rules.longest_name)
    require_length("website", draft.website, rules.longest_website)
    if draft.email and mailbox_of(draft.email) is None:
        raise EmailInvalid
    if draft.website and read_website(draft.website) is None:
        raise WebsiteInvalid


def require_name(name: str, rules: Rules, reserved: Sequence[str]) -> None:
    """A name that somebody may write under who has signed in."""
    if is_blank(name):
        raise DetailsMissing("name")
    require_length("name", name, rules.longest_name)
    if is_lookalike(name, reserved):
        raise NameReserved


def require_spare(field: str, typed: str, limit: int) -> None:
    if len(typed) > SPARE * limit:
        require_length(field, typed, limit)


def require_length(field: str, value: str, limit: int) -> None:
    if len(value) > limit:
        raise TooLong(field, limit=limit, excess=len(value) - limit)
