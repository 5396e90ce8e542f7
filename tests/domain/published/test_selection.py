"""Texts that choose a settlement version or a forecast vintage."""

from datetime import UTC, datetime, timedelta

import pytest

from gridfeed.domain.declaration.catalogue import SettlementRun
from gridfeed.domain.published.selection import (
    LATEST,
    SettlementChoice,
    ValueChoice,
    VintageKind,
    VintageRule,
)
from gridfeed.domain.words import ProductionFormat

RUNS = [SettlementRun(0, "INITIAL"), SettlementRun(1, "FINAL"), SettlementRun(5, "TRUE_UP")]


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("initial", (0, 0)),
        ("version:3", (3, 3)),
        ("FINAL", (1, 1)),
        ("TRUE_UP", (5, 5)),
        ("through:3", (0, 3)),
        ("through:TRUE_UP", (0, 5)),
        ("R1", None),
        ("through:R1", None),
        ("final", None),
    ],
)
def test_a_choice_is_a_range_of_versions(text: str, versions: tuple[int, int] | None) -> None:
    choice = SettlementChoice.parse(text)
    assert choice.versions(RUNS) == versions
    assert not choice.published


def test_the_latest_is_what_is_published() -> None:
    assert SettlementChoice.parse("latest") == LATEST
    assert LATEST.published


@pytest.mark.parametrize("text", ["", "two words", "through:", "through:latest", "through:initial"])
def test_what_is_no_choice_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"latest, initial, version:2"):
        SettlementChoice.parse(text)


def test_an_unknown_run_is_answered_with_the_known_ones() -> None:
    assert "INITIAL, FINAL, TRUE_UP" in SettlementChoice.parse("R1").unknown(RUNS)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("gate", VintageRule()),
        ("newest", VintageRule(VintageKind.NEWEST)),
        ("lead:90", VintageRule(VintageKind.LEAD, lead=timedelta(minutes=90))),
        ("lead:0", VintageRule(VintageKind.LEAD, lead=timedelta())),
        (
            "issued_before:2026-03-01T09:00:00Z",
            VintageRule(
                VintageKind.ISSUED_BEFORE, issued_before=datetime(2026, 3, 1, 9, tzinfo=UTC)
            ),
        ),
    ],
)
def test_a_rule_is_read_and_written(text: str, rule: VintageRule) -> None:
    assert VintageRule.parse(text) == rule
    assert rule.text == text


@pytest.mark.parametrize(
    "text",
    ["", "latest", "lead", "lead:-1", "lead:x", "lead:999999", "issued_before:2026-03-01",
     "issued_before:2026-03-01T09:00:00", "issued_before:"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="gate, newest, lead:60"):
        VintageRule.parse(text)


def test_only_the_default_choices_are_the_published_values() -> None:
    day_ahead = ProductionFormat.FORECAST_DAY_AHEAD
    assert ValueChoice(day_ahead).published
    assert not ValueChoice(day_ahead, vintage=VintageRule(model="m")).published
    assert not ValueChoice(day_ahead, vintage=VintageRule(VintageKind.NEWEST)).published
    assert not ValueChoice(
        ProductionFormat.SETTLEMENT, settlement=SettlementChoice("initial")
    ).published
    assert ValueChoice(ProductionFormat.SCADA, settlement=SettlementChoice("initial")).published
