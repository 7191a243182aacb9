"""All that programs may ask, and what every such request goes through."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import Response, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from piensas.model.refusals import Malformed
from piensas.web.api import me, reading, writing
from piensas.web.api.answers import BASE
from piensas.web.api.caller import limit_requests, read_caller, require_json
from piensas.web.press import Press
from piensas.web.refusals import Refuser
from piensas.web.shapes import LARGEST_BODY

FOR_PROGRAMS = (
    reading.site,
    reading.stories,
    reading.story,
    reading.thread,
    reading.comment,
    reading.replies,
    reading.newest,
    reading.counts,
    writing.write,
    writing.edit,
    writing.withdraw,
    writing.put_vote,
    writing.delete_vote,
    me.me,
    me.change_name,
    me.my_comments,
    me.my_replies,
    me.mine,
    me.export,
)


def route_programs(press: Press, refuser: Refuser) -> Router:
    return Router(
        BASE,
        route_handlers=[*list_options(), *FOR_PROGRAMS],
        dependencies={"caller": Provide(read_caller)},
        middleware=[limit_requests(press).middleware],
        before_request=require_json,
        exception_handlers={
            RecursionError: lambda request, _: refuser.refuse(request, Malformed("The body is too deep.")),
            UnicodeDecodeError: lambda request, _: refuser.refuse(request, Malformed("It is not UTF-8.")),
        },
        request_max_body_size=LARGEST_BODY,
        include_in_schema=True,
    )


def list_options() -> Iterator[HTTPRouteHandler]:
    """What each address allows (RFC 9110, 9.3.7): the framework names those of one handler alone."""
    allowed: dict[str, set[str]] = {}
    for handler in FOR_PROGRAMS:
        for path in handler.paths:
            allowed.setdefault(path, {"OPTIONS"}).update(handler.http_methods)
    for path, methods in allowed.items():
        yield tell_methods(path, ", ".join(sorted(methods)))


def tell_methods(path: str, methods: str) -> HTTPRouteHandler:
    def options() -> Response[None]:
        return Response(None, status_code=204, headers={"allow": methods})

    declare = HTTPRouteHandler(path, http_method="OPTIONS", include_in_schema=False, sync_to_thread=False)
    return declare(options)
