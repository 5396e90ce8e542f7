"""Where the program begins, before anything is imported that takes long."""

import os
import signal
import sys
from types import FrameType

from cli.trouble import STOPPED


def main() -> None:
    """Run the program. Ctrl-C while it is still being loaded ends it with one line."""
    # Told to ignore it, as by nohup: then it stays ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from cli.main import main as run  # noqa: PLC0415 - takes most of a second
    from gridfeed.zone_rules import use_pinned_rules  # noqa: PLC0415 - as above

    use_pinned_rules()
    run()


def loaded() -> None:
    """Say that the command begins: from now on Ctrl-C is its own matter."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing is open yet, and an import that is interrupted leaves a traceback."""
    del number, frame
    sys.stderr.write("stopped while starting\n")
    sys.stderr.flush()
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
