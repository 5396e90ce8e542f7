"""Runs the checklist against a server."""

from collections.abc import Callable, Collection

from gridfeed_conformance import checks
from gridfeed_conformance.exchange import Answer, NoJsonError
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


#: How often a check is made before its failure counts.
ATTEMPTS = 3
_HELD_AGAIN = "failed once and held when asked again: the data may have changed between two answers"


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
    server.asked.clear()
    status, reason, answer = _end(one, server)
    for _ in range(ATTEMPTS - 1):
        if status is not Status.FAIL:
            break
        # Many checks compare answers of two instants, and a live server's data change in between.
        server.forget()
        server.asked.clear()
        status, reason, answer = _end(one, server)
        reason = _HELD_AGAIN if status is Status.PASS else reason
    asked = tuple(server.asked)
    if not asked and status is not Status.NOT_APPLICABLE:
        # It judges what the server says of itself.
        asked = server.documents[::-1]
    return Verdict(one, status, reason, answer or (asked[-1] if asked else None), asked)


def _end(one: Check, server: Server) -> tuple[Status, str, Answer | None]:
    try:
        one.run(server)
    except NotApplicableError as error:
        return Status.NOT_APPLICABLE, str(error), None
    except FailedError as error:
        return Status.FAIL, str(error), error.answer
    except NoJsonError as error:
        return Status.FAIL, str(error), None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # An answer of another shape than the check reads: as wrong as a wrong value.
        return Status.FAIL, f"an answer has another shape: {error!r}", None
    return Status.PASS, "", None
