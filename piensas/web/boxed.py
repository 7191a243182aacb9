"""The page on which somebody was writing, again, with everything that they typed."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Response

from piensas.drawing.language import Speech
from piensas.drawing.pen import pen_of
from piensas.model.refusals import NotFound, Refusal
from piensas.model.thread import Walk
from piensas.web.answers import page_answer, with_retry
from piensas.web.box import Box, answer_box, refused_box
from piensas.web.branches import draw_branch
from piensas.web.discussions import find_address
from piensas.web.errors import STATUS
from piensas.web.press import Press
from piensas.web.reading import read_branch, read_own, read_story
from piensas.web.shapes import DraftShape, as_id
from piensas.web.stories import draw_story
from piensas.web.viewer import Visit, forget_scripts


async def refuse_in_box(
    press: Press, visit: Visit, story_id: int, shape: DraftShape, refusal: Refusal
) -> Response[bytes]:
    """What was typed, and beside it what is wrong."""
    answer = await show_in_box(
        press, visit, story_id, shape, lambda speech: refused_box(shape, visit, refusal, speech)
    )
    answer.status_code = STATUS[refusal.code]
    return with_retry(answer, refusal)


async def show_in_box(
    press: Press, visit: Visit, story_id: int, shape: DraftShape, make: Callable[[Speech], Box]
) -> Response[bytes]:
    """The story's page, or that of the comment that is being answered, with a box of its own. Of one that can
    not be answered any more nothing is told."""
    parent = as_id(shape.parent) if shape.parent else None
    address, language = await find_address(press, story_id, shape.language)
    slug = address.rsplit("/", 1)[-1]
    box = make(pen_of(press.site, language).speech)
    branch = await press.db.read(read_branch, visit.viewer, (language, slug), parent) if parent else None
    if branch and branch.chosen.is_published:
        own = await press.db.read(read_own, visit.viewer, branch.reading.story.id)
        body = draw_branch(press, branch, visit, own, answer_box(box, branch))
    else:
        rules = press.site.rules
        walk = Walk(rules.order, rules.page_size, rules.replies_shown)
        reading = await press.db.read(read_story, press.site.id, language, slug, walk)
        if reading is None:
            raise NotFound
        own = await press.db.read(read_own, visit.viewer, reading.story.id)
        body = draw_story(press, reading, walk, visit, own, box)
    answer = page_answer(body)
    forget_scripts(answer, visit)
    return answer
