"""Where settings come from: one TOML file, and `PIENSAS_…` variables on top of it. What is wrong is said in
one sentence: which setting, what it holds, and what is wanted.

May import: model, settings.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.inspect import BoolType, IntType, LiteralType, Metadata, StrType, VarTupleType, type_info

from piensas.settings import CHECKS, NAME, BadSettings, Check, OpenId, Settings, settle

PREFIX = "PIENSAS_"
NOT_SETTINGS = re.compile(r"(SETTINGS|REAL_DATA|FRESH|REQUIREMENTS|SERVICE_(HOST|PORT\w*)|PORT(_\w+)?)")
"""Variables of our own scripts, and those that Kubernetes sets for a service of our name."""

OWN = "openid"
"""The section of providers that a site describes itself, each under a name."""

SECRET = ("client_secret", "password", "key")
IN_ADDRESS = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")
LONGEST_SHOWN = 60


class Given(Struct, frozen=True):
    """What somebody wrote for a setting, and where: the name of a file or of a variable."""

    value: Any
    where: str


def read_settings(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of `file` (none: the defaults), with what the environment says on top.

    Paths in the file are relative to it. What is blank in the environment was not given.
    """
    return convert(find_given(file, environment), file.parent if file else Path())


def find_given(file: Path | None, environment: Mapping[str, str]) -> dict[str, Given]:
    """What is given, by its name, such as `server.port`; the environment outweighs the file."""
    tables = read_toml(file) if file else {}
    given = {name: Given(value, str(file)) for name, value in flatten(tables, str(file))}
    for variable, value in environment.items():
        if variable.startswith(PREFIX) and value.strip():
            name = name_of(variable)
            given |= {name: Given(value, variable)} if name else {}
    return given


def read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError as fault:
        raise BadSettings(f"There is no settings file {file}. `piensas init` writes one.") from fault
    except OSError as fault:
        raise BadSettings(f"{file} cannot be read: {fault.strerror}.") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadSettings(f"{file} is not TOML: {fault}") from fault


