"""Query parameters common to the derived views, and the limits checked before any work."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import model_validator

from api.reading.session import Grant
from api.segments.filters import EARLIEST, LATEST, held
from api.web.cds_parameters import Dated
from api.web.parameters import INSTANT, Text, required, single, told, words_of
from api.web.problems import ProblemError, insufficient
from gridfeed.domain.calendar.interval import UntileableError
from gridfeed.domain.calendar.spans import Calendar, Spans, Step, spans_of
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import SettlementChoice
from gridfeed.domain.words import ProductionFormat

#: At most this many rows in an answer: a leap year of five-minute intervals has 105,408.
MOST_ROWS = 110_000
#: At most this many rows times choices of values, and stored intervals that are read at once.
MOST_CELLS = 500_000
MOST_INTERVALS = 500_000
#: At most this many stored intervals to sum or to count: a year of two sides of twenty meters has
#: 4.2 million of five minutes.
MOST_SUMMED = 5_000_000
SHORTEST_MONTH, SHORTEST_DAY = timedelta(days=28) - timedelta(hours=1), timedelta(hours=22)


def _step(text: str) -> Step:
    if text in set(Calendar):
        return Calendar(text)
    if not re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII) or int(text) > 86_400:
        raise ValueError(f"{text!r} is not a length; give seconds up to 86400, day or month")
    return int(text)


Interval = Annotated[
    Step | None,
    single(_step),
    told(
        "Length of a row: seconds, day or month. Days and months are local to the project's time"
        " zone, and seconds must divide each of its days.",
        "3600",
    ),
]
ProductionFormats = Annotated[
    tuple[ProductionFormat, ...] | None,
    words_of(ProductionFormat),
    told(
        "Space-separated list of scada, settlement, forecast_day_ahead, forecast_hour_ahead."
        " Default: every format that has values and that the token may see.",
        "scada settlement",
    ),
]
SETTLEMENT_TEXT = (
    "Settlement version: latest (the published values), initial (version 0), version:2 or a run's"
    " code (only this version), through:2 or through:CODE (the highest version up to this one)."
)
Settlement = Annotated[
    SettlementChoice | None, single(SettlementChoice.parse), told(SETTLEMENT_TEXT, "initial")
]
VINTAGE_TEXT = (
    "Forecast vintage: gate (the published values: the newest vintage in time for the product's"
    " gate), newest, lead:60 (issued at least 60 minutes before the interval), or"
    " issued_before:2026-03-01T09:00:00Z."
)
Model = Annotated[Text, told("Forecasts: only vintages of this model.", "gfs-v2")]
_WITHIN = "RFC 3339 date-time; rows are the intervals that start in [start, end)."


class Derived(Dated):
    """The query parameters of every derived view: a meter or project, and a range of time."""

    meter_number: Text = told("Number of one meter; give this or a project's id.", "serf-east-1")
    cds_productionproject_id: Text = told(
        "Id of one production project, for the sum of its meters while they belong to it; give this"
        " or a meter's number.",
        "serf-east",
    )
    start: Annotated[datetime, INSTANT] = required(
        f"First instant, inclusive. {_WITHIN}", "2026-03-01T07:00:00Z"
    )
    end: Annotated[datetime, INSTANT] = required(
        f"Last instant, exclusive. {_WITHIN}", "2026-03-02T07:00:00Z"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        meter_number, project_id = self.scope
        if (meter_number is None) == (project_id is None):
            which = "neither is given" if meter_number is None else "both are given"
            fault = f"give either meter_number or cds_productionproject_id; {which}"
            raise self.refused("meter_number", fault)
        if self.end <= self.start:
            raise self.refused("end", "it is not after start; give end > start")
        start, end = self.range
        if end <= start:
            outside = f"only [{EARLIEST.date()}, {LATEST.date()}) can have readings"
            raise self.refused("end", outside)
        return self

    @property
    def scope(self) -> tuple[str | None, str | None]:
        """Return the meter's number and the project's id; exactly one of them is None."""
        return self.meter_number, self.cds_productionproject_id

    @property
    def range(self) -> tuple[datetime, datetime]:
        """Return start and end, moved into the bounds of possible readings."""
        return held(self.start), held(self.end)

    def require_found(self, found: Scope | None) -> Scope:
        """Return the scope. Raises ProblemError 404 if it is None."""
        if found is None:
            number, project_id = self.scope
            name = f"meter {number}" if project_id is None else f"production project {project_id}"
            raise ProblemError(404, f"There is no {name}, or the token may not see it.")
        return found

    def spans(self, found: Scope, step: Step, choices: int) -> Spans:
        """Return the spans of the answer's rows. choices: how many columns they have, about.

        Raises ProblemError 400 for a length that does not fill the days, and for too many rows.
        """
        self.refuse_too_many_rows(step, choices)
        return self.spans_of(found, step)

    def spans_of(self, found: Scope, step: Step) -> Spans:
        """Return the spans. Raises ProblemError 400 for a length that does not fill the days."""
        try:
            return spans_of(step, found.project.timezone, *self.range)
        except UntileableError as error:
            raise self.refused("interval", str(error)) from None

    def refuse_too_many_rows(self, step: Step, choices: int) -> None:
        """Raise ProblemError 400 for more rows than an answer may have, or be made of."""
        start, end = self.range
        rows = int((end - start) / _length(step))
        most = min(MOST_ROWS, MOST_CELLS // max(choices, 1))
        if rows > most:
            raise self.refused(
                "end", f"{rows} rows; at most {most} are answered, ask for a shorter range"
            )

    def refuse_too_much(self, found: Scope, choices: int, most: int = MOST_INTERVALS) -> None:
        """Raise ProblemError 400 if reading the stored intervals `choices` times is too much."""
        read = found.intervals_within(*self.range) * choices
        if read > most:
            detail = f"about {read} stored intervals to read; at most {most} are read"
            raise self.refused("end", f"{detail}, ask for a shorter range or fewer formats")


def granted_formats(
    asked: tuple[ProductionFormat, ...] | None, grant: Grant
) -> tuple[ProductionFormat, ...]:
    """Return the requested production formats; if none are requested, all that the token may see.

    Raises ProblemError 403 for a production format that the token does not include.
    """
    granted = grant.production_formats
    for word in asked or ():
        if granted is not None and word not in granted:
            raise insufficient(f"The token does not include production format {word}.")
    return asked or tuple(word for word in ProductionFormat if granted is None or word in granted)


def _length(step: Step) -> timedelta:
    if isinstance(step, int):
        return timedelta(seconds=step)
    return SHORTEST_MONTH if step == Calendar.MONTH else SHORTEST_DAY
