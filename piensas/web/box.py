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


class Box(msgspec.Struct, frozen=True):
    """The words in the box's fields, and what is wrong with them. A closed one has no fields."""

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


def empty_box(site: Site, story: Story, visit: Visit | None, now: int) -> Box:
    """The box as a page shows it at first, with the reader's own details where they asked for that."""
    closed = is_closed(story, site.rules, now)
    reader = visit.viewer.reader if visit and visit.keeps_details else None
    if reader is None:
        return Box(is_closed=closed)
    return Box(
        name=reader.name, email=reader.email, website=reader.website, save_details=True, is_closed=closed
    )


def answer_box(box: Box, branch: Branch) -> Box:
    """The box as it stands beneath the comment that it answers."""
    return msgspec.structs.replace(
        box,
        parent=str(branch.chosen.id),
        answers_name=branch.chosen.name or " ",
        cancel=f"{branch.reading.edition.address}/comments/{branch.chosen.id}",
    )


def refused_box(shape: DraftShape, refusal: Refusal, speech: Speech) -> Box:
    """The box with everything that the reader typed and the words for what is wrong."""
    return Box(
        text=shape.text,
        name=shape.name,
        email=shape.email,
        website=shape.website,
        parent=shape.parent or "",
        draft=shape.draft or "",
        save_details=bool(shape.save_details),
        error=words_for(refusal, speech),
        field=refusal.field or "",
        is_closed=refusal.code == "closed",
    )
