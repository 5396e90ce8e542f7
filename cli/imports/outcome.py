"""The final report of `gridfeed import`."""

from dataclasses import asdict

import typer

from cli import terminal
from cli.imports.messages import Checked
from cli.imports.sent import Sent
from cli.imports.waiting import Outcome, Rejection
from cli.trouble import TroubleError

SHOWN = 20


def summary(sent: Sent, checked: Checked) -> str:
    """Return one line about the messages that were sent."""
    messages = f"{sent.messages} messages of {len(checked.meters)} meters to {sent.topic}"
    what = messages if sent.rows == sent.messages else f"{sent.rows} rows in {messages}"
    left_out = f", skipped {len(checked.bad)} lines" if checked.bad else ""
    return f"sent {what}{left_out}"


def report(sent: Sent, checked: Checked, outcome: Outcome | None, *, as_json: bool) -> None:
    """Print the report. outcome: None if the command did not wait for it."""
    if as_json:
        terminal.print_json(_shape(sent, checked, outcome))
    elif outcome is None:
        typer.echo(summary(sent, checked))
    else:
        typer.echo(f"{summary(sent, checked)}; {_told(outcome)}")


def refuse(name: str, sent: Sent, outcome: Outcome, seconds: float) -> None:
    """Raise TroubleError if rows were rejected or not handled. name: the file's name."""
    lines, advice = [], []
    if outcome.rejections:
        lines += listed([_line(name, each) for each in outcome.rejections])
        advice.append(
            "Correct the cause and import the file again; rows that were published count once."
        )
    if outcome.waits:
        what = f"the database did not answer ({outcome.trouble})" if outcome.trouble else ""
        lines.append(
            f"{outcome.waits} of {sent.rows} rows were not handled, and nothing happened for"
            f" {seconds:g} s: {what or f'no worker seems to read {sent.topic}'}"
        )
        advice.append(
            "The rows are in Kafka and count when a worker reads them. Run `gridfeed doctor` to"
            " find the cause, or wait longer with --wait SECONDS."
        )
    if lines:
        raise TroubleError("\n".join(lines), "\n".join(advice))


def listed(lines: list[str]) -> list[str]:
    """Return the first lines, and a line with the number of further lines."""
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"and {more} more"] if more > 0 else [])]


def _told(outcome: Outcome) -> str:
    reasons = ", ".join(f"{rows} {reason}" for reason, rows in outcome.reasons.most_common())
    why = f" ({reasons})" if reasons else ""
    waits = f", {outcome.waits} not handled" if outcome.waits else ""
    return f"{outcome.published} published, {outcome.rejected} rejected{why}{waits}"


def _line(name: str, rejection: Rejection) -> str:
    rows = f" ({rejection.rows} rows from here)" if rejection.rows > 1 else ""
    what = f"{rejection.reason}: {rejection.detail}"
    return f"{name}:{rejection.line}: {terminal.printable(what)}{rows}"


def _shape(sent: Sent, checked: Checked, outcome: Outcome | None) -> dict[str, object]:
    shape: dict[str, object] = {
        "topic": sent.topic,
        "sent": sent.messages,
        "rows": sent.rows,
        "skipped": len(checked.bad),
        "meters": sorted(checked.meters),
    }
    if outcome is not None:
        shape |= {
            "published": outcome.published,
            "rejected": outcome.rejected,
            "waiting": outcome.waits,
            "reasons": dict(outcome.reasons),
            "rejections": [asdict(each) for each in outcome.rejections],
        }
    return shape
