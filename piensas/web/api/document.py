"""The API described for programs (OpenAPI 3.1), and for the people who write them."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from piensas import __version__
from piensas.drawing.pen import pen_of
from piensas.web.answers import SAFETY, SHARED
from piensas.web.api import shapes
from piensas.web.api.explorer import list_operations, list_shapes, plain
from piensas.web.errors import Problem
from piensas.web.http import Request
from piensas.web.press import Press

PLACE = "/api"
OPEN = {"cache-control": SHARED, "access-control-allow-origin": "*"}
ABOUT = """Everything that a reader's page does, for programs.

Reading needs nothing. To write, a program comes as a guest, with a name and an email address, or with a
token that a reader has made for it on their own page, in an `Authorization: Bearer` header. Cookies are not
looked at.

Lists go on at the address that their `Link` header gives with `rel="next"`. A refusal is a problem
(RFC 9457) with a `code` that never changes. Requests that are not the same for everybody are counted by
network address: `RateLimit-*` headers say how many are left.
"""
REF = "#/components/schemas/{name}"
"""Where a shape is described."""

COMMENT = shapes.Comment(
    id="3738119876543210496",
    story="3738100000000000000",
    url="https://news.example/en/flight/comments/3738119876543210496",
    status="published",
    name="Night reader",
    website="",
    language="en",
    html="<p>A <em>thought</em>.</p>\n",
    written_at="2026-03-14T08:15:30Z",
    ups=2,
    downs=0,
)
OWN = msgspec.convert(msgspec.to_builtins(COMMENT) | {"text": "A *thought*."}, shapes.OwnComment, strict=True)
EDITION = shapes.Edition("en", "No more specialists will be sent", "https://news.example/en/flight")
STORY = shapes.Story("3738100000000000000", "open", "2026-03-14T07:00:00Z", 1, [EDITION])
EXAMPLES: tuple[msgspec.Struct, ...] = (
    COMMENT,
    OWN,
    EDITION,
    STORY,
    shapes.Stories([STORY]),
    shapes.Thread(1, "oldest", [COMMENT]),
    shapes.Comments([COMMENT]),
    shapes.OwnComments([OWN]),
    shapes.Draft("A *thought*.", "Night reader", "night@example.org"),
    shapes.Text("Another *thought*."),
    shapes.Vote("up"),
    shapes.Mine([OWN], {"3738119876543210497": "up"}),
    shapes.Me("3738000000000000000", "Night reader", "", "2026-03-01T00:00:00Z", False, ["read", "write"]),
    shapes.NewName("Night reader"),
    shapes.Site(
        "News", "", "https://news.example", ["en", "es"], "both", "oldest", False, True, 15, 65_525, 5
    ),
    Problem("/problems#not_found", "Page not found", 404, "not_found", "There is nothing at this address."),
)


class Document(OpenAPIRenderPlugin):
    """The document as JSON."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type="application/json")  # type: ignore[arg-type]
        self._body = b""

    def render(self, request: Request, openapi_schema: dict[str, Any]) -> bytes:
        self._body = self._body or msgspec.json.encode(complete(openapi_schema))
        return self._body


class Explorer(OpenAPIRenderPlugin):
    """A page on which people read the document and try what it says; nothing on it is another's."""

    def __init__(self, press: Press) -> None:
        super().__init__(path="/")
        self._press = press

    def render(self, request: Request, openapi_schema: dict[str, Any]) -> bytes:
        whole = complete(openapi_schema)
        described = list_shapes(whole)
        return pen_of(self._press.site, self._press.site.language).draw(
            "api.html",
            about=plain(ABOUT).strip().split("\n\n"),
            operations=list_operations(whole),
            shapes=described,
            examples={shape.name: shape.example for shape in described},
        )


def openapi_config(press: Press) -> OpenAPIConfig:
    """Where the document and its page are."""
    router = Router(PLACE, route_handlers=[], include_in_schema=False, response_headers=SAFETY | OPEN)
    return OpenAPIConfig(
        title=f"{press.site.name}: comments",
        version=__version__,
        description=ABOUT,
        path=PLACE,
        openapi_router=router,
        render_plugins=[Explorer(press), Document()],
        create_examples=False,
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="Made on a reader's own page"
                )
            }
        ),
    )


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with the shapes as the library that reads and writes them describes them, and
    an example of each."""
    whole: dict[str, Any] = msgspec.to_builtins(document)
    _, described = msgspec.json.schema_components([type(each) for each in EXAMPLES], ref_template=REF)
    for example in EXAMPLES:
        described[type(example).__name__]["examples"] = [msgspec.to_builtins(example)]
    whole["components"]["schemas"] = described
    return whole
