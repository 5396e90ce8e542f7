"""`gridfeed explain`: the samples, weights and decisions behind a published number."""

import asyncio
from datetime import datetime
from typing import Annotated

import orjson
import typer

from api.lineage.answer import Lineage
from api.lineage.explained import NothingPublishedError, Question, lineage
from api.lineage.interval_choice import IntervalChoice
from api.reading.session import Grant, narrowed
from api.segments.filters import SegmentName
from api.web.shapes import as_json as json_text
from cli import moments, session, terminal
from cli.explain import printed as explain_print
from cli.trouble import TroubleError
from gridfeed.settings import Settings

app = terminal.commands()

#: A person who may open the database may see everything.
EVERYTHING = Grant(0, "gridfeed explain")


@app.command()
def explain(
    segment_id: Annotated[
        str, typer.Argument(help="cds_usagesegment_id; add #HH:MM for one interval.")
    ],
    *,
    at: Annotated[
        str | None, typer.Option(help="One interval: local time HH:MM[:SS], or an instant.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Explain the values of this instant: 2026-03-02T12:00:00Z.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="Database URL. Default: GRIDFEED_DATABASE_URL.")
    ] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Show how the values of a segment were computed, and compute them again.

    \b
    For a segment the command lists every interval, its coverage, and whether the stored value
    equals the value that is computed again from the stored samples. For one interval it shows
    each sample with its place in Kafka and how long it held, the carry-in, the gaps and the
    decisions about quality; for settlement all versions, for forecasts all vintages, which one
    is current and why. Generation is positive here; the API publishes it as negative.

    \b
    Examples:
      gridfeed explain serf-east-1:scada:2026-03-01:300
      gridfeed explain serf-east-1:scada:2026-03-01:300#12:05
      gridfeed explain serf-east-1:settlement:2026-03-01:900 --at 2026-03-01T19:00:00Z --json
    """
    name, behind = SegmentName.and_behind(segment_id)
    if name is None:
        raise TroubleError(
            f"{segment_id!r} is not a segment id",
            "Write meter:format:YYYY-MM-DD:seconds, like cds_usagesegment_id in the API.",
        )
    question = Question(name, _choice(at or behind or None))
    instant = moments.as_of_instant(as_of)
    settings = session.start(database_url=database_url)
    answer = asyncio.run(_explained(settings, question, instant))
    if as_json:
        terminal.print_json(orjson.Fragment(json_text(answer)))
    else:
        explain_print.print_explanation(answer, detailed=question.choice.text is not None)


def _choice(text: str | None) -> IntervalChoice:
    try:
        return IntervalChoice(text)
    except ValueError as error:
        raise TroubleError(str(error)) from None


async def _explained(settings: Settings, question: Question, as_of: datetime | None) -> Lineage:
    async with session.connected(settings) as connection:
        try:
            answer, _ = await lineage(await narrowed(connection, EVERYTHING, as_of), question)
        except NothingPublishedError as error:
            raise _nothing(question, error) from None
    return answer


def _nothing(question: Question, error: NothingPublishedError) -> TroubleError:
    name = question.name
    if error.timezone is None:
        return TroubleError(
            f"meter {name.meter_number} is not declared", "See `gridfeed projects list`."
        )
    where = f" at {question.choice.text}" if question.choice.text else ""
    return TroubleError(
        f"nothing is published for {name.meter_number}, {name.production_format},"
        f" intervals of {name.interval_seconds} s{where}",
        f"Days and times of day are local to {error.timezone};"
        f" {error.stored} intervals of the segment are published.",
    )
