"""A discussion's lists: pieces of HTML, each drawn once, put together as fast as strings can be joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup
from msgspec import Struct

from piensas.drawing.language import Speech
from piensas.model.comment import PublicComment
from piensas.model.thread import Node

Piece = Callable[[PublicComment, str], Markup]


class Tree(Struct):
    """How the comments of one page are drawn.

    `address` is the edition's; `shown` the number of replies that a page shows below a root; `inserts`
    is what stands beneath single comments, such as the box that answers one.
    """

    piece: Piece
    speech: Speech
    address: str
    shown: int
    inserts: dict[int, Markup] = {}

    def draw(self, nodes: Iterable[Node]) -> Markup:
        """An ordered list, with the replies of each comment in a list of their own."""
        parts: list[str] = []
        self._draw_list(nodes, parts.append)
        return Markup("".join(parts))  # noqa: S704  # pieces and numbers of our own

    def _draw_list(self, nodes: Iterable[Node], write: Callable[[str], None]) -> None:
        write('<ol class="comments">\n')
        for node in nodes:
            comment = node.comment
            write(f'<li id="comment-{comment.id}">\n')
            write(self.piece(comment, self.address))
            if comment.id in self.inserts:
                write(self.inserts[comment.id])
            if node.children:
                self._draw_list(node.children, write)
            if node.hidden:
                write(self._draw_more(node))
            write("</li>\n")
        write("</ol>\n")

    def _draw_more(self, node: Node) -> str:
        words = self.speech.ngettext("%(n)s more reply", "%(n)s more replies", node.hidden)
        words = words % {"n": self.speech.number(node.hidden)}
        link = f"{self.address}/comments/{node.comment.id}?after={self.shown}"
        return f'<p class="more"><a href="{link}">{words}</a></p>\n'
