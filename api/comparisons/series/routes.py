"""GET /v1/series."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.comparisons.parameters import (
    MOST_SUMMED,
    SETTLEMENT_TEXT,
    VINTAGE_TEXT,
    Interval,
    Model,
    ProductionFormats,
    granted_formats,
)
from api.comparisons.series import query as series
from api.comparisons.series.answer import EXAMPLE, EXAMPLE_CSV, series_answer, series_csv
from api.comparisons.series.table import Column, Table
from api.comparisons.summed_parameters import Summed
from api.reading.session import Session
from api.web.access.admission import Admitted
from api.web.answers import json_response
from api.web.describe import described
from api.web.negotiation import chosen_type
from api.web.parameters import Read, Words, told, words, words_of
from api.web.shapes import answer, as_json
from gridfeed.domain.calendar.spans import Spans, Step
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import (
    GATE,
    LATEST,
    SettlementChoice,
    ValueChoice,
    VintageRule,
)
from gridfeed.domain.published.validity import MEASURED
from gridfeed.domain.words import ProductionFormat, ReadingValidity

MOST_CHOICES = 8
CSV = "text/csv"


def _each(parse: Callable[[str], object]) -> Read:
    """Return a reader of space-separated choices."""

    def read(texts: list[str]) -> tuple[object, ...]:
        found = words(texts)
        if len(found) > MOST_CHOICES:
            raise ValueError(f"{len(found)} choices; at most {MOST_CHOICES} are answered")
        return tuple(parse(word) for word in found)

    return Read(read)


def _include(texts: list[str]) -> tuple[str, ...]:
    for word in words(texts):
        if word != "counts":
            raise ValueError(f"{word!r} is not accepted; give counts")
    return words(texts)


class SeriesParameters(Summed):
    """The query parameters."""

    interval: Interval = None
    production_formats: ProductionFormats = None
    reading_validities: Annotated[tuple[ReadingValidity, ...] | None, words_of(ReadingValidity)] = (
        told(
            "Space-separated list of total_gross, net_metering, contracted. Default: all that have"
            " values.",
            "net_metering contracted",
        )
    )
    settlement: Annotated[tuple[SettlementChoice, ...] | None, _each(SettlementChoice.parse)] = (
        told(f"{SETTLEMENT_TEXT} A space-separated list gives a column for each.", "latest initial")
    )
    vintage: Annotated[tuple[VintageRule, ...] | None, _each(VintageRule.parse)] = told(
        f"{VINTAGE_TEXT} A space-separated list gives a column for each.", "gate lead:60"
    )
    model: Model = None
    include: Annotated[Words, Read(_include)] = told(
        "counts: for each column of energies three more columns: the number of stored intervals in"
        " a value (parts), the number expected, and the number estimated.",
        "counts",
    )

    def value_choices(self, word: ProductionFormat) -> list[ValueChoice]:
        """Return the choices of values of a production format."""
        if word == ProductionFormat.SCADA:
            return [ValueChoice(word)]
        if word == ProductionFormat.SETTLEMENT:
            return [ValueChoice(word, settlement=choice) for choice in self.settlement or (LATEST,)]
        rules = self.vintage or (GATE,)
        return [ValueChoice(word, vintage=replace(rule, model=self.model)) for rule in rules]

    def require_runs(self, found: Scope) -> None:
        """Raise ProblemError 400 for a settlement run that no project has."""
        for choice in self.settlement or ():
            if not choice.published and choice.versions(found.settlement_runs()) is None:
                raise self.refused("settlement", choice.unknown(found.settlement_runs()))


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/series",
    **described(
        "Aligned series",
        "One table of energies for the same intervals: any production formats, settlement runs and"
        " forecast vintages of one meter or project, as published now or at as_of. Generation is"
        " positive here, numbers are exact. A value is the sum of stored intervals; it is null"
        " unless every interval has a value for every meter that belongs to the project then."
        " Without interval, rows are as short as all columns allow. Quantiles are answered only for"
        " one meter, and only if a row is one stored interval. Accept: text/csv gives CSV.",
        answer(EXAMPLE),
        403,
        404,
        media={CSV: {"schema": {"type": "string"}, "example": EXAMPLE_CSV}},
    ),
)
async def show_series(
    request: Request, grant: Admitted, asked: Annotated[SeriesParameters, Query()]
) -> Response:
    """Answer an aligned table."""
    formats = granted_formats(asked.production_formats, grant)
    async with asked.opened(request, grant) as (session, found):
        table = await _read_table(session, asked, formats, found)
    # In a thread, so that other requests go on: a large table takes half a second.
    if chosen_type(request) == CSV:
        body = await asyncio.to_thread(lambda: series_csv(table()))
        return Response(body, media_type=CSV)
    return json_response(await asyncio.to_thread(lambda: as_json(series_answer(table()))))


async def _read_table(
    session: Session, asked: SeriesParameters, formats: tuple[ProductionFormat, ...], found: Scope
) -> Callable[[], Table]:
    """Read the stored values; return a function that makes the table from them."""
    asked.require_runs(found)
    offered = await series.offered(session, found, formats)
    wanted = [
        (choice, validities)
        for word in (formats if asked.production_formats else offered)
        if (validities := _validities(word, asked.reading_validities or offered.get(word, ())))
        for choice in asked.value_choices(word)
    ]
    asked.refuse_too_much(found, len(wanted), MOST_SUMMED)
    step: Step = asked.interval or found.project.interval_seconds
    spans = asked.spans(found, step, len(wanted))
    too_long = len(spans) and series.is_too_long_for_once(found, *asked.range, len(wanted))
    read = _in_parts if too_long else _at_once
    step, spans, columns = await read(session, asked, found, wanted, spans)
    counts = asked.include is not None
    return lambda: Table(found, *asked.range, step, session.as_of, spans, columns(), counts)


#: The length of the rows, their spans, and a function that makes the columns.
_Rows = tuple[Step, Spans, Callable[[], list[Column]]]


async def _at_once(
    session: Session,
    asked: SeriesParameters,
    found: Scope,
    wanted: series.ColumnChoices,
    spans: Spans,
) -> _Rows:
    stored = await series.read(session, found, wanted, spans)
    step = asked.interval or series.finest_common(found, stored)
    spans = asked.spans(found, step, len(wanted))
    return step, spans, partial(series.columns, found, stored, spans)


async def _in_parts(
    session: Session,
    asked: SeriesParameters,
    found: Scope,
    wanted: series.ColumnChoices,
    spans: Spans,
) -> _Rows:
    step = asked.interval or await series.finest_stored(session, found, wanted, spans)
    spans = asked.spans(found, step, len(wanted))
    columns = await series.columns_in_parts(session, found, wanted, spans)
    return step, spans, columns.copy


def _validities(
    production_format: ProductionFormat, every: tuple[ReadingValidity, ...]
) -> tuple[ReadingValidity, ...]:
    """Return the possible validities: contracted shares are published only for measured values."""
    if production_format in MEASURED:
        return every
    return tuple(v for v in every if v != ReadingValidity.CONTRACTED)
