"""What is wrong in JSON is told in words of JSON, with the keys that are accepted."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.feed.websocket.messages import Acknowledge, Filter, Subscribe
from api.web.json_faults import fault_in
from api.webhooks.body import ChangedWebhook, NewWebhook, Replay, Rotation

KINDS = (NewWebhook, ChangedWebhook, Rotation, Replay, Subscribe, Acknowledge)
REPLAY = "accepted keys: after (required)"
FILTER = "accepted keys: cds_productionproject_ids, meter_numbers, production_formats, kinds"
#: What only a reader of the program's source would know.
PYTHON = re.compile(
    r"Input should|Extra inputs|Field required|literal\[|constrained|function-|NoneType|True|False"
    r"|None|<class|__|Value error|List should|String should"
)


def told(kind: type[BaseModel], text: str | bytes) -> tuple[str, str] | None:
    """Return where the first fault is and what is told of it; None: there is none."""
    try:
        kind.model_validate_json(text)
    except ValidationError as error:
        fault = fault_in(error.errors(include_url=False)[0], kind)
        return fault.where, fault.text
    return None


@pytest.mark.parametrize(
    ("kind", "text", "where", "sentence"),
    [
        (
            *(Replay, "nope", ""),
            f"the body is not JSON (expected ident at line 1 column 2); {REPLAY}",
        ),
        (Replay, "[]", "", f"the body must be an object; {REPLAY}"),
        (Replay, "{}", "after", f"after is required; {REPLAY}"),
        (
            *(Rotation, '{"overlap": 1}', "overlap"),
            "overlap is not a known key; accepted keys: overlap_seconds",
        ),
        (
            *(Rotation, '{"overlap_seconds": true}', "overlap_seconds"),
            "overlap_seconds must be a whole number; seen: true",
        ),
        (
            *(Rotation, '{"overlap_seconds": -1}', "overlap_seconds"),
            "overlap_seconds must be at least 0; seen: -1",
        ),
        (
            *(ChangedWebhook, '{"state": "off"}', "state"),
            'state must be "active" or "paused"; seen: "off"',
        ),
        (
            *(ChangedWebhook, '{"kinds": ["GUESSED"]}', "kinds.0"),
            'kinds.0 must be "CREATED", "UPDATED", "CORRECTED" or "FINALIZED"; seen: "GUESSED"',
        ),
        (Filter, '{"meters": []}', "meters", f"meters is not a known key; {FILTER}"),
        (
            *(Subscribe, '{"type": "subscribe", "subscription": "s", "filter": {"kind": 1}}'),
            *("filter.kind", f"filter.kind is not a known key; {FILTER}"),
        ),
    ],
)
def test_a_fault_is_told_with_what_is_accepted(
    kind: type[BaseModel], text: str, where: str, sentence: str
) -> None:
    assert told(kind, text) == (where, sentence)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.sampled_from(KINDS), st.data())
def test_nothing_that_is_sent_is_answered_with_words_of_python(
    kind: type[BaseModel], data: st.DataObject
) -> None:
    keys = st.sampled_from([*kind.model_fields, "x"])
    sent = json.dumps(data.draw(st.dictionaries(keys, JSON, max_size=3) | JSON))
    if (fault := told(kind, sent)) is not None:
        assert not PYTHON.search(fault[1].split("; seen: ")[0]), fault
