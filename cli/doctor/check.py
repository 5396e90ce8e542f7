"""What a look of `gridfeed doctor` gives, and how long it may take."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from cli.trouble import TroubleError

#: A look that takes longer is a problem of its own, and holds up nothing.
LOOK_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and seen; `fix` says what to do and is None where nothing is wrong.

    is_note: worth knowing, but nobody has to act; `fix` then says what may be done.
    """

    name: str
    seen: str
    fix: str | None = None
    is_note: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether nobody has to act."""
        return self.fix is None or self.is_note

    @property
    def state(self) -> str:
        """Return `ok`, `note` or `problem`."""
        if not self.ok:
            return "problem"
        return "note" if self.is_note else "ok"


async def reached(name: str, look: Awaitable[Sequence[Check]], setting: str) -> list[Check]:
    """Return what a look saw, or the one problem that hides it; it ends after LOOK_SECONDS.

    setting: names the address that is slow when nothing comes within that time.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return list(await look)
    except TroubleError as error:
        return [Check(name, error.cause, error.fix or "See above.")]
    except TimeoutError:
        fix = f"Check the load of what {setting} names and the way there, then try again."
        return [Check(name, f"no answer within {LOOK_SECONDS:.0f} s", fix)]
