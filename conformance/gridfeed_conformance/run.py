"""Runs the checklist against a server."""

from collections.abc import Callable, Collection

from gridfeed_conformance import checks
from gridfeed_conformance.exchange import NoJsonError
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import (
    CHECKS,
    Check,
    FailedError,
    NotApplicableError,
    Status,
    Verdict,
)

#: The numbers that importing `checks` has entered, in order.
NUMBERS = tuple(sorted(CHECKS)) if checks.__all__ else ()


def run(
    server: Server,
    numbers: Collection[int] = NUMBERS,
    done: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Return the verdict of each number, in order; `done` is told each as it is known.

    Raises httpx.TransportError when the server cannot be reached.
    """
    server.discover()
    verdicts = []
    for number in sorted(numbers):
        verdict = _judge(CHECKS[number], server)
        done(verdict)
        verdicts.append(verdict)
    return verdicts


def _judge(one: Check, server: Server) -> Verdict:
    try:
        one.run(server)
    except NotApplicableError as error:
        return Verdict(one, Status.NOT_APPLICABLE, str(error))
    except FailedError as error:
        return Verdict(one, Status.FAIL, str(error), error.answer)
    except NoJsonError as error:
        return Verdict(one, Status.FAIL, str(error))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # An answer of another shape than the check reads: as wrong as a wrong value.
        return Verdict(one, Status.FAIL, f"an answer has another shape: {error!r}")
    return Verdict(one, Status.PASS)
