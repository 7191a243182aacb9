"""What everybody may read: the site, its stories, their discussions."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from sqlalchemy import Connection

from piensas.drawing.language import as_iso
from piensas.model.access import is_own
from piensas.model.comment import Comment as WholeComment
from piensas.model.comment import PublicComment
from piensas.model.elsewhere import choose_language, list_spellings
from piensas.model.refusals import NotFound
from piensas.model.story import Story as WholeStory
from piensas.model.thread import Walk
from piensas.store.comments import find_comment
from piensas.store.published import Filter, list_published
from piensas.store.stories import (
    find_edition_by_address,
    find_story,
    list_addresses,
    list_counts,
    list_headlines,
    list_stories,
)
from piensas.store.threads import list_published_below
from piensas.web.answers import keep
from piensas.web.api import shapes
from piensas.web.api.answers import (
    ETAG,
    LINK,
    NOT_MODIFIED,
    USUAL,
    After,
    Id,
    IfNoneMatch,
    Limit,
    WantedOrder,
    answer,
    etag_of,
    is_known,
    next_link,
    refused,
    shared,
    split_page,
    unchanged,
)
from piensas.web.api.caller import SHARED, Caller, needs
from piensas.web.front import list_versions, read_place, versions
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.proofs import Proof
from piensas.web.reading import read_discussion
from piensas.web.shapes import as_id, as_place, read_cursor, read_order, show_cursor
from piensas.web.stories import proof_of

MOST_PAGES = 100


@get("/site", operation_id="readSite", summary="What the site is", responses=refused(), **SHARED)
async def site(request: Request, press: NamedDependency[Press]) -> Response[shapes.Site]:
    """The publication's name and languages, and what its discussions allow."""
    rules = press.site.rules
    shown = shapes.Site(
        name=press.site.name,
        tagline=press.site.tagline,
        address=press.site.address,
        languages=list(press.site.languages),
        votes=rules.votes,
        order=rules.order,
        login_required=rules.require_login,
        details_required=rules.require_name_and_email,
        edit_minutes=rules.edit_minutes,
        longest_text=rules.longest_text,
        nesting=rules.nesting,
    )
    return keep(request, shared(shown), None)


@get(
    "/stories",
    operation_id="listStories",
    summary="The newest stories",
    responses=refused("not_found"),
    response_headers=[LINK],
    **SHARED,
)
async def stories(
    request: Request,
    press: NamedDependency[Press],
    language: Annotated[
        str | None, QueryParameter(description="The site's first, where none is wanted")
    ] = None,
    page: Annotated[
        str | None,
        QueryParameter(description="Only the story under this page, by its address here or elsewhere"),
    ] = None,
    limit: Limit = USUAL,
    after: After = None,
) -> Response[shapes.Stories]:
    """Stories that have an edition in a language; or the one that is known by a page's address."""
    if page is not None:
        return await find_by_page(press, page)
    chosen = choose_language(language or "", press.site)
    before = read_place(after)
    mark = press.pages.mark()
    found = await press.db.read(list_headlines, press.site.id, chosen, limit + 1, before)
    page_of_it, last = split_page(found, limit)
    ids = [headline.story_id for headline in page_of_it]
    shown = await press.db.read(read_stories, press.site.id, ids)
    link = next_link(request, press, f"{last.published_at}.{last.story_id}" if last else "")
    proof = Proof(list_versions, (press.site.id, chosen, limit + 1, before), versions(found), mark)
    listed = shapes.Stories([show_story(press, *each) for each in shown])
    return keep(request, shared(listed, link=link), proof)


@get(
    "/stories/{story:str}",
    operation_id="readStory",
    summary="A story",
    responses=refused("not_found"),
    **SHARED,
)
async def story(request: Request, press: NamedDependency[Press], story: Id) -> Response[shapes.Story]:
    """Where its editions are, and how many comments it has."""
    mark = press.pages.mark()
    shown = await press.db.read(read_stories, press.site.id, [as_id(story)])
    if not shown:
        raise NotFound
    proof = proof_of(press, shown[0][0], mark)
    return keep(request, shared(show_story(press, *shown[0])), proof)


@get(
    "/stories/{story:str}/comments",
    operation_id="listThread",
    summary="A story's discussion",
    responses=refused("not_found"),
    response_headers=[LINK],
    **SHARED,
)
async def thread(
    request: Request,
    press: NamedDependency[Press],
    story: Id,
    order: WantedOrder = "",
    limit: Limit = USUAL,
    after: After = None,
) -> Response[shapes.Thread]:
    """Comments that answer none, each with its first replies. Whoever follows `Link` to the end has met each
    comment once, whatever was written or voted on meanwhile."""
    rules = press.site.rules
    walk = Walk(read_order(order, rules), limit, rules.replies_shown, read_cursor(after))
    mark = press.pages.mark()
    found = await press.db.read(read_discussion, press.site.id, as_id(story), walk)
    if found is None:
        raise NotFound
    whole, page = found
    pages = await find_live_pages(press, whole.id)
    shown = shapes.Thread(whole.comments, walk.order, [pages.show_node(node) for node in page.nodes])
    link = next_link(request, press, show_cursor(page.next) if page.next else "")
    return keep(request, shared(shown, link=link), proof_of(press, whole, mark))


