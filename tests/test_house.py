"""The house itself: rooms, words, sizes, and documents that say what is so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from piensas.cli import main
from piensas.drawing.pen import read_static
from piensas.model.refusals import Refusal
from piensas.settings import OpenId, Settings
from piensas.store.database import Database
from piensas.store.tables import metadata
from piensas.web.api.answers import BASE
from piensas.web.api.routes import FOR_PROGRAMS
from piensas.web.app import HANDLERS
from piensas.web.errors import STATUS, WORDS
from tests.some import list_idle, some

HOME = Path(__file__).parent.parent
HOUSE = HOME / "piensas"
ROOMS = sorted(path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists())
FORBIDDEN = re.compile(
    r"\b(service|repository|manager|unit_of_work|event_bus|presenter|factory|mixin|callback|listener|"
    r"utils?|helpers?|common|misc|base|process|handle|do_it)\b",
    re.IGNORECASE,
)
LONGEST_FUNCTION, LONGEST_FILE, MOST_PARAMETERS = 40, 400, 6
SOURCES = sorted(path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)


def sign_of(room: str) -> set[str]:
    """The rooms that a room's sign lets it import."""
    docstring = ast.get_docstring(ast.parse((HOUSE / room / "__init__.py").read_text())) or ""
    found = re.search(r"May import: ([^.]*)\.\s*$", docstring)
    assert found, f"The sign is missing: piensas/{room}/__init__.py must end with “May import: …”."
    return {word for word in re.split(r",\s*", found[1]) if word != "nothing"}


def imports_of(file: Path) -> Iterator[str]:
    """The modules of ours that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("piensas."):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("piensas."))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_sign_says(room: str) -> None:
    allowed = sign_of(room) | {room}
    wrong = [
        f"{file.relative_to(HOME)} imports {module}"
        for file in (HOUSE / room).rglob("*.py")
        for module in imports_of(file)
        if module.split(".")[1] not in allowed
    ]
    assert not wrong, (
        f"{wrong}: move the code to a room that may, or change the sign and say why in docs/decisions."
    )


def test_no_module_imports_itself_in_a_ring() -> None:
    graph = {
        ".".join(file.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__"): set(
            imports_of(file)
        )
        for file in SOURCES
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"A ring: {' → '.join((*path[path.index(module) :], module))}"
        if module not in done:
            for other in graph.get(module, ()):
                visit(other, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize(
    ("names", "room"), [("litestar|uvicorn", "web"), ("sqlalchemy|sqlite3|psycopg|alembic", "store")]
)
def test_only_one_room_knows_the_framework_and_one_the_database(names: str, room: str) -> None:
    pattern = re.compile(rf"^\s*(?:from|import) (?:{names})\b", re.MULTILINE)
    connection = re.compile(
        r"^from sqlalchemy(?:\.exc)? import (?:Connection|SQLAlchemyError)$", re.MULTILINE
    )
    for file in SOURCES:
        found = pattern.search(connection.sub("", file.read_text()))
        assert found is None or room in file.parts, (
            f"{file}: {found and found[0]!r} belongs in piensas/{room}/."
        )


def test_no_query_is_made_from_a_string() -> None:
    for file in SOURCES:
        calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
        for call in calls:  # may be none: not every file calls something
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name in ("text", "exec_driver_sql") and call.args and isinstance(call.args[0], ast.JoinedStr):
                names = [
                    ast.unparse(part.value)
                    for part in call.args[0].values
                    if isinstance(part, ast.FormattedValue)
                ]
                assert names == ["CHANNEL"], f"{file}:{call.lineno}: values belong in bound parameters."


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_files_and_functions_are_short_and_speak_our_words(file: Path) -> None:
    source = file.read_text()
    where = str(file.relative_to(HOUSE))
    assert len(source.splitlines()) <= LONGEST_FILE, f"{where} is a file with a second idea in it."
    tree = ast.parse(source)
    assert ast.get_docstring(tree), f"{where} must open with what it is for."
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{where}: {node.name} has {length} lines."
            parameters = [*node.args.posonlyargs, *node.args.args]
            assert len(parameters) <= MOST_PARAMETERS + 1, f"{where}: {node.name} has too many parameters."
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found = FORBIDDEN.search(node.name.replace("_", " "))
            assert found is None, f"{where}: {node.name}: docs/words.md has a word for that."
    assert FORBIDDEN.search(file.stem) is None, f"{where}: a file is named with a plain noun."


@pytest.mark.parametrize("file", sorted((HOME / "tests").rglob("*.py")), ids=lambda file: file.name)
def test_no_test_may_have_nothing_to_look_at(file: Path) -> None:
    """What is looped over is written down there, or goes through `tests/some.py: some`, or says why not."""
    idle = [f"{file.name}:{line}" for line in list_idle(file.read_text())]
    assert idle == [], "These loops assert nothing where there is nothing: write some(…)."


def test_secrets_are_made_by_the_secrets_module_alone() -> None:
    for file in SOURCES:
        assert not re.search(r"^\s*(import random|from random)\b", file.read_text(), re.MULTILINE), file


def test_templates_quote_every_attribute_and_have_no_scripts_or_styles_in_them() -> None:
    for file in some((HOUSE / "templates").glob("*.html")):
        source = re.sub(r"{%.*?%}|{#.*?#}", "", file.read_text(), flags=re.DOTALL)
        bare = re.search(r"<[a-z][^>]*\s[a-z-]+={{", source)
        assert bare is None, f"{file.name}: {bare and bare[0]}"
        assert not re.search(r"\s(on[a-z]+|style)=", source), f"{file.name}: no handlers or styles in HTML."
        assert "<script>" not in source, file.name


def test_every_word_is_spoken_in_spanish() -> None:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    with (HOUSE / "locales" / "es.po").open("rb") as file:
        spanish = read_po(file, locale="es")
    said = {message for _, _, message, _, _ in extract_from_dir(str(HOUSE), methods)}
    for message in some(said):
        found = spanish.get(message[0] if isinstance(message, tuple) else message)
        assert found is not None, f"es.po lacks {message!r}"
        assert all(some(found.string if isinstance(found.string, tuple) else [found.string])), message
        assert set(re.findall(r"%\(\w+\)s", str(found.id))) == set(
            re.findall(r"%\(\w+\)s", str(found.string))
        )
    known = {
        message.id if isinstance(message.id, str) else message.id[0] for message in spanish if message.id
    }
    used = {message if isinstance(message, str) else message[0] for message in said}
    assert known == used, f"es.po has words that nobody says: {known - used}"


def list_kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Of refusals, and of those again."""
    for each in kind.__subclasses__():
        yield each
        yield from list_kinds(each)


