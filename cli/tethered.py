"""Runs `gridfeed` tied to its parent process: when the parent is gone, this process ends.

    python -m cli.tethered worker

Standard input is the tether: the parent holds the other end of a pipe and never writes. The pipe
closes when the parent ends, even by SIGKILL. This process then stops as on SIGTERM.
"""

import os
import signal
import sys
import threading
import time

from cli.start import main

GRACE_SECONDS = 8.0


def hold(descriptor: int) -> None:
    """Block until the tether's other end is closed, then stop this process in bounded time."""
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # Broker and database ended with the parent, so the last storing of this process may never end.
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=hold, args=(sys.stdin.fileno(),), daemon=True).start()
    main()
