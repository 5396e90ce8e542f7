"""GET /v1/series."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from api.comparisons import parameters as derived
from api.comparisons.scope import scope
from api.comparisons.series import query as series
from api.comparisons.series.answer import series_csv, series_json
from api.comparisons.series.document import BODY, EXAMPLE_CSV
from api.comparisons.series.table import Table
from api.reading.session import Grant, Session
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.access.auth import database_of
from api.web.answers import json_response
from api.web.describe import described
from api.web.negotiation import chosen_type
from api.web.parameters import Given, Parameter, words, words_of
from gridfeed.domain.calendar.spans import Step
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

T = TypeVar("T")
MOST_CHOICES = 8
CSV = "text/csv"


def _each(parse: Callable[[str], T]) -> Callable[[list[str]], tuple[T, ...]]:
    """Return a reader of space-separated choices."""

    def read(texts: list[str]) -> tuple[T, ...]:
        found = words(texts)
        if len(found) > MOST_CHOICES:
            raise ValueError(f"{len(found)} choices; at most {MOST_CHOICES} are answered")
        return tuple(parse(word) for word in found)

    return read


def _include(texts: list[str]) -> tuple[str, ...]:
    for word in words(texts):
        if word != "counts":
            raise ValueError(f"{word!r} is not counts")
    return words(texts)


READING_VALIDITIES = Parameter(
    "reading_validities",
    words_of(ReadingValidity),
    "Space-separated, of total_gross, net_metering, contracted; without it, all that there are.",
    "net_metering contracted",
)
SETTLEMENT = Parameter(
    "settlement",
    _each(SettlementChoice.parse),
    f"{derived.SETTLEMENT_TEXT} Space-separated for a column each.",
    "latest initial",
)
VINTAGE = Parameter(
    "vintage",
    _each(VintageRule.parse),
    f"{derived.VINTAGE_TEXT} Space-separated for a column each.",
    "gate lead:60",
)
INCLUDE = Parameter(
    "include",
    _include,
    "counts: for each column of energies also how many stored intervals a value is the sum of, how"
    " many there ought to be, and how many of them are estimated.",
    "counts",
)
PARAMETERS: tuple[Parameter[Any], ...] = (
    derived.METER_NUMBER,
    derived.PROJECT_ID,
    derived.START,
    derived.END,
    derived.INTERVAL,
    derived.PRODUCTION_FORMATS,
    READING_VALIDITIES,
    SETTLEMENT,
    VINTAGE,
    derived.MODEL,
    INCLUDE,
    cds.AS_OF,
)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """The parameters. scope: meter number or project id."""

    scope: tuple[str | None, str | None]
    range: tuple[datetime, datetime]
    interval: Step | None
    formats: tuple[ProductionFormat, ...]
    formats_given: bool
    validities: tuple[ReadingValidity, ...] | None
    settlements: tuple[SettlementChoice, ...]
    vintages: tuple[VintageRule, ...]
    counts: bool


@router.get(
    "/series",
    **described(
        "Aligned series",
        "One table of energies for the same intervals: any production formats, settlement runs and"
        " forecast vintages of one meter or project, as published now or at as_of. Generation is"
        " positive here, numbers are exact. A value is the sum of stored intervals and null unless"
        " all of them are there, of every meter that belongs to the project then. Without interval,"
        " rows are as short as all columns allow. Quantiles are answered of one meter, where a row"
        " is one stored interval. Accept: text/csv gives the rows as CSV.",
        PARAMETERS,
        BODY,
        403,
        404,
        media={CSV: {"schema": {"type": "string"}, "example": EXAMPLE_CSV}},
    ),
)
async def show_series(request: Request) -> Response:
    """Answer an aligned table."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    asked = _read(given, grant)
    async with database_of(request).granted(grant, given[cds.AS_OF]) as session:
        cds.refuse_future(given, session)
        found = derived.require_found(await scope(session, *asked.scope), asked.scope)
        table = await _read_table(session, given, asked, found)
    # A large table takes half a second: other requests go on meanwhile.
    if chosen_type(request) == CSV:
        body = await asyncio.to_thread(lambda: series_csv(table()))
        return Response(body, media_type=CSV)
    return json_response(await asyncio.to_thread(lambda: series_json(table())))


def _read(given: Given, grant: Grant) -> _Asked:
    given.refuse_unknown()
    model = given[derived.MODEL]
    vintages = given[VINTAGE] or (GATE,)
    return _Asked(
        derived.asked_scope(given),
        derived.asked_range(given),
        given[derived.INTERVAL],
        derived.granted_formats(given, grant),
        given[derived.PRODUCTION_FORMATS] is not None,
        given[READING_VALIDITIES],
        given[SETTLEMENT] or (LATEST,),
        tuple(VintageRule(v.kind, v.lead, v.issued_before, model) for v in vintages),
        given[INCLUDE] is not None,
    )


async def _read_table(
    session: Session, given: Given, asked: _Asked, found: Scope
) -> Callable[[], Table]:
    """Read what is stored; return what makes the table of it."""
    for choice in asked.settlements:
        if not choice.published and choice.versions(found.settlement_runs()) is None:
            raise given.refused(SETTLEMENT, choice.unknown(found.settlement_runs()))
    offered = await series.offered(session, found, asked.formats)
    formats = asked.formats if asked.formats_given else tuple(offered)
    wanted = [
        (choice, validities)
        for word in formats
        if (validities := _validities(word, asked.validities or offered.get(word, ())))
        for choice in _value_choices(word, asked)
    ]
    step: Step = asked.interval or found.project.interval_seconds
    spans = derived.spans_asked(given, found, step, asked.range, len(wanted))
    stored = await series.read(session, found, wanted, spans)
    if asked.interval is None:
        step = series.finest_common(found, stored)
        spans = derived.spans_asked(given, found, step, asked.range, len(wanted))

    def table() -> Table:
        columns = series.columns(stored, spans)
        return Table(found, *asked.range, step, session.as_of, spans, columns, asked.counts)

    return table


def _validities(
    production_format: ProductionFormat, every: tuple[ReadingValidity, ...]
) -> tuple[ReadingValidity, ...]:
    """Return those there can be: a contract's share is published of what was measured alone."""
    if production_format in MEASURED:
        return every
    return tuple(v for v in every if v != ReadingValidity.CONTRACTED)


def _value_choices(word: ProductionFormat, asked: _Asked) -> list[ValueChoice]:
    if word == ProductionFormat.SCADA:
        return [ValueChoice(word)]
    if word == ProductionFormat.SETTLEMENT:
        return [ValueChoice(word, settlement=choice) for choice in asked.settlements]
    return [ValueChoice(word, vintage=rule) for rule in asked.vintages]
