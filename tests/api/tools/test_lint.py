"""Linters of others find nothing in the documents but what is listed here, each with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.tools.installed import HERE, Tools

pytestmark = pytest.mark.slow

#: Rule and place of a finding.
Finding = tuple[str, str]

_BILLS = "no token opens bills: production data has none, so there are refusals only"
_BILL_PATHS = ("/cds/v1/bill-statements", "/cds/v1/bill-sections")
REDOCLY = {
    ("operation-2xx-response", f"#/paths/{path.replace('/', '~1')}/get/responses"): _BILLS
    for path in _BILL_PATHS
}
_AVRO = "the payload is Avro, which the linter does not read; test_asyncapi.py compares the schemas"
_RECORDS = ("TelemetrySample", "RevenueRead", "Forecast", "RegisterRead", "SegmentChange")
_VERSION = "readers that know only 3.0 read it, too; nothing that 3.1.0 adds is used"
SPECTRAL = (
    {("operation-success-response", f"paths {path} get responses"): _BILLS for path in _BILL_PATHS}
    | {
        ("asyncapi-latest-version", "asyncapi"): _VERSION,
        ("asyncapi-info-contact-properties", "info contact"): "settings name a page, no e-mail",
    }
    | {
        ("asyncapi-3-payload-unsupported-schemaFormat", f"{place} payload schemaFormat"): _AVRO
        for place in (f"components messages {record}" for record in _RECORDS)
    }
)
PARSER = {("asyncapi-latest-version", "asyncapi"): _VERSION}


def test_redocly_finds_nothing_else_in_openapi(tools: Tools, openapi: Path) -> None:
    said = tools.npm("redocly", "lint", "--format=json", openapi)
    problems: list[dict[str, Any]] = json.loads(said.stdout)["problems"]
    found = {(each["ruleId"], each["location"][0]["pointer"]) for each in problems}
    assert found == set(REDOCLY), said.stdout


def test_spectral_finds_nothing_else_in_either(tools: Tools, openapi: Path, asyncapi: Path) -> None:
    rules = HERE / "spectral.yaml"
    said = tools.npm("spectral", "lint", "--quiet", "-f", "json", "-r", rules, openapi, asyncapi)
    assert of_codes(json.loads(said.stdout)) == set(SPECTRAL)


def test_the_official_parser_reads_every_channel_of_asyncapi(tools: Tools, asyncapi: Path) -> None:
    read = json.loads(tools.node(HERE / "asyncapi.mjs", asyncapi).stdout)
    assert of_codes(read["found"]) == set(PARSER)
    assert set(read["channels"]) == json.loads(asyncapi.read_text("utf-8"))["channels"].keys()


def of_codes(findings: list[dict[str, Any]]) -> set[Finding]:
    return {(each["code"], " ".join(map(str, each["path"]))) for each in findings}
