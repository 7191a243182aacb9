"""What a reader sent, before it is accepted. It has no field that must not be sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

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

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BLANK = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\u00ad\u3164\u115f\u1160\u2800]*")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that wants to be posted. `id` makes sending it twice the same as once."""

    text: str = ""
    name: str = ""
    email: str = ""
    website: str = ""
    parent_id: int | None = None
    id: str | None = None
    language: str = ""


def tidy_text(text: str) -> str:
    """NFC, `\\n` line ends, no control characters or halves of surrogate pairs, no blank ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


def tidy_line(line: str) -> str:
    """As `tidy_text`, on one line, and without marks that turn the direction of what follows."""
    return " ".join(DIRECTION.sub("", tidy_text(line)).split())


def is_blank(text: str) -> bool:
    """Nothing in it can be seen."""
    return BLANK.fullmatch(text) is not None


def tidy_draft(draft: Draft) -> Draft:
    return msgspec.structs.replace(
        draft,
        text=tidy_text(draft.text),
        name=tidy_line(draft.name),
        email=tidy_line(draft.email),
        website=tidy_line(draft.website),
    )


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
    if draft.website and not is_website(draft.website):
        raise WebsiteInvalid


def require_name(name: str, rules: Rules, reserved: Sequence[str]) -> None:
    """A name that somebody may write under who has signed in."""
    if is_blank(name):
        raise DetailsMissing("name")
    require_length("name", name, rules.longest_name)
    if is_lookalike(name, reserved):
        raise NameReserved


def require_length(field: str, value: str, limit: int) -> None:
    if len(value) > limit:
        raise TooLong(field, limit=limit, excess=len(value) - limit)


def is_website(address: str) -> bool:
    """An absolute http or https address with a host and nothing that ends an attribute."""
    if re.search(r"[\s\"'<>`\\{}|^]", address) or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
