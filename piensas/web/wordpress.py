"""WordPress's routes for comments, so that its clients read and write here unchanged.

Shapes, parameters, headers and error codes are those of the WordPress REST API handbook
(developer.wordpress.org/rest-api/reference/comments). Ids are numbers that JavaScript keeps exact.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta
from sqlalchemy import Connection

from piensas.actions.posting import post_comment
from piensas.actions.presence import present
from piensas.drawing.language import as_iso, as_local
from piensas.drawing.pen import pen_of
from piensas.model.comment import PublicComment, own_view
from piensas.model.draft import Draft
from piensas.model.moment import first_id_at
from piensas.model.refusals import Malformed, NotFound, Refusal, Rejected
from piensas.model.short import short_of
from piensas.model.story import Headline
from piensas.store.published import (
    Filter,
    count_published,
    find_published,
    find_story_id,
    list_pages,
    list_published,
    list_published_ids,
    list_story_ids,
)
from piensas.store.stories import list_headlines
from piensas.web.answers import json_answer, shared_json
from piensas.web.errors import words_for
from piensas.web.http import Request
from piensas.web.origin import require_own_page
from piensas.web.press import Press
from piensas.web.shapes import read_shape
from piensas.web.viewer import read_visit, remember

BASE = "/wp-json/wp/v2"
MOST = 100
LAST_PAGE = 1_000
LONGEST_WALK = 10_000
"""Comments that may be stepped over; who wants more asks by `before` and `after`."""
MOST_EXACT = (1 << 53) - 1
KNOWN = {"post", "parent", "include", "after", "before", "order", "orderby", "per_page", "page", "offset"} | {
    "status", "context", "_embed", "_fields", "type", "rest_route",
}  # fmt: skip
CODES = {
    "text_missing": ("rest_comment_content_invalid", 400),
    "details_missing": ("rest_comment_author_data_required", 400),
    "email_invalid": ("rest_invalid_param", 400),
    "website_invalid": ("rest_invalid_param", 400),
    "too_long": ("comment_content_column_length", 400),
    "duplicate": ("comment_duplicate", 409),
    "too_fast": ("comment_flood", 429),
    "closed": ("rest_comment_closed", 403),
    "login_required": ("rest_comment_login_required", 401),
    "not_found": ("rest_comment_invalid_id", 404),
    "malformed": ("rest_invalid_param", 400),
}


class WrittenShape(msgspec.Struct):
    """A comment as WordPress's clients send it."""

    post: Annotated[int, Meta(ge=0, le=MOST_EXACT)] = 0
    parent: Annotated[int, Meta(ge=0, le=MOST_EXACT)] = 0
    content: str | dict[str, str] = ""
    author_name: str = ""
    author_email: str = ""
    author_url: str = ""

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else self.content.get("raw", "")


@get(["/wp-json", BASE])
async def index(press: NamedDependency[Press]) -> Response[bytes]:
    """What a client asks first: what the site is, and which routes it has."""
    routes = {
        f"/wp/v2/{name}": {"namespace": "wp/v2", "methods": methods, "endpoints": [{"methods": methods}]}
        for name, methods in (
            ("comments", ["GET", "POST"]),
            ("comments/(?P<id>[\\d]+)", ["GET"]),
            ("posts", ["GET"]),
            ("posts/(?P<id>[\\d]+)", ["GET"]),
        )
    }
    site = press.site
    found = {
        "name": site.name,
        "description": site.tagline,
        "url": site.address,
        "home": site.address,
        "namespaces": ["wp/v2"],
        "authentication": [],
        "routes": routes,
    }
    return shared_json(found)


