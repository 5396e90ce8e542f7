"""The result of one look of `gridfeed doctor`, and the time limit of a look."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from cli.trouble import TroubleError

#: A look that takes longer is reported as a problem. It does not delay other looks.
LOOK_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Check:
    """The subject of a check and its result. fix: the remedy; None: nothing is wrong.

    is_note: the result is worth knowing, but nobody has to act; `fix` then says what may be done.
    """

    name: str
    seen: str
    fix: str | None = None
    is_note: bool = False

    @property
    def ok(self) -> bool:
        """Return whether nobody has to act."""
        return self.fix is None or self.is_note

    @property
    def state(self) -> str:
        """Return `ok`, `note` or `problem`."""
        if not self.ok:
            return "problem"
        return "note" if self.is_note else "ok"


async def reached(name: str, look: Awaitable[Sequence[Check]], setting: str) -> list[Check]:
    """Return the checks of a look, or the one problem that prevents it; ends after LOOK_SECONDS.

    setting: the setting with the address that is named if no answer comes in time.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return list(await look)
    except TroubleError as error:
        return [Check(name, error.cause, error.fix or "See above.")]
    except TimeoutError:
        fix = f"Check the load of the service that {setting} names and the network; try again."
        return [Check(name, f"no answer within {LOOK_SECONDS:.0f} s", fix)]
