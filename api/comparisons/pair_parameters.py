"""Query parameters of the views that compare two production formats, and what they refuse."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from fastapi import Request

from api.comparisons import parameters as derived
from api.comparisons.every_vintage import TooManyVintagesError
from api.comparisons.scope import scope
from api.reading.session import Grant, Session
from api.web import cds_parameters as cds
from api.web.access.auth import database_of
from api.web.parameters import Given, Parameter, integer, once
from api.web.problems import insufficient
from gridfeed.domain.calendar.interval import UntileableError
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.words import ProductionFormat, ReadingValidity

E = TypeVar("E", bound=StrEnum)

INTERVAL = Parameter(
    "interval",
    integer(1, 86_400),
    "Length in seconds of the intervals that are compared; both sides are summed to it. It must"
    " fill each day of the project's time zone. Without it, the shortest that both sides fill.",
    "3600",
    {"type": "integer"},
)


def one_of(accepted: Sequence[E]) -> Callable[[list[str]], E]:
    """Return a reader of one word."""

    def read(texts: list[str]) -> E:
        text = once(texts).strip()
        for word in accepted:
            if text == word:
                return word
        raise ValueError(f"{text!r} is not one of {', '.join(accepted)}")

    return read


def words_schema(accepted: Sequence[StrEnum]) -> dict[str, object]:
    """Return the JSON Schema of one word."""
    return {"type": "string", "enum": [word.value for word in accepted]}


def decimal(least: int, most: int) -> Callable[[list[str]], Fraction]:
    """Return a reader of exact decimals from `least` to `most`."""

    def read(texts: list[str]) -> Fraction:
        text = once(texts).strip()
        if not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", text, re.ASCII):
            raise ValueError(f"{text!r} is not a decimal number such as 2.5")
        if not least <= Fraction(text) <= most:
            raise ValueError(f"{text} is not from {least} to {most}")
        return Fraction(text)

    return read


def yes_or_no(texts: list[str]) -> bool:
    """Read true or false."""
    text = once(texts).strip()
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is not true or false")
    return text == "true"


def _validity(texts: list[str]) -> ReadingValidity:
    text = once(texts).strip()
    accepted = ReadingValidity.TOTAL_GROSS, ReadingValidity.NET_METERING
    if text not in accepted:
        why = ": a contract's share of both sides compares alike" if text == "contracted" else ""
        raise ValueError(f"{text!r} is not one of {', '.join(accepted)}{why}")
    return ReadingValidity(text)


def reading_validity(text: str) -> Parameter[ReadingValidity]:
    """Return the parameter; text: what it chooses, and what is chosen without it."""
    return Parameter("reading_validity", _validity, text, "net_metering")


def require_formats(grant: Grant, *needed: ProductionFormat) -> None:
    """Raise ProblemError 403 for the first production format that the token does not include."""
    for word in needed:
        if grant.production_formats is not None and word not in grant.production_formats:
            raise insufficient(
                f"The token does not include production format {word}, which this compares."
            )


@asynccontextmanager
async def opened(
    request: Request, given: Given, grant: Grant
) -> AsyncIterator[tuple[Session, Scope]]:
    """Give a session of the instant asked for, and what is asked about.

    Raises ProblemError 400 for an instant to come, an unknown run and too much to read, and 404.
    """
    asked = derived.asked_scope(given)
    async with database_of(request).granted(grant, given[cds.AS_OF]) as session:
        cds.refuse_future(given, session)
        found = derived.require_found(await scope(session, *asked), asked)
        require_run(given, found)
        refuse_too_much(given, found)
        yield session, found


def require_run(given: Given, found: Scope) -> None:
    """Raise ProblemError 400 for a settlement run that no project has."""
    choice, runs = given[derived.SETTLEMENT], found.settlement_runs()
    if choice and not choice.published and choice.versions(runs) is None:
        raise given.refused(derived.SETTLEMENT, choice.unknown(runs))


def refuse_too_much(given: Given, found: Scope) -> None:
    """Raise ProblemError 400 when there is more to read than is compared at once."""
    seconds = given[INTERVAL] or found.project.interval_seconds
    derived.spans_asked(given, found, seconds, derived.asked_range(given), 2)


@contextmanager
def refused(given: Given) -> Iterator[None]:
    """Answer what cannot be compared as asked with ProblemError 400."""
    try:
        yield
    except UntileableError as error:
        raise given.refused(INTERVAL, str(error)) from None
    except TooManyVintagesError as error:
        raise given.refused(derived.END, str(error)) from None
