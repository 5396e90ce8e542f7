"""Verdicts as text, JSON and JUnit XML."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from gridfeed_conformance.verdict import Status, Verdict


def line(verdict: Verdict) -> str:
    """Return one line: number, verdict, sentence, reason."""
    one = verdict.check
    behind = f": {verdict.reason}" if verdict.reason else ""
    return f"{one.number:>3}  {verdict.status:<14}  {one.sentence} ({one.section}){behind}"


def text(verdict: Verdict, *, verbose: bool = False) -> str:
    """Return a verdict's line; a failure, or verbose, with its request and start of the answer."""
    shown = [line(verdict)]
    if verdict.answer and (verbose or verdict.status is Status.FAIL):
        others = len(verdict.asked) - 1
        before = f" (and {others} more)" if verbose and others > 0 else ""
        exchange = verdict.answer.shown(most=400)
        token = f"with token {exchange['token']}" if exchange["token"] else "without a token"
        shown.append(f"     {exchange['request']} {token}{before}")
        shown.append(f"     {exchange['status']} {' '.join(exchange['body'].split())}")
    return "\n".join(shown)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return the counts in one line."""
    counts = Counter(verdict.status for verdict in verdicts)
    return ", ".join(f"{counts[status]} {status}" for status in Status)


def as_json(verdicts: Sequence[Verdict], base_url: str) -> str:
    """Return everything that is known of every verdict."""
    counts = Counter(verdict.status for verdict in verdicts)
    document = {
        "server": base_url,
        "counts": {status.value: counts[status] for status in Status},
        "checks": [_entry(verdict) for verdict in verdicts],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_junit(verdicts: Sequence[Verdict]) -> str:
    """Return a JUnit test suite; what does not apply is skipped."""
    counts = Counter(verdict.status for verdict in verdicts)
    suite = ET.Element(
        "testsuite",
        name="CDS-WG3-01",
        tests=str(len(verdicts)),
        failures=str(counts[Status.FAIL]),
        skipped=str(counts[Status.NOT_APPLICABLE]),
    )
    for verdict in verdicts:
        one = verdict.check
        case = ET.SubElement(
            suite,
            "testcase",
            classname=f"section {one.section}",
            name=f"{one.number} {one.sentence}",
        )
        if verdict.status is Status.NOT_APPLICABLE:
            ET.SubElement(case, "skipped", message=verdict.reason)
        if verdict.status is Status.FAIL:
            failure = ET.SubElement(case, "failure", message=verdict.reason)
            failure.text = json.dumps(_exchange(verdict), indent=2) if verdict.answer else None
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _entry(verdict: Verdict) -> dict[str, Any]:
    one = verdict.check
    return {
        "number": one.number,
        "section": one.section,
        "sentence": one.sentence,
        "basis": one.basis,
        "status": verdict.status.value,
        "reason": verdict.reason or None,
        "exchange": _exchange(verdict),
        "requests": [f"GET {answer.url}" for answer in verdict.asked],
    }


def _exchange(verdict: Verdict) -> dict[str, Any] | None:
    return verdict.answer.shown() if verdict.answer else None
