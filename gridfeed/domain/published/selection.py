"""Selects one of an interval's several values: a settlement run or a forecast vintage."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from gridfeed.domain.calendar.instants import read_instant, rfc3339
from gridfeed.domain.declaration.catalogue import SettlementRun
from gridfeed.domain.words import ProductionFormat

HIGHEST_VERSION = 2**31 - 1
LONGEST_LEAD_MINUTES = 60 * 24 * 366

_VERSION = re.compile(r"version:(\d{1,9})", re.ASCII)
_LEAD = re.compile(r"lead:(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class SettlementChoice:
    """A choice of settlement version, as it was written.

    latest: the published value, including edits and estimates. initial: version 0. version:2, or a
    run's code: exactly that version. through:2, through:FINAL: the highest version up to that one,
    which was the settled value when that run was the newest.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text. Raises ValueError, which says what is accepted."""
        run = text.removeprefix("through:")
        if not run or re.search(r"\s", run) or (run in {"latest", "initial"} and run != text):
            raise ValueError(
                f"{text!r} is not a settlement choice; give latest, initial, version:2, the code of"
                " a settlement run, or the highest version up to one: through:2 or through:CODE"
            )
        return cls(text)

    @property
    def published(self) -> bool:
        """Return whether the published values are chosen, and not the reads."""
        return self.text == "latest"

    def versions(self, runs: Sequence[SettlementRun]) -> tuple[int, int] | None:
        """Return the lowest and the highest version allowed; the highest existing one counts.

        None if the runs have no such code. Not for the published values.
        """
        run = self.text.removeprefix("through:")
        rank = _rank(run, runs)
        if rank is None and run != self.text and run.isascii() and run.isdigit():
            rank = int(run)
        if rank is None or rank > HIGHEST_VERSION:
            return None
        return (0 if run != self.text else rank), rank

    def unknown(self, runs: Sequence[SettlementRun]) -> str:
        """Return the error that the runs have no such code, and what is accepted."""
        codes = ", ".join(dict.fromkeys(run.code for run in runs)) or "none is declared"
        return (
            f"{self.text!r} is not a settlement run of the project; give latest, initial, version:N"
            f" or one of the declared codes ({codes})"
        )


def _rank(run: str, runs: Sequence[SettlementRun]) -> int | None:
    if run == "initial":
        return 0
    if match := _VERSION.fullmatch(run):
        return int(match[1])
    return next((each.settlement_version for each in runs if each.code == run), None)


LATEST = SettlementChoice("latest")


class VintageKind(StrEnum):
    """How a vintage is chosen."""

    GATE = "gate"
    NEWEST = "newest"
    LEAD = "lead"
    ISSUED_BEFORE = "issued_before"


@dataclass(frozen=True, slots=True)
class VintageRule:
    """A choice of forecast vintage: the newest issued one that satisfies the rule counts.

    gate: issued before the product's gate; this is the published value, including edits. newest:
    any. lead: issued at least this long before the interval starts. issued_before: issued before an
    instant (aware UTC). model: only vintages of this model; with a model, gate reads the vintages,
    too.
    """

    kind: VintageKind = VintageKind.GATE
    lead: timedelta | None = None
    issued_before: datetime | None = None
    model: str | None = None

    @classmethod
    def parse(cls, text: str, model: str | None = None) -> Self:
        """Read "gate", "newest", "lead:60" (minutes) or "issued_before:2026-03-01T09:00:00Z".

        Raises ValueError, which says what is accepted.
        """
        if text in {VintageKind.GATE, VintageKind.NEWEST}:
            return cls(VintageKind(text), model=model)
        if (match := _LEAD.fullmatch(text)) and int(match[1]) <= LONGEST_LEAD_MINUTES:
            return cls(VintageKind.LEAD, lead=timedelta(minutes=int(match[1])), model=model)
        kind, _, instant = text.partition(":")
        if kind == VintageKind.ISSUED_BEFORE and (at := _instant(instant)):
            return cls(VintageKind.ISSUED_BEFORE, issued_before=at, model=model)
        raise ValueError(
            f"{text!r} is not a vintage rule; give gate, newest, lead:60 (minutes), or"
            " issued_before:2026-03-01T09:00:00Z"
        )

    @property
    def published(self) -> bool:
        """Return whether the published values are chosen, and not all vintages."""
        return self.kind == VintageKind.GATE and self.model is None

    @property
    def text(self) -> str:
        """Return the rule in its written form, without the model."""
        if self.lead is not None:
            return f"{self.kind}:{self.lead // timedelta(minutes=1)}"
        if self.issued_before is not None:
            return f"{self.kind}:{rfc3339(self.issued_before)}"
        return self.kind.value


GATE = VintageRule()


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A production format and, if its intervals have several values, the choice among them."""

    production_format: ProductionFormat
    settlement: SettlementChoice = LATEST
    vintage: VintageRule = GATE

    @property
    def published(self) -> bool:
        """Return whether the published values are chosen, including edits and estimates."""
        if self.production_format == ProductionFormat.SETTLEMENT:
            return self.settlement.published
        return self.production_format == ProductionFormat.SCADA or self.vintage.published

    @property
    def choice(self) -> str | None:
        """Return the written form of the settlement choice or vintage rule, if there is one."""
        if self.production_format == ProductionFormat.SCADA:
            return None
        if self.production_format == ProductionFormat.SETTLEMENT:
            return self.settlement.text
        return self.vintage.text


def _instant(text: str) -> datetime | None:
    try:
        return read_instant(text)
    except ValueError:
        return None
