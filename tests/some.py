"""What a test loops over is something: a loop that is never entered asserts nothing and passes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

MAY_BE_NONE = "# may be none: "
"""At the end of the line of a loop that asserts and need not be entered, followed by why."""

AS_MANY = {"enumerate", "reversed", "sorted", "list", "tuple", "product", "zip", "permutations"}
NEVER_EMPTY = {"some", "range", "walk", "count"}


def some(things: Iterable[T]) -> list[T]:
    """The things, of which there has to be one at least."""
    found = list(things)
    assert found, "There is nothing to look at here."
    return found


def list_idle(source: str) -> Iterator[int]:
    """The lines at which something is asserted of each of several things that may be none."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        for line, things in list_loops(node):
            if not (is_something(things) or MAY_BE_NONE in lines[line - 1]):
                yield line


def list_loops(node: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    """Where a loop with assertions begins, or an assertion about all, and over what it goes."""
    if isinstance(node, ast.For) and any(map(asserts, node.body)):
        yield node.lineno, node.iter
    if isinstance(node, ast.Assert):
        for call in ast.walk(node.test):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "all":
                (things,) = call.args
                each = isinstance(things, ast.GeneratorExp | ast.ListComp)
                yield call.lineno, things.generators[0].iter if each else things  # type: ignore[attr-defined]  # so it is


def asserts(statement: ast.stmt) -> bool:
    """Also in words of Playwright's (`expect(…).to_be…`) and of `pytest.raises`."""
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Attribute) and node.attr.startswith(("to_", "not_to_", "raises")))
        for node in ast.walk(statement)
    )


def is_something(things: ast.expr) -> bool:
    """Written down here, or in a constant, or made of such, or looked at by `some`."""
    match things:
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.Set(elts=several):
            return any(not isinstance(each, ast.Starred) or is_something(each.value) for each in several)
        case ast.Dict(keys=several):
            return bool(several)
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            return True
        case (
            ast.Subscript(value=value)
            | ast.Call(func=ast.Attribute(value=value, attr="items" | "values" | "keys" | "split"))
        ):
            return is_something(value)
        case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
            return is_something(left) or is_something(right)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=several):
            return name in NEVER_EMPTY or (name in AS_MANY and all(map(is_something, several)))
    return False