def flatten(tables: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    for section, table in tables.items():
        if section not in SECTIONS:
            raise BadSettings(f"{where}: there is no section [{section}].{hint(section, SECTIONS)}")
        if not isinstance(table, dict):
            raise BadSettings(f"{where}: {section} is a section, [{section}], with a line for each setting.")
        for key, value in table.items():
            if section != OWN:
                yield f"{section}.{key}", value
            elif not isinstance(value, dict):
                raise BadSettings(
                    f"{where}: {OWN}.{key} stands in a section [{OWN}.NAME], such as [{OWN}.club]."
                )
            else:
                yield from ((f"{OWN}.{key}.{each}", found) for each, found in value.items())


def name_of(variable: str) -> str:
    """`server.port` of `PIENSAS_SERVER_PORT`; nothing of what is no setting's."""
    words = variable.removeprefix(PREFIX)
    if NOT_SETTINGS.fullmatch(words):
        return ""
    section, _, key = words.lower().partition("_")
    if section == OWN:
        raise BadSettings(f"{variable}: providers of one's own are described in the settings file.")
    if section not in SECTIONS:
        known = [variable_of(name) for name in TYPES]
        raise BadSettings(f"{variable}: there is no such setting.{hint(variable, known)}")
    return f"{section}.{key}"


def variable_of(name: str) -> str:
    return PREFIX + name.upper().replace(".", "_")


def convert(given: Mapping[str, Given], folder: Path) -> Settings:
    tables: dict[str, Any] = {}
    for name, each in given.items():
        *path, key = name.split(".")
        table = tables
        for part in path:
            table = table.setdefault(part, {})
        table[key] = read(name, each)
    for provider, table in tables.get(OWN, {}).items():
        require_whole(provider, table)
    return settle(msgspec.convert(tables, Settings), folder)


def require_whole(provider: str, table: Mapping[str, Any]) -> None:
    """That a provider of one's own has a name and what it cannot be without."""
    if not re.fullmatch(NAME, provider):
        raise BadSettings(
            f"[{OWN}.{provider}]: a name has 2 to 20 small letters and digits, and is none of ours."
        )
    for key in ("issuer", "client_id"):
        if not table.get(key):
            raise BadSettings(f"[{OWN}.{provider}] has no {key}.")


def read(name: str, given: Given) -> Any:
    """The value as it is kept. Raises BadSettings for one that cannot be."""
    type = type_of(name, given.where)
    value = tidy(given.value, is_list="tuple" in str(type))
    check = CHECKS.get(generic_of(name))
    try:
        typed = msgspec.convert(value, type, strict=False)
        return check.apply(typed) if check else typed
    except (msgspec.ValidationError, ValueError) as fault:
        place = given.where if given.where.startswith(PREFIX) else f"{given.where}: {name}"
        found = show(name, given.value)
        raise BadSettings(f"{place} is {found}. It has to be {wanted(type, check)}.") from fault


def tidy(value: Any, *, is_list: bool) -> Any:
    """Without blanks around it; a list without what is blank. A variable has it in one text, with commas."""
    if is_list:
        parts = value.split(",") if isinstance(value, str) else value
        return [tidy(part, is_list=False) for part in parts if part != "" and str(part).strip()]
    return value.strip() if isinstance(value, str) else value


def type_of(name: str, where: str) -> Any:
    generic, section = generic_of(name), name.partition(".")[0]
    if generic in TYPES:
        return TYPES[generic]
    if generic == "site.rules":
        raise BadSettings(f"{where}: the rules of the discussion belong under [discussion].")
    if generic == "site.icons":
        raise BadSettings(f"{where}: providers have sections of their own, such as [google].")
    near = [each for each in TYPES if each.startswith(f"{section}.")]
    raise BadSettings(f"{where}: there is no setting {name}.{hint(generic, near)}")


def generic_of(name: str) -> str:
    """`openid.issuer` for `openid.club.issuer`."""
    section, _, key = name.partition(".")
    return f"{OWN}.{key.partition('.')[2]}" if section == OWN else name


def hint(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), 1)
    return f" Is it {near[0]}?" if near else ""


def show(name: str, value: Any) -> str:
    """As it may be seen in a log."""
    if name.endswith(SECRET) and value:
        return "(not shown)"
    words = IN_ADDRESS.sub(r"\1***@", str(value) if isinstance(value, list | int | float) else repr(value))
    return (
        words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}… ({len(str(value))} characters)"
    )


def wanted(type: Any, check: Check | None) -> str:
    return check.wanted if check else describe(type_info(type))


def describe(kind: Any) -> str:
    """What a setting of this type may be, in words."""
    if isinstance(kind, Metadata):
        return describe(kind.type)
    if isinstance(kind, BoolType):
        return "true or false"
    if isinstance(kind, IntType):
        most = f" to {kind.le}" if kind.le is not None else " or more"
        return f"a whole number{f' from {kind.ge}' if kind.ge is not None else ''}{most}"
    if isinstance(kind, LiteralType):
        return "one of " + ", ".join(sorted(map(str, kind.values)))
    if isinstance(kind, VarTupleType):
        return f"a list of {describe(kind.item_type)}"
    if isinstance(kind, StrType) and kind.max_length:
        return f"text of {kind.min_length or 0} to {kind.max_length} characters"
    return "text"


def list_types(record: Any, section: str) -> dict[str, Any]:
    hints = get_type_hints(record, include_extras=True)
    return {f"{section}.{name}": hint for name, hint in hints.items() if name not in ("rules", "icons")}


SECTIONS = get_type_hints(Settings)
TYPES: dict[str, Any] = {
    name: hint
    for section, record in SECTIONS.items()
    for name, hint in list_types(OpenId if section == OWN else record, section).items()
}
"""Every setting's type, by its name; `openid.issuer` stands for that of each provider of one's own."""
