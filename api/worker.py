"""One of several API processes that share a port; `api.workers` starts it.

python -m api.worker SOCKET NUMBER COUNT DIRECTORY

SOCKET is the descriptor of a listening socket. Standard input closes when the parent process is
gone.
"""

import os
import signal
import socket
import sys
import threading
from pathlib import Path

from api.server import build_app
from api.serving import serve_app
from api.web.metrics_of_all import Processes
from gridfeed import observe
from gridfeed.settings import load


def main(descriptor: int, number: int, count: int, directory: Path) -> None:
    """Serve until SIGTERM, or until the parent process is gone."""
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    settings = load()
    observe.set_up(settings)
    app = build_app(settings, processes=Processes(directory, number, count))
    serve_app(app, settings, socket.socket(fileno=descriptor))


def _stop_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
