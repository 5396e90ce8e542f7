"""Query parameters that the derived views share, and the limits that hold before work starts."""

import re
from datetime import datetime, timedelta

from api.reading.session import Grant
from api.segments.filters import EARLIEST, LATEST, held
from api.web.parameters import Given, Parameter, instant, once, words_of
from api.web.problems import ProblemError, insufficient
from gridfeed.domain.calendar.interval import UntileableError
from gridfeed.domain.calendar.spans import Calendar, Spans, Step, spans_of
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import SettlementChoice
from gridfeed.domain.words import ProductionFormat

#: Rows of an answer, these times its choices of values, and stored intervals that are read for it.
MOST_ROWS = 100_000
MOST_CELLS = 500_000
MOST_INTERVALS = 500_000
SHORTEST_MONTH, SHORTEST_DAY = timedelta(days=28) - timedelta(hours=1), timedelta(hours=22)


def _step(texts: list[str]) -> Step:
    text = once(texts).strip()
    if text in set(Calendar):
        return Calendar(text)
    if not re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII) or int(text) > 86_400:
        raise ValueError(f"{text!r} is not a length; give seconds up to 86400, day or month")
    return int(text)


def _settlement(texts: list[str]) -> SettlementChoice:
    return SettlementChoice.parse(once(texts).strip())


METER_NUMBER = Parameter(
    "meter_number", once, "Number of one meter; either this or a project's id.", "serf-east-1"
)
PROJECT_ID = Parameter(
    "cds_productionproject_id",
    once,
    "Id of one production project: the sum of its meters while they belong to it; either this or a"
    " meter's number.",
    "serf-east",
)
START, END = (
    Parameter(
        name,
        instant,
        f"{text} RFC 3339 date-time; rows are the intervals that start in [start, end).",
        example,
        {"type": "string", "format": "date-time"},
        required=True,
    )
    for name, text, example in (
        ("start", "First instant, inclusive.", "2026-03-01T07:00:00Z"),
        ("end", "Last instant, exclusive.", "2026-03-02T07:00:00Z"),
    )
)
INTERVAL = Parameter(
    "interval",
    _step,
    "Length of a row: seconds, day or month. Days and months are of the project's time zone, and"
    " seconds must fill each of its days.",
    "3600",
)
PRODUCTION_FORMATS = Parameter(
    "production_formats",
    words_of(ProductionFormat),
    "Space-separated, of scada, settlement, forecast_day_ahead, forecast_hour_ahead; without it,"
    " all that there are and the token may see.",
    "scada settlement",
)
SETTLEMENT_TEXT = (
    "Of settlement: latest (what is published), initial (version 0), version:2 or a run's code"
    " (that one and no other), through:2 or through:CODE (the highest up to that one)."
)
SETTLEMENT = Parameter("settlement", _settlement, SETTLEMENT_TEXT, "initial")
VINTAGE_TEXT = (
    "Of forecasts: gate (what is published: the newest in time for the product's gate), newest,"
    " lead:60 (issued at least 60 minutes before the interval), or"
    " issued_before:2026-03-01T09:00:00Z."
)
MODEL = Parameter("model", once, "Of forecasts: only vintages of this model.", "gfs-v2")


def asked_scope(given: Given) -> tuple[str | None, str | None]:
    """Return the meter number or the project id. Raises ProblemError 400 unless one is given."""
    meter_number, project_id = given[METER_NUMBER], given[PROJECT_ID]
    if (meter_number is None) == (project_id is None):
        which = "neither is given" if meter_number is None else "both are given"
        raise given.refused(METER_NUMBER, f"give it or {PROJECT_ID.name}; {which}")
    return meter_number, project_id


def asked_range(given: Given) -> tuple[datetime, datetime]:
    """Return start and end. Raises ProblemError 400."""
    start, end = given[START], given[END]
    assert start is not None
    assert end is not None
    if end <= start:
        raise given.refused(END, "it is not after start; give end > start")
    if held(end) <= held(start):
        raise given.refused(END, f"no reading lies outside [{EARLIEST.date()}, {LATEST.date()})")
    return held(start), held(end)


def granted_formats(given: Given, grant: Grant) -> tuple[ProductionFormat, ...]:
    """Return the production formats asked for, all that the token may see if none are.

    Raises ProblemError 403 for one that the token does not include.
    """
    asked = given[PRODUCTION_FORMATS]
    granted = grant.production_formats
    for word in asked or ():
        if granted is not None and word not in granted:
            raise insufficient(f"The token does not include production format {word}.")
    return asked or tuple(word for word in ProductionFormat if granted is None or word in granted)


def require_found(found: Scope | None, asked: tuple[str | None, str | None]) -> Scope:
    """Return the scope. Raises ProblemError 404 when there is none."""
    if found is None:
        name = f"meter {asked[0]}" if asked[1] is None else f"production project {asked[1]}"
        raise ProblemError(404, f"There is no {name}, or the token may not see it.")
    return found


def spans_asked(
    given: Given, found: Scope, step: Step, asked: tuple[datetime, datetime], choices: int
) -> Spans:
    """Return the rows of the answer; choices: how many times the stored intervals are read.

    Raises ProblemError 400 for a length that does not fill the days, and for too much.
    """
    start, end = asked
    _refuse_too_many_rows(given, step, asked, choices)
    refuse_too_much(given, found, asked, choices)
    try:
        return spans_of(step, found.project.timezone, start, end)
    except UntileableError as error:
        raise given.refused(INTERVAL, str(error)) from None


def _refuse_too_many_rows(
    given: Given, step: Step, asked: tuple[datetime, datetime], choices: int
) -> None:
    rows = int((asked[1] - asked[0]) / _length(step))
    most = min(MOST_ROWS, MOST_CELLS // max(choices, 1))
    if rows > most:
        raise given.refused(END, f"{rows} rows; at most {most} are answered, ask in parts")


def refuse_too_much(
    given: Given, found: Scope, asked: tuple[datetime, datetime], choices: int
) -> None:
    """Raise ProblemError 400 where too many stored intervals would be read, `choices` times."""
    read = found.intervals_within(*asked) * choices
    if read > MOST_INTERVALS:
        detail = f"about {read} stored intervals to read; at most {MOST_INTERVALS} are"
        raise given.refused(END, f"{detail}, ask in parts or for fewer production formats")


def _length(step: Step) -> timedelta:
    if isinstance(step, int):
        return timedelta(seconds=step)
    return SHORTEST_MONTH if step == Calendar.MONTH else SHORTEST_DAY
