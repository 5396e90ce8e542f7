"""One meter and a range of time: what several paths under /v1 ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.web.parameters import Given, Parameter, instant, once

METER_NUMBER = Parameter("meter_number", once, "Number of one meter.", "serf-east-1", required=True)


@dataclass(frozen=True, slots=True)
class MeterRange:
    """The parameters meter_number, start and end, at most `longest` apart."""

    start: Parameter[datetime]
    end: Parameter[datetime]
    longest: timedelta

    @classmethod
    def of(
        cls, longest: timedelta, start: str, end: str, end_text: str = "Last instant, exclusive."
    ) -> "MeterRange":
        """Make them; start and end are the examples."""
        return cls(
            _bound("start", "First instant, inclusive.", start, longest),
            _bound("end", end_text, end, longest),
            longest,
        )

    def read(self, given: Given) -> tuple[str, datetime, datetime]:
        """Return meter number, start and end; the route knows no other parameters than it lists.

        Raises ProblemError 400.
        """
        given.refuse_unknown()
        meter_number, start, end = given[METER_NUMBER], given[self.start], given[self.end]
        assert meter_number is not None
        assert start is not None
        assert end is not None
        if end <= start:
            raise given.refused(self.end, "it is not after start; give end > start")
        if end - start > self.longest:
            most = f"more than {self.longest.days} days after start; ask in parts"
            raise given.refused(self.end, most)
        return meter_number, start, end


def _bound(name: str, text: str, example: str, longest: timedelta) -> Parameter[datetime]:
    return Parameter(
        name,
        instant,
        f"{text} RFC 3339 date-time; at most {longest.days} days between start and end.",
        example,
        {"type": "string", "format": "date-time"},
        required=True,
    )
