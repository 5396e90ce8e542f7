"""What the API promises changes only on purpose: the OpenAPI document is the committed one."""

import json

from tests.api.discovery.picture import PICTURE, differences, drawn


def test_the_document_is_the_committed_picture() -> None:
    """`python -m tests.api.discovery.picture` draws it anew where a difference is meant."""
    assert differences(json.loads(PICTURE.read_text("utf-8")), drawn()) == []


def test_a_difference_behind_a_reference_is_told_by_path() -> None:
    before, after = drawn(), drawn()
    del after["components"]["schemas"]["Contact"]["properties"]["value"]
    told = differences(before, after)
    assert told
    assert all("account_contacts" in each for each in told)


def test_the_order_of_parameters_is_no_difference() -> None:
    before, after = drawn(), drawn()
    after["paths"]["/v1/series"]["get"]["parameters"].reverse()
    assert differences(before, after) == []
