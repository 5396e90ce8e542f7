"""Describes faults in a client's JSON, in the words of JSON; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

#: At most this many characters of a faulty value are shown.
_SEEN = 100
_NO_OBJECT = {"model_type", "dict_type", "model_attributes_type"}
#: Pydantic's kind of fault to the demand on the value. The fault's context fills the braces.
_MUST_BE = {
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be an array",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "too_short": "must have at least {min_length} item",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must have at least {min_length} character",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its place, such as `kinds.0` ("" for the whole), and a sentence with the demand."""

    where: str
    text: str


def fault_in(found: ErrorDetails, model: type[BaseModel], whole: str = "the body") -> Fault:
    """Return a fault that pydantic found. model: the object's model. whole: the object's name."""
    names, owner = _place(found["loc"], model)
    where, kind = ".".join(names), found["type"]
    if kind == "json_invalid":
        return Fault("", f"{whole} is not JSON ({found['ctx']['error']}); {_keys(model)}")
    if kind in _NO_OBJECT:
        return Fault(where, f"{where or whole} must be an object; {_keys(owner)}")
    if kind == "missing":
        return Fault(where, f"{where} is required; {_keys(owner)}")
    if kind == "extra_forbidden":
        return Fault(where, f"{where} is not a known key; {_keys(owner)}")
    if kind == "value_error":
        return Fault(where, f"{where or whole}: {found['ctx']['error']}")
    template = _MUST_BE.get(kind)
    wanted = template.format(**_context(found)) if template else found["msg"]
    return Fault(where, f"{where or whole} {wanted}; seen: {_json(found['input'])}")


def _place(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[list[str], type[BaseModel]]:
    """Return the keys that lead to a fault, and the model that should contain the last key.

    Where a value may have several types, pydantic adds the name of a type, which is not a key.
    """
    names: list[str] = []
    owner: type[BaseModel] = model
    value: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int):
            names.append(str(part))
        elif value is not None:
            names.append(part)
            owner, field = value, value.model_fields.get(part)
            value = _model(field.annotation) if field else None
    return names, value or owner


def _model(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, or None if it holds none."""
    kinds = (annotation, *get_args(annotation))
    models = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return next(models, None)


def _keys(model: type[BaseModel]) -> str:
    fields: Mapping[str, Any] = model.model_fields
    return "accepted keys: " + ", ".join(
        f"{name} (required)" if field.is_required() else name for name, field in fields.items()
    )


def _context(found: ErrorDetails) -> Mapping[str, object]:
    """Return the values for the braces; words are in JSON's quotation marks."""
    context = dict(found.get("ctx", {}))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace("'", '"')
    return context


def _json(value: object) -> str:
    # orjson cannot be used: a client may send whole numbers of any length.
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SEEN else f"{text[:_SEEN]}…"
