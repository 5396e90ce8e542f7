"""The application behind the server that users get, on a free port of this machine."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI

from api.serving import new_server
from cli.local.service import free_port
from gridfeed.settings import Settings
from tests.plain_http import PLAIN

PATIENCE_SECONDS = 30


@contextmanager
def served(app: FastAPI, settings: Settings) -> Iterator[str]:
    """Give the base URL of the application while it is served and ready."""
    port = free_port()
    server = new_server(app, settings.model_copy(update={"api_port": port}))
    thread = threading.Thread(target=server.run, name="api")
    thread.start()
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_until_ready(f"{base}/readyz")
        yield base
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(**PLAIN) as client:
        while time.monotonic() < deadline:
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer 200 within {PATIENCE_SECONDS} s")
