"""What a check says, and how it says it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gridfeed_conformance.exchange import Answer
from gridfeed_conformance.server import Server


class Status(StrEnum):
    """The three ends of a check."""

    PASS = "pass"  # noqa: S105 - the end of a check
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"


class FailedError(Exception):
    """The server does otherwise than the specification says; `answer` shows it."""

    def __init__(self, message: str, answer: Answer | None = None) -> None:
        """Keep the evidence."""
        super().__init__(message)
        self.answer = answer


class NotApplicableError(Exception):
    """The server offers nothing that the check is about, or a token for it was not given."""


@dataclass(frozen=True)
class Check:
    """A line of the checklist. basis: S specification, I inherited, D derived, R recommended."""

    number: int
    section: str
    sentence: str
    basis: str
    run: Callable[[Server], None]


@dataclass(frozen=True)
class Verdict:
    """The end of one check.

    answer: what shows it best: of a failure the answer that is wrong, where the check knows it,
    else the last that it looked at. asked: every answer that it looked at, in order, each once.
    """

    check: Check
    status: Status
    reason: str = ""
    answer: Answer | None = None
    asked: tuple[Answer, ...] = ()


CHECKS: dict[int, Check] = {}


def check(
    number: int, section: str, sentence: str, basis: str = "S"
) -> Callable[[Callable[[Server], None]], Callable[[Server], None]]:
    """Enter a function into the checklist; it returns when the server does as the sentence says."""

    def enter(run: Callable[[Server], None]) -> Callable[[Server], None]:
        assert number not in CHECKS, f"check {number} is there already"
        CHECKS[number] = Check(number, section, sentence, basis, run)
        return run

    return enter


def expect(condition: object, message: str, answer: Answer | None = None) -> None:
    """Fail with the message unless the condition holds."""
    if not condition:
        raise FailedError(message, answer)
