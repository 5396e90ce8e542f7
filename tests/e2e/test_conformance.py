"""The conformance kit against what `make demo` starts: every applicable check passes."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.black_box import eventually, get
from tests.cli.up_process import COMMAND, gridfeed, up
from tests.documents import DOCS, table

FLEET = ("serf-east", "mesa-top", "sonoran-flat")
METERS = 8
WINDY = """
tenant: windy
projects: [{id: ridge, timezone: UTC, meters: [{number: ridge-1, capacity_kw: 1}]}]
"""
SETTLED_SECONDS = 90


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, str]]:
    """Where the demonstration runs, with all of its history published."""
    with up("--json", "--port", "0") as running:
        ready = running.ready()
        eventually(lambda: published(ready), lambda seen: seen == expected(), SETTLED_SECONDS)
        yield ready
        running.stop(signal.SIGTERM)


def published(ready: dict[str, str]) -> dict[str, int]:
    """How many meters have segments of each production format, and of each value type."""
    seen: dict[str, set[str]] = {}
    for page in pages(ready):
        for segment in page["usage_segments"]:
            (meter,) = segment["related_meterdevices"]
            words = {each["type"] for each in segment["formats"]}
            for word in {segment["gridfeed_production_format"], *words}:
                seen.setdefault(word, set()).add(meter)
    return {word: len(meters) for word, meters in seen.items()}


def pages(ready: dict[str, str]) -> Iterator[dict[str, Any]]:
    path = "/cds/v1/usage-segments"
    while path:
        page = get(ready, path)
        yield page
        path = (page["next"] or "").removeprefix(ready["api"])


def expected() -> dict[str, int]:
    formats = ("scada", "settlement", "forecast_day_ahead", "forecast_hour_ahead")
    own = ("gridfeed_forecast_day_ahead", "gridfeed_forecast_hour_ahead",
           "gridfeed_contracted_usage")  # fmt: skip
    standard = ("electric_usage", "electric_demand", "meter_readings")
    mixed = {"electric_supply_mix": METERS - 4}  # Sonoran Flat declares no supply mix
    return dict.fromkeys((*formats, *own, *standard), METERS) | mixed


def client(ready: dict[str, str], name: str, *options: str) -> str:
    made = json.loads(gridfeed(ready, "clients", "create", name, "--json", *options))
    token: str = made["token"]
    return token


def kit(*options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "conformance", *options], capture_output=True, text=True, check=False
    )


def second_tokens(ready: dict[str, str], directory: Path) -> list[str]:
    """The options that give the kit all tokens that this server has."""
    (directory / "windy.yaml").write_text(WINDY, "utf-8")
    gridfeed(ready, "projects", "apply", str(directory / "windy.yaml"))
    fleet = [option for project in FLEET for option in ("--project", project)]
    tokens = {
        "--token": client(ready, "fleet", *fleet),
        "--token-minimal": client(ready, "minimal", *fleet, "--no-details"),
        "--token-one-meter": client(ready, "one-meter", "--project", "serf-east"),
        "--token-other": client(ready, "other", "--project", "ridge"),
        "--token-ended": client(ready, "ended"),
    }
    gridfeed(ready, "clients", "revoke", "ended")
    return [word for option in tokens.items() for word in option]


def documented() -> set[int]:
    """The numbers of the table in docs/conformance.md: "1", "15-24"."""
    numbers: set[int] = set()
    for cell, _why in table(DOCS / "conformance.md", "number"):
        for part in cell.split(","):
            first, _, last = part.strip().partition("-")
            numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


@pytest.mark.slow
def test_every_applicable_check_passes_and_the_others_are_documented(
    demo: dict[str, str], tmp_path: Path
) -> None:
    files = ["--json", str(tmp_path / "cds.json"), "--junit", str(tmp_path / "cds.xml")]
    done = kit("--base-url", demo["api"], *second_tokens(demo, tmp_path), *files)
    report = json.loads((tmp_path / "cds.json").read_text("utf-8"))
    by_status: dict[str, set[int]] = {}
    for each in report["checks"]:
        by_status.setdefault(each["status"], set()).add(each["number"])
    assert "fail" not in by_status, done.stdout
    # A live fleet may change an object between two readings, or not.
    assert by_status["not applicable"] | {32} == documented() | {32}, done.stdout
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0, ", ".join(f"{report['counts'][word]} {word}"
                     for word in ("pass", "fail", "not applicable")))  # fmt: skip
    suite = ET.parse(tmp_path / "cds.xml").getroot()
    assert int(suite.attrib["tests"]) == len(report["checks"]) == len(suite)
    assert int(suite.attrib["skipped"]) == len(by_status["not applicable"])
    assert "gf_" not in (tmp_path / "cds.json").read_text("utf-8")


@pytest.mark.slow
def test_a_wrong_token_fails_with_the_request_and_the_answer(demo: dict[str, str]) -> None:
    done = kit("--base-url", demo["api"], "--token", "wrong")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    at = next(n for n, text in enumerate(lines) if text.startswith("  5  fail"))
    assert lines[at + 1].strip().startswith(f"GET {demo['api']}/cds/v1/")
    assert lines[at + 2].strip().startswith("401 {")


def test_a_server_that_is_not_there_is_no_failure_of_a_check() -> None:
    done = kit("--base-url", "http://127.0.0.1:1", "--token", "t")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Check --base-url" in done.stderr
