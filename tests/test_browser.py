"""Pages for browsers log the same, whatever runs them."""

import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import browser
from tests.documents import DOCS, steps

STREAM = (
    b'retry: 1000\nid: 1-1\n\n:\nevent: UPDATED\ndata: {"meter_number": "m"}\nid: 1-2\n\n'
    b'event: CREATED\ndata: {"meter_number": "n"}\nid: 1-3\n\n'
)


class Stream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(STREAM)

    def log_message(self, *_: object) -> None:
        pass


def test_every_runner_there_is_logs_what_the_page_logs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (page,) = [step.code for step in steps(DOCS / "own-data.md") if step.language == "html"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = page.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{server.server_port}")
    which = shutil.which
    for hidden in ((), browser.BROWSERS, (*browser.BROWSERS, "node")):
        monkeypatch.setattr(
            browser.shutil,
            "which",
            lambda name, hidden=hidden: which(name) if name not in hidden else None,
        )
        assert browser.logged(page) == "UPDATED m"
    server.shutdown()
