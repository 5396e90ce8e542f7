"""Completes registry schemas that refer to other subjects.

Confluent's registry answers with a schema's text and its `references`: each names a subject and a
version that define a type used in the text.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import fastavro

from gridfeed.avro.schemas import AvroSchema

MOST_REFERENCES = 64
DEEPEST_REFERENCE = 16

_LONGEST_CAUSE = 300
_HOLDS_TYPES = ("type", "items", "values", "fields")


@dataclass(frozen=True, slots=True)
class Reference:
    """One version of a subject."""

    subject: str
    version: int

    def __str__(self) -> str:
        """Return the name in an error."""
        return f"version {self.version} of subject {self.subject!r}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A schema as the registry stores it: its JSON text, and the references of the text."""

    text: str
    references: tuple[Reference, ...] = ()


class UnresolvedReferenceError(ValueError):
    """A schema whose references cannot be followed; says which reference and why."""


async def whole(
    schema: Registered, ask: Callable[[Reference], Awaitable[Registered | None]]
) -> str:
    """Return the text with the definition of every type that it refers to.

    ask: returns the registered schema of a reference, or None if the registry does not know it.
    Raises UnresolvedReferenceError, and any error of `ask`.
    """
    if not schema.references:
        return schema.text
    texts: dict[Reference, str] = {}
    await _follow(schema, ask, (), texts)
    try:
        types: dict[str, AvroSchema] = {}
        for text in texts.values():
            fastavro.parse_schema(json.loads(text), named_schemas=types)
        parsed = fastavro.parse_schema(json.loads(schema.text), named_schemas=types)
        return json.dumps(_defined(parsed, types, set()))
    # On malformed JSON the parser raises errors of any kind.
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"[:_LONGEST_CAUSE]
        raise UnresolvedReferenceError(f"cannot be read with its references: {cause}") from error


async def _follow(
    schema: Registered,
    ask: Callable[[Reference], Awaitable[Registered | None]],
    path: tuple[Reference, ...],
    texts: dict[Reference, str],
) -> None:
    """Collect the texts of all references, each after the texts that it refers to itself."""
    if len(path) > DEEPEST_REFERENCE:
        raise UnresolvedReferenceError(f"has references more than {DEEPEST_REFERENCE} levels deep")
    for reference in schema.references:
        if reference in path:
            raise UnresolvedReferenceError(f"has a circular reference to {reference}")
        if reference in texts:
            continue
        found = await ask(reference)
        if found is None:
            raise UnresolvedReferenceError(
                f"refers to {reference}, which the registry does not know"
            )
        await _follow(found, ask, (*path, reference), texts)
        texts[reference] = found.text
        if len(texts) > MOST_REFERENCES:
            raise UnresolvedReferenceError(f"refers to more than {MOST_REFERENCES} subjects")


def _defined(schema: AvroSchema, types: Mapping[str, AvroSchema], seen: set[str]) -> Any:
    """Return a parsed schema that defines each named type where it is used first."""
    if isinstance(schema, list):
        return [_defined(each, types, seen) for each in schema]
    if isinstance(schema, str):
        return schema if schema in seen or schema not in types else _named(schema, types, seen)
    if schema.get("type") in ("record", "error", "enum", "fixed"):
        name = schema["name"]
        return name if name in seen else _named(name, types, seen)
    return _parts(schema, types, seen)


def _named(name: str, types: Mapping[str, AvroSchema], seen: set[str]) -> Any:
    seen.add(name)
    return _parts(types[name], types, seen)


def _parts(schema: AvroSchema, types: Mapping[str, AvroSchema], seen: set[str]) -> Any:
    return {
        key: _defined(value, types, seen) if key in _HOLDS_TYPES else value
        for key, value in schema.items()
        if not key.startswith("__")
    }