@get(f"{BASE}/comments")
async def list_comments(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    return await answering(press, lambda: read_comments(request, press))


@get(f"{BASE}/comments/{{comment:str}}")
async def one_comment(press: NamedDependency[Press], comment: FromPath[str]) -> Response[bytes]:
    return await answering(press, lambda: read_comment(press, comment))


@post(f"{BASE}/comments", status_code=201)
async def write_comment(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    return await answering(press, lambda: take_comment(request, press))


@get(f"{BASE}/posts")
async def list_posts(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """The newest stories in the site's first language."""
    return await answering(press, lambda: read_posts(request, press))


@get(f"{BASE}/posts/{{story:str}}")
async def one_post(press: NamedDependency[Press], story: FromPath[str]) -> Response[bytes]:
    return await answering(press, lambda: read_post(press, story))


async def read_comments(request: Request, press: Press) -> Response[bytes]:
    query = request.query_params
    per_page = number_in(query.get("per_page"), 10, MOST)
    page = number_in(query.get("page"), 1, LAST_PAGE)
    offset = number_in(query.get("offset"), (page - 1) * per_page, LONGEST_WALK, least=0)
    if offset > LONGEST_WALK:
        raise Malformed("page")
    wanted = await read_filter(request, press)
    total = await press.db.read(count_published, press.site.id, wanted)
    found = await press.db.read(list_published, press.site.id, wanted, per_page, offset)
    pages = await press.db.read(
        list_pages, press.site.id, press.site.language, tuple({comment.story_id for comment in found})
    )
    answer = shared_json([show(press, comment, pages.get(comment.story_id)) for comment in found])
    last = -(-total // per_page)
    answer.headers.update({"x-wp-total": str(total), "x-wp-totalpages": str(last)})
    answer.headers["access-control-expose-headers"] = "X-WP-Total, X-WP-TotalPages, Link"
    around = (("prev", page - 1, page > 1), ("next", page + 1, page < last))
    links = [
        f'<{press.site.address}{BASE}/comments?{urlencode([*others(request), ("page", n)])}>; rel="{rel}"'
        for rel, n, is_there in around
        if is_there
    ]
    if links:
        answer.headers["link"] = ", ".join(links)
    return answer


async def read_filter(request: Request, press: Press) -> Filter:
    """What WordPress's parameters ask for, as far as we have it."""
    query = request.query_params
    if unknown := set(query) - KNOWN - {f"{name}[]" for name in KNOWN}:
        raise Malformed(", ".join(sorted(unknown)))
    if query.get("order", "desc") not in ("asc", "desc"):
        raise Malformed("order")
    if query.get("orderby", "date_gmt") not in ("date", "date_gmt", "id"):
        raise Malformed("orderby")
    if (
        query.get("status", "approve") not in ("approve", "approved")
        or query.get("context", "view") == "edit"
    ):
        raise Malformed("status")
    wanted = (numbers(request, "post"), numbers(request, "parent"), numbers(request, "include"))
    stories, parents, among = await press.db.read(find_ids, press.site.id, *wanted)
    return Filter(
        stories=tuple(stories),
        parents=tuple(parents) if parents else None,
        among=tuple(among) if among else None,
        after=instant(query.get("after")) or 0,
        before=instant(query.get("before")),
        newest_first=query.get("order", "desc") == "desc",
    )


async def read_comment(press: Press, comment: str) -> Response[bytes]:
    found = await press.db.read(find_published, press.site.id, number_in(comment, 0, MOST_EXACT))
    if found is None:
        raise NotFound
    pages = await press.db.read(list_pages, press.site.id, press.site.language, (found.story_id,))
    return shared_json(show(press, found, pages.get(found.story_id)))


async def take_comment(request: Request, press: Press) -> Response[bytes]:
    require_own_page(request, press.site.address)
    shape = await read_shape(request, WrittenShape)
    story_id = await press.db.read(find_story_id, press.site.id, shape.post)
    if story_id is None:
        return problem("rest_comment_invalid_post_id", "There is no such post.", 403)
    visit = await read_visit(request, press)
    pages = await press.db.read(list_pages, press.site.id, press.site.language, (story_id,))
    draft = Draft(
        text=shape.text,
        name=shape.author_name,
        email=shape.author_email,
        website=shape.author_url,
        parent_id=await find_parent(press, shape.parent) if shape.parent else None,
        language=pages[story_id].language if story_id in pages else press.site.language,
    )
    done = await press.db.write(
        lambda db: post_comment(db, present(db, visit.viewer), story_id, draft, press.clock()), story_id
    )
    posted = done.comment
    if posted.status == "rejected":
        raise Rejected
    shown = show(press, own_view(posted), pages.get(story_id)) | {
        "status": "approved" if posted.is_published else "hold"
    }
    answer = json_answer(shown, status=201)
    answer.headers["location"] = f"{press.site.address}{BASE}/comments/{short_of(posted.id)}"
    remember(answer, visit)
    return answer


async def read_posts(request: Request, press: Press) -> Response[bytes]:
    per_page = number_in(request.query_params.get("per_page"), 10, MOST)
    found = await press.db.read(list_headlines, press.site.id, press.site.language, per_page, None)
    return shared_json([show_post(press, headline) for headline in found])


async def read_post(press: Press, story: str) -> Response[bytes]:
    story_id = await find_story(press, number_in(story, 0, MOST_EXACT))
    pages = await press.db.read(list_pages, press.site.id, press.site.language, (story_id,))
    if story_id not in pages:
        return problem("rest_post_invalid_id", "There is no such post.", 404)
    return shared_json(show_post(press, pages[story_id]))


def show(press: Press, comment: PublicComment, page: Headline | None) -> dict[str, Any]:
    site = press.site.address
    number, story = short_of(comment.id), short_of(comment.story_id)
    photo = f"{site}/photos/{comment.photo}" if comment.photo else ""
    parent = short_of(comment.parent_id) if comment.parent_id else 0
    links: dict[str, Any] = {
        "self": [{"href": f"{site}{BASE}/comments/{number}"}],
        "collection": [{"href": f"{site}{BASE}/comments"}],
        "up": [{"embeddable": True, "post_type": "post", "href": f"{site}{BASE}/posts/{story}"}],
    }
    if parent:
        links["in-reply-to"] = [{"embeddable": True, "href": f"{site}{BASE}/comments/{parent}"}]
    return {
        "id": number,
        "post": story,
        "parent": parent,
        "author": 0,
        "author_name": comment.name,
        "author_url": comment.website,
        "date": as_local(comment.written_at, press.site.zone),
        "date_gmt": as_iso(comment.written_at)[:19],
        "content": {"rendered": comment.html},
        "link": f"{site}{page.address}/comments/{comment.id}#comment-{comment.id}" if page else site,
        "status": "approved",
        "type": "comment",
        "author_avatar_urls": dict.fromkeys(("24", "48", "96"), photo) if photo else {},
        "meta": [],
        "_links": links,
    }


def show_post(press: Press, page: Headline) -> dict[str, Any]:
    site = press.site.address
    return {
        "id": short_of(page.story_id),
        "date": as_local(page.published_at, press.site.zone),
        "date_gmt": as_iso(page.published_at)[:19],
        "modified_gmt": as_iso(page.updated_at or page.published_at)[:19],
        "slug": page.slug,
        "status": "publish",
        "type": "post",
        "link": f"{site}{page.address}",
        "title": {"rendered": html.escape(page.title)},
        "excerpt": {"rendered": html.escape(page.summary), "protected": False},
        "comment_status": "open" if page.discussion == "open" else "closed",
        "_links": {"replies": [{"href": f"{site}{BASE}/comments?post={short_of(page.story_id)}"}]},
    }


async def answering(press: Press, work: Callable[[], Any]) -> Response[bytes]:
    """Refusals as WordPress says them: a code of its own, words, and the status once more."""
    try:
        answer: Response[bytes] = await work()
    except Refusal as refusal:
        if refusal.code == "unavailable":
            raise
        words = words_for(refusal, pen_of(press.site, press.site.language).speech)
        code, status = CODES.get(refusal.code, (f"rest_{refusal.code}", 403))
        return problem(code, words, status)
    return answer


def problem(code: str, words: str, status: int) -> Response[bytes]:
    answer = json_answer({"code": code, "message": words, "data": {"status": status}}, status=status)
    answer.media_type = "application/json"
    return answer


async def find_story(press: Press, short: int) -> int:
    """The story's id; one that nothing has where there is none."""
    return await press.db.read(find_story_id, press.site.id, short) or -1


def find_ids(
    db: Connection, site_id: int, posts: list[int], parents: list[int], among: list[int]
) -> tuple[list[int], list[int], list[int]]:
    """The ids that are meant; one that nothing has where there is none, and 0 for no parent."""
    known = list_story_ids(db, site_id, posts)
    said = {0: 0} | list_published_ids(db, site_id, [*parents, *among])
    found = ((known, posts), (said, parents), (said, among))
    first, second, third = ([ids.get(short, -1) for short in shorts] for ids, shorts in found)
    return first, second, third


async def find_parent(press: Press, short: int) -> int:
    found = await press.db.read(find_published, press.site.id, short) if short else None
    return found.id if found else (-1 if short else 0)


def number_in(text: str | None, usual: int, most: int, *, least: int = 1) -> int:
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or not least <= int(text) <= most:
        raise Malformed(f"a number from {least} to {most}")
    return int(text)


def numbers(request: Request, name: str) -> list[int]:
    """`post=1,2`, `post[]=1&post[]=2` and `post=1&post=2` are the same."""
    words = ",".join(
        [*request.query_params.getall(name, []), *request.query_params.getall(f"{name}[]", [])]
    ).split(",")
    if len(words) > MOST:
        raise Malformed(name)
    return [number_in(word.strip(), 0, MOST_EXACT, least=0) for word in words if word.strip()]


def instant(text: str | None) -> int | None:
    """The id that a time in ISO 8601 begins with."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Malformed("a time in ISO 8601") from fault
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(first_id_at(int(moment.timestamp() * 1_000)), (1 << 63) - 1)


def others(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
