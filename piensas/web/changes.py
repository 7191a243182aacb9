"""The pages on which authors edit or withdraw a comment without scripts."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from sqlalchemy import Connection

from piensas.actions.changing import Change
from piensas.drawing.pen import pen_of
from piensas.model.access import require_may_change
from piensas.model.comment import Comment
from piensas.model.reader import Viewer
from piensas.model.refusals import Refusal
from piensas.model.story import Edition, Story
from piensas.store.comments import find_comment
from piensas.store.stories import find_edition_by_slug, find_story, list_editions
from piensas.web.answers import page_answer, with_retry
from piensas.web.errors import STATUS, words_for
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.redirects import moved_or_missing
from piensas.web.shapes import as_id
from piensas.web.viewer import Visit, forget_scripts, read_visit


class Changing(Struct):
    """A comment that its author is about to change, and the page it stands on."""

    story: Story
    edition: Edition
    comment: Comment


@get("/{language:str}/{slug:str}/comments/{comment:str}/edit")
async def edit_page(
    request: Request,
    press: NamedDependency[Press],
    language: FromPath[str],
    slug: FromPath[str],
    comment: FromPath[str],
) -> Response[bytes]:
    changing = await find_changing(request, press, (language, slug), as_id(comment))
    if changing is None:
        return await moved_or_missing(request, press)
    return page_answer(draw_change(press, changing, "text", changing.comment.text))


@get("/{language:str}/{slug:str}/comments/{comment:str}/withdrawal")
async def withdrawal_page(
    request: Request,
    press: NamedDependency[Press],
    language: FromPath[str],
    slug: FromPath[str],
    comment: FromPath[str],
) -> Response[bytes]:
    changing = await find_changing(request, press, (language, slug), as_id(comment))
    if changing is None:
        return await moved_or_missing(request, press)
    return page_answer(draw_change(press, changing, "withdrawal", ""))


async def find_changing(
    request: Request, press: Press, edition: tuple[str, str], comment_id: int
) -> Changing | None:
    visit = await read_visit(request, press)
    found = await press.db.read(read_changing, visit.viewer, edition, comment_id)
    if found is None:
        return None
    require_may_change(visit.viewer, found.comment, press.site.rules, press.clock().now)
    return found


def read_changing(
    db: Connection, viewer: Viewer, edition: tuple[str, str], comment_id: int
) -> Changing | None:
    found = find_edition_by_slug(db, viewer.site.id, *edition)
    if found is None:
        return None
    story, page, _ = found
    comment = find_comment(db, viewer.site.id, story.id, comment_id)
    return Changing(story, page, comment) if comment else None


def read_changing_anywhere(db: Connection, viewer: Viewer, change: Change) -> Changing | None:
    """As `read_changing`, where the form did not say in which language the page was."""
    story = find_story(db, viewer.site.id, change.story_id)
    comment = find_comment(db, viewer.site.id, change.story_id, change.comment_id)
    if story is None or comment is None:
        return None
    live = [edition for edition in list_editions(db, viewer.site.id, story.id) if edition.live]
    same = [edition for edition in live if edition.language == comment.language]
    return Changing(story, (same or live)[0], comment) if live else None


async def refuse_change(
    request: Request, press: Press, visit: Visit, change: Change, refusal: Refusal
) -> Response[bytes]:
    """The form that the edit came from, with what was typed and what is wrong with it."""
    changing = await press.db.read(read_changing_anywhere, visit.viewer, change)
    if changing is None:
        raise refusal
    words = words_for(refusal, pen_of(press.site, changing.edition.language).speech)
    body = draw_change(press, changing, "text", change.text, words)
    answer = page_answer(body, status=STATUS[refusal.code])
    forget_scripts(answer, visit)
    return with_retry(answer, refusal)


def draw_change(press: Press, changing: Changing, verb: str, text: str, error: str = "") -> bytes:
    pen = pen_of(press.site, changing.edition.language)
    _ = pen.speech.gettext
    return pen.draw(
        "change.html",
        story=changing.story,
        edition=changing.edition,
        comment=changing.comment,
        verb=verb,
        text=text,
        error=error,
        title=_("Edit your comment") if verb == "text" else _("Withdraw your comment"),
    )
