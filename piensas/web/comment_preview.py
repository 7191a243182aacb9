"""A comment as it would be, before anybody else sees it."""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from piensas.actions.posting import render_text
from piensas.model.draft import require_spare
from piensas.model.refusals import Refusal
from piensas.model.rules import Rules
from piensas.model.wording import tidy_text
from piensas.web.answers import json_answer
from piensas.web.box import typed_box
from piensas.web.boxed import refuse_in_box, show_in_box
from piensas.web.comments import GUEST
from piensas.web.http import Request
from piensas.web.origin import require_known_page
from piensas.web.press import Press
from piensas.web.shapes import DraftShape, as_id, read_shape, wants_json
from piensas.web.viewer import as_stranger, read_visit


class PreviewShape(msgspec.Struct):
    """The HTML that a comment's text would become."""

    html: str


@post("/stories/{story:str}/preview", status_code=200)
async def preview_comment(
    request: Request, press: NamedDependency[Press], story: FromPath[str]
) -> Response[bytes]:
    """Nothing is kept of it."""
    require_known_page(request, press)
    story_id, shape = as_id(story), await read_shape(request, DraftShape)
    visit = await read_visit(request, press)
    if shape.identity == GUEST and visit.is_signed_in:
        visit = as_stranger(visit)
    try:
        html = draw_text(shape.text, press.site.rules)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await refuse_in_box(press, visit, story_id, shape, refusal)
    if wants_json(request):
        return json_answer(PreviewShape(html))
    box = msgspec.structs.replace(typed_box(shape, visit), preview=html)
    return await show_in_box(press, visit, story_id, shape, lambda _: box)


def draw_text(text: str, rules: Rules) -> str:
    """Raises TextMissing and TooLong, as posting it would."""
    require_spare("text", text, rules.longest_text)
    return render_text(tidy_text(text), rules)
