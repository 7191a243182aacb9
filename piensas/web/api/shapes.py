"""What programs send and are sent. Ids are strings, since JavaScript would round them; times are RFC 3339."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct

from piensas.drawing.language import as_iso
from piensas.model.comment import Comment as WholeComment
from piensas.model.comment import PublicComment, Status, own_view
from piensas.model.site import Site as Publication
from piensas.model.story import Discussion
from piensas.model.thread import Node

Id = Annotated[str, Meta(pattern=r"^[0-9]{1,19}$", examples=["3738119876543210496"])]
Time = Annotated[str, Meta(examples=["2026-03-14T08:15:30Z"], extra_json_schema={"format": "date-time"})]
Address = Annotated[str, Meta(examples=["https://news.example/en/flight"])]
Language = Annotated[str, Meta(examples=["en"], max_length=35)]
Name = Annotated[str, Meta(examples=["Night reader"])]


class Edition(Struct):
    """A story in one language, and the address of its page."""

    language: Language
    title: Annotated[str, Meta(examples=["No more specialists will be sent"])]
    url: Address


class Story(Struct, rename="camel"):
    """A page that readers discuss: one discussion, an edition for each language."""

    id: Id
    discussion: Annotated[Discussion, Meta(description="`open` takes comments")]
    published_at: Time
    comments: Annotated[int, Meta(ge=0, description="How many are published")]
    editions: list[Edition]


class Stories(Struct):
    """A page of stories, the newest first."""

    stories: list[Story]


class Comment(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """A comment. One that is no longer published keeps its place for its replies, without name and words."""

    id: Id
    story: Id
    url: Address
    status: Status
    name: Name
    website: Annotated[str, Meta(description="Empty where there is none")]
    language: Language
    html: Annotated[str, Meta(examples=["<p>A thought.</p>\n"], description="Sanitised by us")]
    written_at: Time
    ups: Annotated[int, Meta(ge=0)]
    downs: Annotated[int, Meta(ge=0)]
    parent: Annotated[Id | None, Meta(description="Where it stands in the thread")] = None
    in_reply_to: Annotated[Id | None, Meta(description="What it answers")] = None
    edited_at: Time | None = None
    photo: Annotated[str, Meta(description="The address of the author's photo")] = ""
    replies: list[Comment] = []
    hidden_replies: Annotated[int, Meta(ge=0, description="Further replies, to be asked for")] = 0


class OwnComment(Comment, omit_defaults=True):
    """A comment; its author is shown more of it, also while it is held."""

    text: Annotated[str, Meta(description="Markdown, as it was written", examples=["A thought."])] = ""
    token: Annotated[
        str, Meta(description="For a guest who wrote without a token: what lets them change the comment")
    ] = ""


C = TypeVar("C", bound=Comment)


class Thread(Struct):
    """A page of a discussion: comments that answer none, each with its first replies."""

    count: Annotated[int, Meta(ge=0, description="Published comments in all")]
    order: Literal["oldest", "newest", "best", "discussed"]
    comments: list[Comment]


class Comments(Struct):
    """A page of comments."""

    comments: list[Comment]


class OwnComments(Struct):
    """A page of one's own comments."""

    comments: list[OwnComment]


class Draft(Struct, forbid_unknown_fields=True):
    """A comment to be written. A guest gives a name and an email address; with a token they are known."""

    text: Annotated[str, Meta(description="Markdown", examples=["A *thought*."], min_length=1)]
    name: Annotated[str, Meta(examples=["Night reader"])] = ""
    email: Annotated[str, Meta(examples=["night@example.org"], description="Never shown")] = ""
    website: Annotated[str, Meta(examples=["https://example.org"])] = ""
    parent: Annotated[Id | None, Meta(description="The comment that is answered", examples=[None])] = None
    language: Annotated[Language, Meta(description="The site's first, where none is given")] = ""


class Text(Struct, forbid_unknown_fields=True):
    """The new words of a comment."""

    text: Annotated[str, Meta(description="Markdown", examples=["Another *thought*."], min_length=1)]


class Vote(Struct, forbid_unknown_fields=True):
    """For or against."""

    value: Literal["up", "down"]


class Mine(Struct):
    """What is one's own under a story."""

    comments: list[OwnComment]
    votes: Annotated[dict[str, Literal["up", "down"]], Meta(description="By the comment's id", examples=[{}])]


class Me(Struct, rename="camel"):
    """The reader for whom the program acts."""

    id: Id
    name: Name
    photo: str
    since: Time
    is_guest: bool
    scopes: Annotated[list[str], Meta(examples=[["read", "write"]])]


class NewName(Struct, forbid_unknown_fields=True):
    """Under which name the reader writes from now on."""

    name: Annotated[str, Meta(examples=["Night reader"], min_length=1)]


class Site(Struct, rename="camel"):
    """The publication, and what its discussions allow."""

    name: str
    tagline: str
    address: Address
    languages: list[str]
    votes: Literal["off", "up", "both"]
    order: Literal["oldest", "newest", "best", "discussed"]
    login_required: bool
    details_required: bool
    edit_minutes: int
    longest_text: Annotated[int, Meta(description="In characters")]
    nesting: Annotated[int, Meta(description="Levels of the thread")]


class Pages:
    """Where comments have their own addresses: the paths of stories by language."""

    def __init__(self, site: Publication, paths: dict[int, dict[str, str]]) -> None:
        self.site = site
        self.paths = paths

    def address_of(self, comment: PublicComment) -> str:
        """The comment's permalink, in its own language where the story has an edition in it."""
        paths = self.paths.get(comment.story_id) or {"": ""}
        path = paths.get(comment.language) or next(iter(paths.values()))
        return f"{self.site.address}{path}/comments/{comment.id}" if path else self.site.address

    def show(self, comment: PublicComment) -> Comment:
        return self._show(Comment, comment)

    def show_node(self, node: Node) -> Comment:
        shown = self.show(node.comment)
        shown.replies = [self.show_node(child) for child in node.children]
        shown.hidden_replies = node.hidden
        return shown

    def show_own(self, comment: WholeComment, token: str = "") -> OwnComment:
        text = comment.text if comment.status in ("published", "held") else ""
        return self._show(OwnComment, own_view(comment), text=text, token=token)

    def show_other(self, comment: WholeComment) -> OwnComment:
        """A published comment as everybody is shown it, in the shape that its author is."""
        return self._show(OwnComment, own_view(comment))

    def _show(self, shape: type[C], comment: PublicComment, **more: Any) -> C:
        return shape(
            id=str(comment.id),
            story=str(comment.story_id),
            url=self.address_of(comment),
            status=comment.status,
            name=comment.name,
            website=comment.website,
            language=comment.language,
            html=comment.html,
            written_at=as_iso(comment.written_at),
            ups=comment.ups,
            downs=comment.downs,
            parent=str(comment.parent_id) if comment.parent_id else None,
            in_reply_to=str(comment.answers_id) if comment.answers_id else None,
            edited_at=as_iso(comment.edited_at) if comment.edited_at else None,
            photo=f"{self.site.address}/photos/{comment.photo}" if comment.photo else "",
            **more,
        )
