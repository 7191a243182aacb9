"""Kinds of mistake that people make when they change code like ours, beside those that Cosmic Ray knows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import parso
from cosmic_ray.operators.operator import Example, Operator

Position = tuple[tuple[int, int], tuple[int, int]]
COMPREHENSIONS = {"comp_for", "sync_comp_for"}
LEAVING = {"return_stmt", "raise_stmt", "continue_stmt", "keyword"}
"""How a guard ends; `continue` and `return` alone are keywords."""


def parse(code: str) -> Any:
    return parso.parse(code)  # type: ignore[no-untyped-call]


class Mistake(Operator):  # type: ignore[misc]  # the library has no types
    """A node, or each of some places in it, becomes other code."""

    shown: ClassVar[tuple[tuple[str, str], ...]] = ()

    @abstractmethod
    def places(self, node: Any) -> list[Any]:
        """The parts of a node that this mistake can be made with."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        for each in self.places(node):
            yield each.start_pos, each.end_pos

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return tuple(Example(before, after) for before, after in cls.shown)


class DropCall(Mistake):
    """A call for what it does is forgotten: a counter, a NOTIFY, a pace."""

    shown = (("f(x)\n", "pass\n"),)

    def places(self, node: Any) -> list[Any]:
        if node.type != "simple_stmt":
            return []
        first = node.children[0]
        is_call = first.type in ("atom_expr", "power", "await_expr") and first.get_last_leaf().value == ")"
        return [first] if is_call else []

    def mutate(self, node: Any, index: int) -> Any:
        first = node.children[0]
        node.children[0] = parse(f"{first.get_first_leaf().prefix}pass")
        return node


class DropGuard(Mistake):
    """What refuses, skips or ends early does not any more."""

    shown = (("if a:\n    return\n", "if False:\n    return\n"),)

    def places(self, node: Any) -> list[Any]:
        if node.type != "if_stmt" or len(node.children) != 4:
            return []
        last = node.children[3]
        statements = [each for each in last.children if each.type == "simple_stmt"] or [last]
        return [node.children[1]] if statements[-1].children[0].type in LEAVING else []

    def mutate(self, node: Any, index: int) -> Any:
        node.children[1] = parse(" False")
        return node


class DropCondition(Mistake):
    """One of several conditions is forgotten."""

    shown = (("a and b", "b"), ("a or b or c", "b or c"))

    def places(self, node: Any) -> list[Any]:
        return node.children[::2] if node.type in ("and_test", "or_test") else []

    def mutate(self, node: Any, index: int) -> Any:
        word = node.children[1].value
        left = [part for place, part in enumerate(node.children[::2]) if place != index]
        words = f" {word} ".join(part.get_code(include_prefix=False) for part in left)
        return parse(node.get_first_leaf().prefix + words)


class DropItem(Mistake):
    """One of several things in a list, a set or a tuple of more than two is forgotten, since one thing in
    brackets is no tuple; or one of a call's arguments by name."""

    shown = (("{1, 2}", "{ 2}"), ("f(1, a=2)", "f(1)"))

    def places(self, node: Any) -> list[Any]:
        if node.type == "arglist":
            return [
                each for each in node.children if each.type == "argument" and each.children[0].type == "name"
            ]
        if node.type not in ("testlist_comp", "dictorsetmaker") or node.children[-1].type in COMPREHENSIONS:
            return []
        words = [getattr(each, "value", "") for each in node.children]
        is_pair = node.parent.children[0].value == "(" and len(words) == 3
        return [] if ":" in words or is_pair else node.children[::2]

    def mutate(self, node: Any, index: int) -> Any:
        gone = self.places(node)[index]
        place = node.children.index(gone)
        comma = place + 1 if place + 1 < len(node.children) else place - 1
        node.children = [each for at, each in enumerate(node.children) if at not in (place, comma)]
        return node


class SwapMembership(Mistake):
    """What is among some is taken for what is not."""

    shown = (("a in b", "a not in b"), ("a not in b", "a in b"))

    def places(self, node: Any) -> list[Any]:
        if node.type != "comparison" or len(node.children) != 3:
            return []
        middle = node.children[1]
        return [middle] if middle.get_last_leaf().value == "in" else []

    def mutate(self, node: Any, index: int) -> Any:
        words = "not in" if node.children[1].get_first_leaf().value == "in" else "in"
        node.children[1] = parse(f" {words}")
        return node


class Mistakes:
    """As Cosmic Ray asks for operators: by name."""

    kinds: ClassVar[dict[str, type[Mistake]]] = {
        kind.__name__: kind for kind in (DropCall, DropGuard, DropCondition, DropItem, SwapMembership)
    }

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __getitem__(self, name: str) -> type[Mistake]:
        return self.kinds[name]
