"""The comment box: what it shows before, during and after an attempt to post."""

from __future__ import annotations

import msgspec

from piensas.drawing.language import Speech
from piensas.model.access import is_closed
from piensas.model.refusals import Refusal
from piensas.model.site import Site
from piensas.model.story import Story
from piensas.web.errors import words_for
from piensas.web.reading import Branch
from piensas.web.shapes import DraftShape
from piensas.web.viewer import Visit

GIVEN_BACK = 2
"""What is too long comes back so that its writer can shorten it: up to twice what could be posted."""


class Who(msgspec.Struct, frozen=True):
    """Who is signed in, and with which account."""

    name: str
    photo: str
    provider: str
    label: str


class Box(msgspec.Struct, frozen=True):
    """The words in the box's fields, and what is wrong with them. A closed one has no fields.

    `who` has signed in; while they are `choosing` another identity, the ways to sign in stand there too.
    """

    text: str = ""
    name: str = ""
    email: str = ""
    website: str = ""
    parent: str = ""
    draft: str = ""
    save_details: bool = False
    answers_name: str = ""
    cancel: str = ""
    error: str = ""
    field: str = ""
    is_closed: bool = False
    who: Who | None = None
    choosing: bool = False
    display_name: str = ""
    preview: str = ""


def empty_box(site: Site, story: Story, visit: Visit | None, now: int) -> Box:
    """The box as a page shows it at first: who is signed in, what they had typed before they were, or a
    guest's own details where they asked for that."""
    box = Box(is_closed=is_closed(story, site.rules, now), who=who_is(visit))
    if visit is None:
        return box
    typed = read_typed(visit, story.id)
    if typed:
        return msgspec.structs.replace(box, text=typed.text, draft=typed.draft or "")
    reader = visit.viewer.reader if visit.keeps_details and not visit.is_signed_in else None
    if reader is None:
        return box
    return msgspec.structs.replace(
        box, name=reader.name, email=reader.email, website=reader.website, save_details=True
    )


def who_is(visit: Visit | None) -> Who | None:
    """Nobody, unless somebody has signed in."""
    if visit is None or not visit.is_signed_in or visit.session is None or visit.viewer.reader is None:
        return None
    reader, session = visit.viewer.reader, visit.session
    return Who(reader.name, reader.photo, session.provider, session.label)


class Typed(msgspec.Struct, frozen=True):
    """What was typed under a story before somebody left to sign in."""

    story_id: int
    shape: DraftShape


def read_typed(visit: Visit, story_id: int) -> DraftShape | None:
    """What the visitor had typed under this story before they signed in."""
    if visit.session is None or not visit.session.draft:
        return None
    typed = msgspec.json.decode(visit.session.draft, type=Typed)
    return typed.shape if typed.story_id == story_id else None


def write_typed(story_id: int, shape: DraftShape) -> str:
    """In the form in which a sign-in carries it along; empty where there is nothing to lose."""
    return msgspec.json.encode(Typed(story_id, shape)).decode() if shape.text.strip() else ""


def answer_box(box: Box, branch: Branch) -> Box:
    """The box as it stands beneath the comment that it answers."""
    return msgspec.structs.replace(
        box,
        parent=str(branch.chosen.id),
        answers_name=branch.chosen.name or " ",
        cancel=f"{branch.reading.edition.address}/comments/{branch.chosen.id}",
    )


def typed_box(shape: DraftShape, visit: Visit) -> Box:
    """The box with everything that the reader typed, unless it was absurdly much."""
    shape = shape.cut(visit.viewer.rules, GIVEN_BACK)
    return Box(
        text=shape.text,
        name=shape.name,
        email=shape.email,
        website=shape.website,
        parent=shape.parent or "",
        draft=shape.draft or "",
        save_details=bool(shape.save_details),
        who=who_is(visit),
        choosing=shape.identity == "guest",
        display_name=shape.display_name,
    )


def refused_box(shape: DraftShape, visit: Visit, refusal: Refusal, speech: Speech) -> Box:
    """As `typed_box`, with the words for what is wrong."""
    return msgspec.structs.replace(
        typed_box(shape, visit),
        error=words_for(refusal, speech),
        field=refusal.field or "",
        is_closed=refusal.code == "closed",
    )
