"""The process: it answers on its port and stops when it is told to."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from cli.local.service import free_port
from tests import programs
from tests.plain_http import PLAIN


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_with_success(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    environment = {"GRIDFEED_API_PORT": str(port), "GRIDFEED_DATABASE_URL": database_url}
    log = tmp_path / "log"
    process = programs.start("serve", environment=environment, output=log)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        process.send_signal(number)
        assert process.wait(15) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text()


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 30
    with httpx.Client(**PLAIN) as client:
        while time.monotonic() < deadline:
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    pytest.fail(f"{url} did not answer 200 within 30 s")
