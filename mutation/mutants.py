"""Which mistakes can be made in a file, each with its place, and what the file is then."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import OPERATOR_PROVIDERS, get_operator
from msgspec import Struct

from mutation.mistakes import Mistakes

OPERATOR_PROVIDERS["piensas"] = Mistakes()
COMPARED = "Eq_NotEq NotEq_Eq Lt_LtE LtE_Lt Gt_GtE GtE_Gt Is_IsNot IsNot_Is".split()
CALCULATED = "Add_Sub Sub_Add Mul_Add FloorDiv_Mul Mod_Add BitOr_BitAnd LShift_RShift".split()
SIMPLE = (
    "AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd "
    "ReplaceBreakWithContinue ReplaceContinueWithBreak ExceptionReplacer NumberReplacer ZeroIterationForLoop "
    "ReplaceUnaryOperator_Delete_Not ReplaceUnaryOperator_Delete_USub"
).split()
KINDS = (
    *(f"core/ReplaceComparisonOperator_{each}" for each in COMPARED),
    *(f"core/ReplaceBinaryOperator_{each}" for each in CALCULATED),
    *(f"core/{each}" for each in SIMPLE),
    *(f"piensas/{each}" for each in Mistakes()),
)
Span = tuple[int, int]
"""A first line and a last one."""


class Mutant(Struct, frozen=True):
    """A mistake: of which kind, the how-manieth in its file, in which lines, what was there before, and the
    name that is given a value there once and for all, if one is."""

    file: str
    kind: str
    number: int
    lines: Span
    was: str
    name: str = ""


def list_mutants(file: Path, lines: set[int] | None = None) -> Iterator[Mutant]:
    """All of a file, or those in some of its lines."""
    source = file.read_text("utf-8")
    nodes = list(ast_nodes(get_ast(source)))
    tree = ast.parse(source)
    idle, names = list_idle(tree), find_names(tree)
    for kind in KINDS:
        operator = get_operator(kind)()
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for number, ((first, column), (last, _)) in enumerate(places):
            is_idle = any(begin <= (first, column) < end for begin, end in idle)
            if not is_idle and (lines is None or lines & set(range(first, last + 1))):
                was = source.splitlines()[first - 1].strip()
                yield Mutant(str(file), kind, number, (first, last), was, names.get(first, ""))


def find_names(tree: ast.Module) -> dict[int, str]:
    """The constants of a module and the fields of its classes, by the lines that say what they are."""
    places: list[ast.Module | ast.ClassDef] = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
    found: dict[int, str] = {}
    for each in (statement for place in places for statement in place.body):
        if isinstance(each, ast.Assign | ast.AnnAssign):
            target = each.targets[0] if isinstance(each, ast.Assign) else each.target
            names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
            lines = range(each.lineno, (each.end_lineno or each.lineno) + 1)
            found |= dict.fromkeys(lines, names[0]) if names else {}
    return found


def list_idle(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where (line, column) nothing is done that a test could see: annotations and docstrings,
    that a record is frozen, and how much is remembered."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found += node.keywords
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found += [each for each in node.decorator_list if isinstance(each, ast.Call)]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [node.returns] if node.returns else []
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            found.append(node.annotation)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.append(node)
    return [
        ((each.lineno, each.col_offset), (each.end_lineno, each.end_col_offset))  # type: ignore[attr-defined]  # they have places
        for each in found
    ]


def make(mutant: Mutant, source: str) -> str | None:
    """The file with the mistake in it; None where it makes no difference to its text, or is no Python."""
    made = mutate_code(source, get_operator(mutant.kind)(), mutant.number)
    if made is None or made == source:
        return None
    try:
        compile(made, mutant.file, "exec")
    except SyntaxError:
        return None
    return str(made)
