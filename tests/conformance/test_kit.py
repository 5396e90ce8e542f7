"""The kit passes a good server, and every check of it catches a server that is wrong."""

import json
from xml.etree import ElementTree as ET

import httpx
import pytest

from gridfeed_conformance.checks.grants import BEYOND
from gridfeed_conformance.report import as_json, as_junit
from gridfeed_conformance.run import NUMBERS, run
from gridfeed_conformance.server import Server, Tokens
from gridfeed_conformance.verdict import Status
from tests.conformance.conftest import verdicts_of
from tests.conformance.good_data import BASE
from tests.conformance.good_server import GoodServer
from tests.conformance.mutations import MUTATIONS

UNSEEN = {number for number, *_ in BEYOND}
#: Nothing changes between two readings of the good server.
STILL = {32}


def test_the_checklist_is_whole():
    assert list(NUMBERS) == list(range(1, 122))
    assert set(MUTATIONS) == set(NUMBERS) - UNSEEN


def test_a_good_server_passes_every_check_that_can_be_made_from_outside():
    verdicts = verdicts_of(GoodServer())
    others = {number for number, each in verdicts.items() if each.status is not Status.PASS}
    assert {number: verdicts[number].reason for number in others - UNSEEN - STILL} == {}
    assert all(verdicts[number].status is Status.NOT_APPLICABLE for number in UNSEEN | STILL)


@pytest.mark.parametrize("number", sorted(MUTATIONS))
def test_every_check_catches_a_server_that_does_otherwise(number: int):
    wrong = GoodServer()
    MUTATIONS[number](wrong)
    verdict = verdicts_of(wrong, number)[number]
    assert verdict.status is Status.FAIL, verdict.reason
    assert verdict.reason


def test_without_further_tokens_their_checks_say_which_option_they_need():
    server = Server(
        BASE, Tokens("t-all"), httpx.Client(transport=GoodServer()), prefixes=("good_",)
    )
    verdicts = {each.check.number: each for each in run(server, (4, 7, 74))}
    assert {each.status for each in verdicts.values()} == {Status.NOT_APPLICABLE}
    assert "--token-one-meter" in verdicts[74].reason


def test_a_report_shows_the_request_and_the_answer_and_never_a_token():
    wrong = GoodServer()
    MUTATIONS[30](wrong)
    found = list(verdicts_of(wrong, 30, 29, 43).values())
    document = json.loads(as_json(found, BASE))
    assert document["counts"] == {"pass": 1, "fail": 1, "not applicable": 1}
    (failed,) = [each for each in document["checks"] if each["status"] == "fail"]
    assert failed["exchange"]["request"] == f"GET {BASE}/eacs"
    assert '"cds_synced": null' in failed["exchange"]["body"]
    assert "t-all" not in json.dumps(document)


def test_the_junit_report_counts_what_failed_and_what_does_not_apply():
    wrong = GoodServer()
    MUTATIONS[30](wrong)
    suite = ET.fromstring(as_junit(list(verdicts_of(wrong, 30, 29, 43).values())))
    assert suite.attrib == {
        "name": "CDS-WG3-01", "tests": "3", "failures": "1", "skipped": "1",
    }  # fmt: skip
    assert [len(case) for case in suite] == [1, 1, 0]


def test_certificates_whose_data_is_out_of_reach_are_passed_over():
    server = GoodServer()
    for each in server.objects["eacs"]:
        each["eac_data_url"] = "https://registry.invalid/certificate"

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "registry.invalid":
            raise httpx.ConnectError("no such host")
        return server.handle_request(request)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    (verdict,) = run(Server(BASE, Tokens("t-all"), client, prefixes=("good_",)), (101,))
    assert verdict.status is Status.NOT_APPLICABLE
    assert "reached" in verdict.reason
