"""The committed picture of the API: schemas/openapi.json, and how another document differs.

`python -m tests.api.discovery.picture` draws it anew.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.server import build_app
from gridfeed.settings import load

PICTURE = Path(__file__).parents[3] / "schemas" / "openapi.json"
#: Of these only what they hold counts, not its order: members by name, parameters by name and kind.
_UNORDERED = {"required", "tags", "enum", "anyOf"}


def drawn() -> dict[str, Any]:
    """Return today's document, without what a release or an operator decides."""
    document: dict[str, Any] = json.loads(json.dumps(build_app(load()).openapi()))
    del document["info"]["version"]
    return document


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return where two documents say something else, by path; references are followed."""
    one, other = (dict(_flat("", _seen(each, each))) for each in (before, after))
    return [
        f"{place}: {one.get(place, 'nothing')!r} -> {other.get(place, 'nothing')!r}"
        for place in sorted(one.keys() | other.keys())
        if one.get(place) != other.get(place)
    ]


def _seen(document: Mapping[str, Any], piece: Any) -> Any:
    """Return a piece of a document with everything it refers to, parameters by their names."""
    if isinstance(piece, list):
        if piece and all(isinstance(each, dict) and "in" in each for each in piece):
            return {f"{each['in']} {each['name']}": _seen(document, each) for each in piece}
        return [_seen(document, each) for each in piece]
    if not isinstance(piece, dict):
        return piece
    if isinstance(place := piece.get("$ref"), str):
        target: Any = document
        for name in place.removeprefix("#/").split("/"):
            target = target[name]
        return {"component": place} | _seen(document, target)
    if isinstance(kinds := piece.get("type"), list):  # the same as a choice of schemas
        told = {name: piece[name] for name in piece.keys() & {"description"}}
        inner = {name: piece[name] for name in piece.keys() - {"type", "description"}}
        choice = [{"type": kind, **({} if kind == "null" else inner)} for kind in kinds]
        return _seen(document, {"anyOf": choice, **told})
    return {
        name: sorted(_seen(document, each), key=str)
        if name in _UNORDERED and isinstance(each, list)
        else _seen(document, each)
        for name, each in piece.items()
        if name != "components" or piece is not document
    }


def _flat(place: str, piece: Any) -> Iterator[tuple[str, Any]]:
    inside = (
        piece.items()
        if isinstance(piece, dict)
        else ((str(number), each) for number, each in enumerate(piece))
        if isinstance(piece, list)
        else ()
    )
    empty = True
    for name, each in inside:
        empty = False
        yield from _flat(f"{place}/{name}", each)
    if empty:
        yield place, piece


if __name__ == "__main__":
    PICTURE.write_text(json.dumps(drawn(), indent=1, ensure_ascii=False) + "\n", "utf-8")
