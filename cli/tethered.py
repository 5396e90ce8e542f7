"""Runs `gridfeed` tied to the process that started it: when that one is gone, so is this.

    python -m cli.tethered worker

Standard input is the tether: the parent holds the other end of a pipe and never writes. It closes
when the parent ends, also by SIGKILL, and this process then stops as if asked to.
"""

import os
import signal
import sys
import threading
import time

from cli.start import main

GRACE_SECONDS = 8.0


def hold(descriptor: int) -> None:
    """Block until the tether's other end is closed, then stop this process, within a bound."""
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # Broker and database went with the parent, so what this process stores last may never end.
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=hold, args=(sys.stdin.fileno(),), daemon=True).start()
    main()
