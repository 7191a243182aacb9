"""Draws pages: templates, the words of a language, and each comment once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from msgspec import Struct
from rjsmin import jsmin

from piensas.drawing.avatars import hue, initials, pattern
from piensas.drawing.compiled import Compiled
from piensas.drawing.language import Speech, as_iso, speech_of
from piensas.drawing.tree import Piece
from piensas.model.comment import PublicComment
from piensas.model.site import Site

HERE = Path(__file__).parent.parent
PIECES, OWN_PIECES = 8_192, 1_024
"""Drawn comments that are remembered in each language: as all see them, and as somebody sees their own."""
COMPILED = Compiled()
PLACE = Markup("<!%s>")  # no words of anybody's come into a page with a `<`
PLACES = re.compile(rb"<!(\w+)>")
NOTHING: Mapping[str, bytes] = {}
ORDER_NAMES = ("oldest", "newest", "best", "discussed")


class Mine(Struct, frozen=True):
    """What is one viewer's own on a page: comments that they may change, and their votes."""

    comments: frozenset[int] = frozenset()
    changeable: frozenset[int] = frozenset()
    votes: tuple[tuple[int, int], ...] = ()


NOBODY = Mine()


class Templates(Environment):
    """Whose global words are one dictionary for each template: a chain of them, as Jinja would make, is gone
    through anew at every drawing, which is a quarter of what a comment costs."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class Pen:
    """Draws in one language of a site."""

    def __init__(self, site: Site, language: str) -> None:
        self.site = site
        self.language = language
        self.speech = speech_of(language, site.timezone)
        self._templates = Templates(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=COMPILED,
        )
        self._templates.globals.update(self._words())
        self._comment = self._templates.get_template("comment.html")
        self._box = self._templates.get_template("box.html")
        self._plain_piece = lru_cache(PIECES)(self._draw_piece)
        self._own_piece = lru_cache(OWN_PIECES)(self._draw_piece)
        self.box = lru_cache(256)(self._draw_box)

    def draw(self, template: str, finished: Mapping[str, bytes] = NOTHING, **what: Any) -> bytes:
        """A page. What is `finished` stands in the template under its name, but is not taken through it."""
        places = {name: PLACE % name if value else "" for name, value in finished.items()}
        page = self._templates.get_template(template).render(places | what).encode()
        parts = PLACES.split(page)  # between the words, the names of the places
        parts[1::2] = [finished[name.decode()] for name in parts[1::2]]
        return b"".join(parts)

    def _draw_box(self, story_id: int, box: Any) -> Markup:
        """The comment box; the empty one, which almost every page has, is drawn once for each story."""
        drawn = self._box.render(story_id=story_id, b=box, greetings=self.greetings())
        return Markup(drawn)  # noqa: S704  # the template escapes what it is given

    def piece_for(self, mine: Mine | None, closed: bool) -> Piece:
        """Draws comments for a viewer; what is nobody's own on a page is drawn once and remembered."""
        if mine is None or mine is NOBODY:
            return partial(self._plain_piece, closed)
        votes = dict(mine.votes)

        def draw(comment: PublicComment, address: str) -> bytes:
            id = comment.id
            if id not in mine.comments and id not in votes:
                return self._plain_piece(closed, comment, address)
            own = (id in mine.comments, id in mine.changeable, votes.get(id, 0))
            return self._own_piece(closed, comment, address, *own)

        return draw

    def greetings(self) -> list[tuple[str, str]]:
        """The question above the box, in this language first and then in the site's others."""
        if self.site.greeting:
            return [(self.language, self.site.greeting)]
        asked: dict[str, str] = {}
        for each in (self.language, *self.site.languages):
            asked.setdefault(speech_of(each).gettext("What do you think?"), each)
        return [(language, words) for words, language in asked.items()]

    def count(self, comments: int) -> str:
        """The heading above a thread."""
        if not comments:
            return self.speech.gettext("No comments yet")
        words = self.speech.ngettext("%(n)s comment", "%(n)s comments", comments)
        return words % {"n": self.speech.number(comments)}

    def orders(self) -> list[tuple[str, str]]:
        _ = self.speech.gettext
        names = dict(
            zip(ORDER_NAMES, (_("oldest"), _("newest"), _("best"), _("most discussed")), strict=True)
        )
        if self.site.rules.votes == "off":
            del names["best"]
        return list(names.items())

    def _draw_piece(
        self,
        closed: bool,
        comment: PublicComment,
        address: str,
        own: bool = False,
        changeable: bool = False,
        vote: int = 0,
    ) -> bytes:
        return self._comment.render(
            comment=comment, address=address, closed=closed, own=own, changeable=changeable, vote=vote
        ).encode()

    def _words(self) -> dict[str, Any]:
        speech: Speech = self.speech
        return {
            "_": speech.gettext,
            "ngettext": speech.ngettext,
            "number": speech.number,
            "date": speech.date,
            "moment": speech.moment,
            "name_of": speech.name_of,
            "iso": as_iso,
            "speech": speech,
            "language": self.language,
            "site": self.site,
            "count": self.count,
            "front": front_address(self.site, self.language),
            "static": static_address,
            "hue": hue,
            "initials": initials,
            "pattern": pattern,
            "avatars": self.site.rules.avatars,
            "votes": self.site.rules.votes,
        }


@lru_cache(64)
def pen_of(site: Site, language: str) -> Pen:
    return Pen(site, language)


def front_address(site: Site, language: str) -> str:
    return "/" if language == site.language else f"/{language}"


@lru_cache(64)
def static_address(name: str) -> str:
    """A file's address, which changes with its contents, so that browsers may keep it for ever."""
    return f"/static/{static_version(name)}/{name}"


@lru_cache(64)
def static_version(name: str) -> str:
    return hashlib.blake2b(read_static(name), digest_size=6).hexdigest()


@lru_cache(64)
def read_static(name: str) -> bytes:
    """A file as it is handed out: scripts without what only their readers need."""
    content = (HERE / "static" / name).read_bytes()
    return bytes(jsmin(content)) if name.endswith(".js") else content
