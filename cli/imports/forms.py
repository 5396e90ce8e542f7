"""The columns of each kind of file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cli.imports import cells
from gridfeed.domain.words import Channel, PointQuality, Product, ReadQuality
from gridfeed.kafka.topics import Stream

Cell = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a kind of file. `optional` columns may be missing or empty."""

    required: Mapping[str, Cell]
    optional: Mapping[str, Cell]
    #: The column with the time of the row.
    at: str

    @property
    def columns(self) -> dict[str, Cell]:
        """Return all columns."""
        return {**self.required, **self.optional}


def form_of(stream: Stream, notation: cells.Notation) -> Form:
    """Return the form of a file for a stream, with numbers in the given notation."""
    return _FORMS[stream](notation)


def _telemetry(notation: cells.Notation) -> Form:
    return Form(
        {
            "meter_number": cells.meter_number,
            "observed_at": cells.time,
            "power_kw": partial(cells.kilowatts, notation=notation),
        },
        {"quality": cells.word(PointQuality), "channel": cells.word(Channel)},
        at="observed_at",
    )


def _reads(notation: cells.Notation) -> Form:
    return Form(
        {
            "meter_number": cells.meter_number,
            "interval_start": cells.time,
            "interval_seconds": cells.whole(1),
            "energy_kwh": partial(cells.microkwh, notation=notation),
        },
        {
            "channel": cells.word(Channel),
            "quality": cells.word(ReadQuality),
            "settlement_version": cells.whole(0),
            "read_at": cells.time,
        },
        at="interval_start",
    )


def _forecasts(notation: cells.Notation) -> Form:
    kilowatts = partial(cells.kilowatts, notation=notation)
    return Form(
        {
            "meter_number": cells.meter_number,
            "product": cells.word(Product),
            "issued_at": cells.time,
            "start": cells.time,
            "interval_seconds": cells.whole(1),
            "power_kw": kilowatts,
        },
        {"p10_kw": kilowatts, "p90_kw": kilowatts, "model": str},
        at="start",
    )


def _registers(notation: cells.Notation) -> Form:
    return Form(
        {
            "meter_number": cells.meter_number,
            "read_at": cells.time,
            "value": partial(cells.dials, notation=notation),
            "digits": cells.whole(1),
            "multiplier": partial(cells.multiplier, notation=notation),
        },
        {"register": str},
        at="read_at",
    )


_FORMS = {
    Stream.TELEMETRY: _telemetry,
    Stream.READS: _reads,
    Stream.FORECASTS: _forecasts,
    Stream.REGISTERS: _registers,
}
