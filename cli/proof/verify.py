"""`gridfeed verify`: compares the API's answers with the ledger of sent messages."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import session, terminal
from cli.address import api_address
from cli.proof.compare import Fault, Finding, LetterComparison
from cli.proof.expected import expected_series
from cli.proof.ledger import BadLedgerError, Ledger, read
from cli.proof.letters import LetterCheck
from cli.proof.public_api import NotAnsweredError, PublicApi, RefusedError
from cli.proof.verification import Verification
from cli.trouble import TroubleError
from gridfeed import clock
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.kafka.dead_letters import NoDeadLettersTopicError
from gridfeed.settings import Settings

app = terminal.commands()

#: At most this many findings are printed, and at most this many are in the JSON. All are counted.
_SHOWN, _LISTED = 20, 1000
_NOT_COMPLETE = (
    "the ledger has no end: the simulator was killed, and what Kafka took in its last moments is in"
    " no ledger. Differences in the last intervals may come from that."
)


@dataclass(frozen=True, slots=True)
class _Options:
    """The options: the API's address, the time to wait, whether to read dead letters."""

    api: str
    token: str
    wait: float
    dead_letters: bool


@app.command()
def verify(
    ledger: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Ledger of `gridfeed simulate`.")
    ],
    *,
    api: terminal.Api = None,
    token: terminal.Token = "",
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait until the worker has caught up.")
    ] = 180.0,
    dead_letters: Annotated[
        bool,
        typer.Option("--dead-letters/--no-dead-letters", help="Compare dead letters in Kafka."),
    ] = True,
    as_json: terminal.AsJson = False,
) -> None:
    """Compare every interval and raw sample that the API publishes with a ledger, digit by digit.

    \b
    Values are computed again from the ledger, one sample at a time. An interval or sample is
      lost     when it is not published, though the ledger says that it must be
      doubled  when it is published more than once
      wrong    when any digit or the quality differs, or when it must not be there
    Dead letters must be exactly the spoiled messages: same bytes, reason and place in Kafka. A
    letter that comes twice is not a fault, since a crash can repeat it. The exit code is 1 if any
    count is not 0 or if intervals have not ended yet.

    \b
    Examples:
      gridfeed verify night-1.ledger --token "$GRIDFEED_TOKEN"
      gridfeed verify night-1.ledger --api https://power.example --no-dead-letters --json
    """
    settings = session.start()
    options = _Options(api or api_address(settings), token, wait, dead_letters)
    book = _read(ledger)
    if not book.complete:
        terminal.note(_NOT_COMPLETE)
    outcome = asyncio.run(_verify(settings, book, options))
    shape = outcome.shape(book)
    if as_json:
        terminal.print_json(shape)
    else:
        _print(outcome, shape)
    if not shape["ok"]:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Outcome:
    verification: Verification
    letters: LetterComparison | None
    spoiled: int

    def shape(self, book: Ledger) -> dict[str, object]:
        intervals = self.verification.count("interval")
        samples = self.verification.count("sample")
        letters = self.letters
        missing, surplus = (len(letters.missing), len(letters.surplus)) if letters else (0, 0)
        faults = (*intervals.values(), *samples.values(), self.verification.open, missing, surplus)
        return {
            "ok": not any(faults),
            "complete": book.complete,
            "intervals": {
                "compared": self.verification.intervals - self.verification.open,
                **intervals,
            },
            "open": self.verification.open,
            "samples": {"compared": self.verification.samples, **samples},
            "dead_letters": None
            if letters is None
            else {
                "spoiled": self.spoiled,
                "missing": missing,
                "surplus": surplus,
                "repeated": letters.repeated,
            },
            "findings": [_finding(each) for each in self.verification.findings[:_LISTED]],
        }


def _read(file: Path) -> Ledger:
    try:
        book = read(file)
    except BadLedgerError as error:
        raise TroubleError(str(error)) from None
    if not len(book.records):
        raise TroubleError(
            f"{file} holds no record", "Kafka acknowledged nothing; run `gridfeed simulate` again."
        )
    return book


async def _verify(settings: Settings, book: Ledger, options: _Options) -> _Outcome:
    until = asyncio.get_running_loop().time() + options.wait
    series = list(expected_series(book))
    with terminal.progress("verifying meters", len(series)) as steps:
        async with PublicApi(options.api, options.token) as api:
            verification = Verification(api, series, steps.advance)
            await _wait_for(verification.last_end, until)
            await _run(verification, until)
    if not options.dead_letters:
        return _Outcome(verification, None, 0)
    check = LetterCheck(book)
    return _Outcome(verification, await _letters(settings, check, until), len(check.spoiled))


async def _wait_for(last_end: int, until: float) -> None:
    """Sleep until the last interval has ended; no earlier comparison could be complete."""
    left = until - asyncio.get_running_loop().time()
    await asyncio.sleep(max(0.0, min((last_end - clock.now_us()) / SECOND_US, left)))


async def _run(verification: Verification, until: float) -> None:
    try:
        await verification.run(until)
    except NotAnsweredError as error:
        raise TroubleError(
            str(error), "Start `gridfeed serve`, or give --api (GRIDFEED_API_URL)."
        ) from error
    except RefusedError as error:
        raise TroubleError(
            str(error), "Check --api and --token; `gridfeed clients create NAME` prints a token."
        ) from error


async def _letters(settings: Settings, check: LetterCheck, until: float) -> LetterComparison:
    with session.kafka_trouble(settings):
        try:
            return await check.run(settings, until)
        except NoDeadLettersTopicError as error:
            raise TroubleError(
                f"topic {error} does not exist", "Run `gridfeed topics --create`."
            ) from error


def _print(outcome: _Outcome, shape: Mapping[str, Any]) -> None:
    for finding in outcome.verification.findings[:_SHOWN]:
        typer.echo(
            f"{finding.fault} {finding.what} {finding.where} {finding.instant.isoformat()}:"
            f" expected {finding.expected}; found {finding.found}"
        )
    for what in ("intervals", "samples"):
        counts = shape[what]
        faults = ", ".join(f"{counts[fault.value]} {fault}" for fault in Fault)
        typer.echo(f"{what}: {counts['compared']} compared, {faults}")
    if shape["open"]:
        typer.echo(f"{shape['open']} intervals had not ended; verify again")
    if outcome.letters is not None:
        _print_letters(outcome.letters, outcome.spoiled)


def _print_letters(letters: LetterComparison, spoiled: int) -> None:
    for word, found in (("missing", letters.missing), ("surplus", letters.surplus)):
        for letter in found[:_SHOWN]:
            place = f"{letter.topic}/{letter.partition}@{letter.offset}"
            typer.echo(f"{word} dead letter: {letter.reason} of {place}, sha256 {letter.sha256}")
    typer.echo(
        f"dead letters: {spoiled} spoiled, {len(letters.missing)} missing,"
        f" {len(letters.surplus)} surplus, {letters.repeated} repeated"
    )


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "fault": finding.fault,
        "what": finding.what,
        "where": finding.where,
        "at": finding.instant,
        "expected": finding.expected,
        "found": finding.found,
    }
