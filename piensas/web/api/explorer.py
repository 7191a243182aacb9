"""The API's document, arranged for the page on which people read it and try what it says."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

JSON = "application/json"


class Field(Struct):
    """An input of an operation, or a part of a shape; `kind` is where it goes, or of what type it is."""

    name: str
    kind: str
    description: str
    is_required: bool = False


class Operation(Struct):
    """`scope` is what a token must be made for, empty where none is needed. `answers` has the status and the
    shape or the codes of each."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    is_open: bool
    fields: list[Field]
    body: str
    answers: list[tuple[str, str]]


class Shape(Struct):
    name: str
    description: str
    fields: list[Field]
    example: str


def list_operations(document: dict[str, Any]) -> list[Operation]:
    return [
        describe_operation(method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def describe_operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    needed = operation.get("security", [])
    body = operation.get("requestBody")
    return Operation(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=plain(operation["description"]),
        scope=next(iter(needed[0]["token"]), "") if needed else "",
        is_open=len(needed) != 1,
        fields=[
            Field(each["name"], each["in"], plain(each.get("description", "")), each["required"])
            for each in operation.get("parameters", [])
        ],
        body=type_of(body["content"][JSON]["schema"]) if body else "",
        answers=[describe_answer(status, each) for status, each in operation["responses"].items()],
    )


def describe_answer(status: str, answer: dict[str, Any]) -> tuple[str, str]:
    if not status.startswith("2"):
        return status, plain(answer["description"])
    return status, type_of(answer["content"][JSON]["schema"])


def list_shapes(document: dict[str, Any]) -> list[Shape]:
    return [
        Shape(name, shape["description"], list_fields(shape), write_example(shape))
        for name, shape in document["components"]["schemas"].items()
    ]


def list_fields(shape: dict[str, Any]) -> list[Field]:
    return [
        Field(name, type_of(field), plain(field.get("description", "")), name in shape.get("required", ()))
        for name, field in shape["properties"].items()
    ]


def write_example(shape: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(shape["examples"][0]), indent=1).decode()


def type_of(schema: dict[str, Any]) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return " | ".join(map(type_of, several))
    kind = str(schema.get("type", "JSON"))
    return f"list of {type_of(schema['items'])}" if kind == "array" else kind


def plain(words: str) -> str:
    return words.replace("`", "")
