"""A discussion's lists: pieces of HTML, each drawn once, put together as fast as bytes can be joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup
from msgspec import Struct

from piensas.drawing.language import Speech
from piensas.model.comment import PublicComment
from piensas.model.thread import Node

Piece = Callable[[PublicComment, str], bytes]


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

    def draw(self, nodes: Iterable[Node]) -> bytes:
        """An ordered list, with the replies of each comment in a list of their own."""
        parts: list[bytes] = []
        self._draw_list(nodes, parts.append)
        return b"".join(parts)

    def _draw_list(self, nodes: Iterable[Node], write: Callable[[bytes], object]) -> None:
        write(b'<ol class="comments">\n')
        for node in nodes:
            comment = node.comment
            write(b'<li id="comment-%d">\n' % comment.id)
            write(self.piece(comment, self.address))
            if comment.id in self.inserts:
                write(self.inserts[comment.id].encode())
            if node.children:
                self._draw_list(node.children, write)
            if node.hidden:
                write(self._draw_more(node))
            write(b"</li>\n")
        write(b"</ol>\n")

    def _draw_more(self, node: Node) -> bytes:
        words = self.speech.ngettext("%(n)s more reply", "%(n)s more replies", node.hidden)
        words = words % {"n": self.speech.number(node.hidden)}
        link = f"{self.address}/comments/{node.comment.id}?after={self.shown}"
        return f'<p class="more"><a href="{link}">{words}</a></p>\n'.encode()
