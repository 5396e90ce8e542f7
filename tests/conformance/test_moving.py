"""What a live server may do between two answers is no failure."""

import json

import httpx

from gridfeed_conformance.verdict import Status
from tests.conformance.conftest import verdicts_of
from tests.conformance.good_server import GoodServer, json_of


def test_a_listing_whose_order_moves_selects_the_same() -> None:
    server = GoodServer()

    def turned(path: str, who: str, response: httpx.Response) -> httpx.Response:
        body = json.loads(response.content) if response.status_code == 200 and who else {}
        if server.calls % 2 and "usage_segments" in body:
            return json_of(body | {"usage_segments": body["usage_segments"][::-1]})
        return response

    server.before_sending.append(turned)
    verdicts = verdicts_of(server, 91, 92)
    assert {each.status for each in verdicts.values()} == {Status.PASS}


def test_an_object_that_arrives_between_two_answers_is_asked_for_again() -> None:
    server = GoodServer()
    newest = server.objects["usage_segments"].pop(-3)  # of meter M2, which is compared

    def arrives(path: str, who: str, response: httpx.Response) -> httpx.Response:
        if server.calls == 9:  # by number, not yet by id
            server.objects["usage_segments"].insert(-2, newest)
        return response

    server.before_sending.append(arrives)
    verdict = verdicts_of(server, 91)[91]
    assert verdict.status is Status.PASS
    assert verdict.reason.startswith("failed once and held when asked again")
    assert server.calls > 11, "asked again"


def test_a_segment_that_changes_after_its_listing_began_is_no_failure_of_the_order() -> None:
    server = GoodServer()
    pages = 0

    def changes(path: str, who: str, response: httpx.Response) -> httpx.Response:
        nonlocal pages
        body = json.loads(response.content) if response.status_code == 200 and who else {}
        segments = body.get("usage_segments") or []
        pages += bool(segments)
        if pages != 1:
            return response
        # Two segments of one start in the order of before the change of the second.
        early = {"cds_modified": "2026-01-11T00:00:00Z"}
        late = segments[0] | {"cds_modified": "2026-01-11T00:00:01Z"}
        return json_of(body | {"usage_segments": [segments[0] | early, late, *segments[1:]]})

    server.before_sending.append(changes)
    assert verdicts_of(server, 94)[94].reason.startswith("failed once")


def test_instants_are_compared_and_not_their_texts() -> None:
    server = GoodServer()
    first, second = server.objects["accounts"]
    first["cds_modified"], second["cds_modified"] = "2026-01-11T00:00:01.5Z", "2026-01-11T00:00:01Z"
    assert verdicts_of(server, 55)[55].status is Status.PASS
    first["cds_modified"] = "2026-01-11T01:00:01+01:00"
    assert verdicts_of(server, 55)[55].status is Status.PASS
    first["cds_modified"] = "2026-01-11T00:00:00.999Z"
    assert verdicts_of(server, 55)[55].status is Status.FAIL
