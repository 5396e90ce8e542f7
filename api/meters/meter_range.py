"""One meter and a range of time: query parameters of several paths under /v1."""

from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import model_validator

from api.web.parameters import INSTANT, Parameters, Read, once, required


def bound(text: str, longest: timedelta, example: str) -> Any:
    """Return the field of a range's start or end. A range is at most `longest`."""
    apart = f"RFC 3339 date-time; at most {longest.days} days between start and end."
    return required(f"{text} {apart}", example)


def first(longest: timedelta, example: str) -> Any:
    """Return the field of a range's start."""
    return bound("First instant, inclusive.", longest, example)


def last(longest: timedelta, example: str) -> Any:
    """Return the field of a range's end."""
    return bound("Last instant, exclusive.", longest, example)


class MeterRange(Parameters):
    """One meter, and a range of time of at most `longest`."""

    longest: ClassVar[timedelta]

    meter_number: Annotated[str, Read(once)] = required("Number of one meter.", "serf-east-1")
    start: Annotated[datetime, INSTANT]
    end: Annotated[datetime, INSTANT]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end <= self.start:
            raise self.refused("end", "it is not after start; give end > start")
        if self.end - self.start > self.longest:
            most = f"more than {self.longest.days} days after start; ask for a shorter range"
            raise self.refused("end", most)
        return self
