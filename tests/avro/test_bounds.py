"""What one message may hold: its own bytes tell nothing of items that take none."""

import io

import fastavro
import pytest

from gridfeed.avro.bounds import MOST_ITEMS, MalformedError, check_bounds

EMPTY = {"type": "record", "name": "Empty", "fields": []}


def record(items: object) -> dict[str, object]:
    field = {"name": "tags", "type": {"type": "array", "items": items}}
    return {"type": "record", "name": "Tagged", "fields": [field]}


def written(schema: dict[str, object], tags: list[object]) -> bytes:
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(schema), {"tags": tags})
    return body.getvalue()


def check(schema: dict[str, object], body: bytes) -> None:
    parsed = fastavro.parse_schema(schema)
    check_bounds(body, parsed, parsed["__named_schemas"])


@pytest.mark.parametrize(
    ("items", "tag"), [("null", None), ("int", 1), ("string", "a"), (EMPTY, {})]
)
def test_50000_items_are_read_and_one_more_is_refused(items: object, tag: object) -> None:
    assert MOST_ITEMS == 50_000
    check(record(items), written(record(items), [tag] * 50_000))
    with pytest.raises(MalformedError, match="tags: more than 50000 items"):
        check(record(items), written(record(items), [tag] * 50_001))


def test_a_million_doubles_are_stepped_over_at_once() -> None:
    check(record("double"), written(record("double"), [0.5] * 1_000_000))


def test_items_of_nested_arrays_count_together() -> None:
    schema = record({"type": "array", "items": EMPTY})
    check(schema, written(schema, [[{}] * 40] * 1_200))
    with pytest.raises(MalformedError, match="more than 50000 items"):
        check(schema, written(schema, [[{}] * 50] * 1_200))