def test_every_refusal_has_a_status_and_words() -> None:
    codes = {each.code for each in list_kinds(Refusal)}
    assert codes <= set(STATUS)
    assert codes - {"too_long"} <= set(WORDS)


def test_the_migrations_lead_to_the_tables(db: Database) -> None:
    def differences(connection: object) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))  # type: ignore[arg-type]

    assert [each for each in db.ask(differences) if "expression" not in str(each)] == []


def fields_of(section: msgspec.structs.FieldInfo) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The settings of a section; of `[openid.NAME]` those that each has."""
    return msgspec.structs.fields(OpenId if section.name == "openid" else section.type)


def test_every_setting_is_documented_and_no_other() -> None:
    written = set(
        re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", (HOME / "docs/settings.md").read_text(), re.MULTILINE)
    )
    real = {
        f"{section.name}.{field.name}"
        for section in msgspec.structs.fields(Settings)
        for field in fields_of(section)
    } - {"site.rules", "site.icons"}
    assert written == real


def test_every_setting_is_in_the_file_that_init_writes() -> None:
    template = (HOUSE / "cli" / "template.py").read_text()
    for section in some(msgspec.structs.fields(Settings)):
        for field in some(fields_of(section)):
            if field.name not in ("rules", "icons"):
                assert re.search(rf"^#? ?{field.name} = ", template, re.MULTILINE), (
                    f"{section.name}.{field.name}"
                )


def test_every_route_and_refusal_is_documented_and_no_other() -> None:
    api = (HOME / "docs/api.md").read_text()
    written = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)` \|", api, re.MULTILINE))
    everything = [("", handler) for handler in HANDLERS] + [(BASE, handler) for handler in FOR_PROGRAMS]
    real = {
        (method, start + re.sub(r":\w+", "", path))
        for start, handler in everything
        for method in handler.http_methods
        for path in handler.paths
        if "part0" not in path
    }
    assert written == real
    assert dict(re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", api, re.MULTILINE)) == {
        c: str(s) for c, s in STATUS.items()
    }


def test_every_command_is_in_the_documents() -> None:
    words = (HOME / "docs/commands.md").read_text()
    for name in some(main.commands):
        assert f"`piensas {name}" in words, name
    for name in some(re.findall(r"^## `piensas ([a-z-]+)", words, re.MULTILINE)):
        assert name in main.commands, name


@pytest.mark.parametrize(
    "file", sorted([HOME / "README.md", *(HOME / "docs").rglob("*.md")]), ids=lambda f: f.name
)
def test_links_in_the_documents_hold(file: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read_text())
    for target in targets:  # may be none: a page need not lead anywhere
        if not target.startswith(("http:", "https:")):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"


def test_names_in_the_tour_are_names_in_the_code() -> None:
    tour = (HOME / "docs/tour.md").read_text()
    named = re.findall(r"`(piensas/[\w/.]+\.\w+)(?::\s(\w+))?`", tour)
    assert len(named) > 20
    for path, name in some(named):
        assert (HOME / path).exists(), path
        assert not name or re.search(
            rf"\b(def|class) {name}\b|^{name}\b", (HOME / path).read_text(), re.MULTILINE
        ), name


def test_dependencies_are_decisions() -> None:
    project = (HOME / "pyproject.toml").read_text()
    wanted = re.findall(r'"([a-z][a-z0-9-]*)', project.split("dependencies = [")[1].split("]\n")[0])
    decided = "".join(path.read_text() for path in (HOME / "docs/decisions").glob("*.md"))
    for name in some(wanted):
        assert f"`{name}`" in decided, f"docs/decisions does not say why we need {name}."


def test_the_browsers_side_is_within_its_budget() -> None:
    import brotli

    sizes = {name: len(brotli.compress(read_static(name))) for name in ("piensas.js", "piensas.css")}
    assert sizes["piensas.js"] <= 7_000
    assert sizes["piensas.css"] <= 5_000