@get(
    "/stories/{story:str}/comments/{comment:str}",
    operation_id="readComment",
    summary="A comment",
    responses=refused("not_found", "token_wrong", "too_many_requests") | {304: NOT_MODIFIED},
    response_headers=[ETAG],
    **needs("", is_known=False),
)
async def comment(
    press: NamedDependency[Press],
    caller: NamedDependency[Caller],
    story: Id,
    comment: Id,
    if_none_match: IfNoneMatch = None,
) -> Response[shapes.OwnComment]:
    """A published comment; with its author's token also another, and its words as they were written."""
    found = await press.db.read(read_one, press.site.id, as_id(story), as_id(comment))
    own = found is not None and is_own(caller.viewer, found) and "read" in caller.scopes
    if found is None or not (own or found.is_published):
        raise NotFound
    pages = await find_live_pages(press, found.story_id)
    shown = pages.show_own(found) if own else pages.show_other(found)
    etag = etag_of(shown)
    if is_known(if_none_match, etag):
        return unchanged(etag)
    return answer(shown, headers={"etag": etag})


@get(
    "/stories/{story:str}/comments/{comment:str}/replies",
    operation_id="listReplies",
    summary="Everything below a comment that answers none",
    responses=refused("not_found"),
    response_headers=[LINK],
    **SHARED,
)
async def replies(
    request: Request,
    press: NamedDependency[Press],
    story: Id,
    comment: Id,
    limit: Limit = USUAL,
    after: After = None,
) -> Response[shapes.Comments]:
    """Flat, in the order of arrival; `parent` says where each stands."""
    mark = press.pages.mark()
    found = await press.db.read(
        read_replies, press.site.id, as_id(story), as_id(comment), as_place(after or "0"), limit + 1
    )
    if found is None:
        raise NotFound
    whole, below = found
    pages = await find_live_pages(press, whole.id)
    page, last = split_page(below, limit)
    shown = shapes.Comments([pages.show(each) for each in page])
    link = next_link(request, press, str(last.seq) if last else "")
    return keep(request, shared(shown, link=link), proof_of(press, whole, mark))


@get(
    "/comments",
    operation_id="listNewest",
    summary="The newest comments of the whole site",
    responses=refused("not_found"),
    response_headers=[LINK],
    **SHARED,
)
async def newest(
    request: Request, press: NamedDependency[Press], limit: Limit = USUAL, after: After = None
) -> Response[shapes.Comments]:
    """Of all stories, the newest first."""
    wanted = Filter(before=as_id(after or "0") or None)
    found = await press.db.read(list_published, press.site.id, wanted, limit + 1, 0)
    pages = await find_pages(press, [each.story_id for each in found])
    page, last = split_page(found, limit)
    shown = shapes.Comments([pages.show(each) for each in page if each.story_id in pages.paths])
    return shared(shown, link=next_link(request, press, str(last.id) if last else ""))


@get(
    "/counts",
    operation_id="countComments",
    summary="How many comments pages have",
    responses=refused(),
    **SHARED,
)
async def counts(
    press: NamedDependency[Press],
    page: Annotated[
        list[str],
        QueryParameter(min_items=1, max_items=MOST_PAGES, description="Addresses, here or elsewhere"),
    ],
) -> Response[dict[str, int]]:
    """By the addresses as they were given; 0 where nobody has been yet."""
    known_as = {each: list_spellings(each, press.site) for each in page}
    found = await press.db.read(list_counts, press.site.id, sorted({*chain(*known_as.values())}))
    return shared({each: max(found.get(name, 0) for name in names) for each, names in known_as.items()})


async def find_by_page(press: Press, page: str) -> Response[shapes.Stories]:
    known_as = list_spellings(page, press.site)
    edition = await press.db.read(find_edition_by_address, press.site.id, known_as)
    shown = await press.db.read(read_stories, press.site.id, [edition.story_id] if edition else [])
    return shared(shapes.Stories([show_story(press, *each) for each in shown]))


async def find_live_pages(press: Press, story_id: int) -> shapes.Pages:
    """The pages of a story that has not been taken off."""
    pages = await find_pages(press, [story_id])
    if story_id not in pages.paths:
        raise NotFound
    return pages


async def find_pages(press: Press, stories: list[int]) -> shapes.Pages:
    found = await press.db.read(list_addresses, press.site.id, tuple(sorted(set(stories))))
    paths = {id: {language: path for language, path, _, _ in editions} for id, editions in found.items()}
    return shapes.Pages(press.site, paths)


Known = tuple[WholeStory, list[tuple[str, str, str, str]]]
"""A story, and (language, path, title, page elsewhere) of each edition that is live."""


def read_stories(db: Connection, site_id: int, ids: list[int]) -> list[Known]:
    editions = list_addresses(db, site_id, tuple(ids))
    found = list_stories(db, site_id, editions)
    return [(found[id], editions[id]) for id in ids if id in found]


def read_one(db: Connection, site_id: int, story_id: int, comment_id: int) -> WholeComment | None:
    found = find_story(db, site_id, story_id)
    if found is None or found.discussion == "off":
        return None
    return find_comment(db, site_id, story_id, comment_id)


def read_replies(
    db: Connection, site_id: int, story_id: int, comment_id: int, after: int, limit: int
) -> tuple[WholeStory, list[PublicComment]] | None:
    """The story, and what is below a comment at the top of it from behind a number on."""
    root = read_one(db, site_id, story_id, comment_id)
    found = find_story(db, site_id, story_id)
    if root is None or found is None or root.is_reply or not root.listed:
        return None
    return found, list_published_below(db, found, root.id, after, limit)


def show_story(press: Press, whole: WholeStory, editions: list[tuple[str, str, str, str]]) -> shapes.Story:
    return shapes.Story(
        id=str(whole.id),
        discussion=whole.discussion,
        published_at=as_iso(whole.published_at),
        comments=whole.comments,
        editions=[
            shapes.Edition(language, title, page or f"{press.site.address}{path}")
            for language, path, title, page in editions
        ],
    )
