"""The start of the program, before any slow import."""

import os
import signal
import sys
from types import FrameType

from cli.trouble import STOPPED


def main() -> None:
    """Run the program. Ctrl-C during loading ends it with one line."""
    # If the process ignores the signal, as under nohup, it goes on ignoring it.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from cli.main import main as run  # noqa: PLC0415 - takes most of a second
    from gridfeed.zone_rules import use_pinned_rules  # noqa: PLC0415 - as above

    use_pinned_rules()
    run()


def loaded() -> None:
    """Note that the command begins: from now on the command itself handles Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing is open yet, and an interrupted import would print a traceback."""
    del number, frame
    sys.stderr.write("stopped while starting\n")
    sys.stderr.flush()
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
