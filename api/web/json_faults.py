"""What is wrong in JSON that a client has sent, in words of JSON; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

#: Characters shown of what was seen.
_SEEN = 100
_NO_OBJECT = {"model_type", "dict_type", "model_attributes_type"}
#: Kind of fault to what must be; the braces are filled from the fault's context.
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
    """Where it is, as `kinds.0` (empty: the whole), and a sentence that says what is accepted."""

    where: str
    text: str


def fault_in(found: ErrorDetails, model: type[BaseModel], whole: str = "the body") -> Fault:
    """Return a fault that pydantic has found. model: of the object; whole: what that is called."""
    names, owner = _place(found["loc"], model)
    where, kind = ".".join(names), found["type"]
    if kind == "json_invalid":
        return Fault("", f"{whole} is not JSON ({found['ctx']['error']}); {_keys(model)}")
    if kind in _NO_OBJECT:
        return Fault(where, f"{where or whole} must be an object; {_keys(owner)}")
    if kind == "missing":
        return Fault(where, f"{where} is required; {_keys(owner)}")
    if kind == "extra_forbidden":
        return Fault(where, f"{where} is no key here; {_keys(owner)}")
    if kind == "value_error":
        return Fault(where, f"{where or whole}: {found['ctx']['error']}")
    template = _MUST_BE.get(kind)
    wanted = template.format(**_context(found)) if template else found["msg"]
    return Fault(where, f"{where or whole} {wanted}; seen: {_json(found['input'])}")


def _place(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[list[str], type[BaseModel]]:
    """Return the keys that lead to a fault, and the model that the last of them is, or is not, in.

    Where a value may be of several types pydantic adds the name of one: that is no key.
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
    """Return the model that a field holds; None: it holds none."""
    kinds = (annotation, *get_args(annotation))
    models = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return next(models, None)


def _keys(model: type[BaseModel]) -> str:
    fields: Mapping[str, Any] = model.model_fields
    return "accepted keys: " + ", ".join(
        f"{name} (required)" if field.is_required() else name for name, field in fields.items()
    )


def _context(found: ErrorDetails) -> Mapping[str, object]:
    """Return what fills the braces; words in the quotes of JSON."""
    context = dict(found.get("ctx", {}))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace("'", '"')
    return context


def _json(value: object) -> str:
    # Not orjson: a client may send whole numbers of any length.
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SEEN else f"{text[:_SEEN]}…"
