"""The command `gridfeed-conformance`."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx

from gridfeed_conformance.report import as_json, as_junit, summary, text
from gridfeed_conformance.run import NUMBERS, run
from gridfeed_conformance.server import Server, Tokens
from gridfeed_conformance.verdict import Status, Verdict

EXPLANATION = """\
Asks a server of CDS-WG3-01 (Customer Data) for its metadata and its data, and compares the answers
with the specification, number by number. The kit only reads (GET). Further tokens allow more
checks; a check that does not apply says why.

exit status: 0 every applicable check passes, 1 some fail, 2 the server cannot be reached
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    tokens = Tokens(
        options.token,
        options.token_minimal,
        options.token_one_meter,
        options.token_other,
        options.token_empty,
        options.token_accounts,
        options.token_ended,
    )
    server = Server(
        options.base_url,
        tokens,
        most_pages=options.most_pages,
        prefixes=tuple(options.extension_prefix),
    )
    try:
        verdicts = run(server, options.only or NUMBERS, partial(_say, options))
    except httpx.TransportError as error:
        print(f"{options.base_url} cannot be reached: {error}", file=sys.stderr)
        return 2
    _write(options, verdicts)
    print(summary(verdicts))
    return int(any(verdict.status is Status.FAIL for verdict in verdicts))


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(
        prog="gridfeed-conformance",
        description=EXPLANATION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--base-url", required=True, help="base URL of the server, e.g. https://example.com"
    )
    made.add_argument("--token", required=True, help="access token that opens everything")
    for name, opens in (
        ("minimal", "the same data without optional fields"),
        ("one-meter", "one meter only"),
        ("other", "another owner's data"),
        ("empty", "nothing: a valid grant without objects"),
        ("accounts", "the accounts scope only"),
        ("ended", "nothing: its grant was revoked or expired"),
    ):
        made.add_argument(f"--token-{name}", help=f"another token; it opens {opens}")
    made.add_argument("--only", type=int, action="append", choices=NUMBERS, metavar="NUMBER",
                      help="run this check; may be repeated")  # fmt: skip
    made.add_argument("--extension-prefix", action="append", default=[], metavar="PREFIX",
                      help="prefix of documented extensions; may be repeated")  # fmt: skip
    made.add_argument("--most-pages", type=int, default=5,
                      help="pages to read per listing (default 5)")  # fmt: skip
    made.add_argument("--json", type=Path, metavar="FILE", help="file for every request and answer")
    made.add_argument("--junit", type=Path, metavar="FILE", help="file for a JUnit report")
    made.add_argument("--verbose", action="store_true",
                      help="print the request and the answer of every check")  # fmt: skip
    made.add_argument("--quiet", action="store_true", help="print only the counts")
    return made


def _say(options: argparse.Namespace, verdict: Verdict) -> None:
    if not options.quiet:
        print(text(verdict, verbose=options.verbose), flush=True)


def _write(options: argparse.Namespace, verdicts: Sequence[Verdict]) -> None:
    if options.json:
        options.json.write_text(as_json(verdicts, options.base_url), "utf-8")
    if options.junit:
        options.junit.write_text(as_junit(verdicts), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
