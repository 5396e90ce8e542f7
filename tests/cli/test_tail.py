"""`gridfeed tail`: every change of the feed, in order, by polling."""

import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli import program

GRIDFEED = [sys.executable, "-c", "from cli.main import main; main()"]
CHANGES = [
    {
        "change_id": str(number),
        "kind": "CREATED",
        "meter_number": f"m-{number}",
        "cds_productionproject_id": "east",
        "production_format": "scada",
        "channel": "GROSS",
        "interval_from": "2026-03-01T00:00:00Z",
        "interval_to": "2026-03-01T00:05:00Z",
        "interval_seconds": 300,
        "recorded_at": "2026-03-01T00:05:01Z",
    }
    for number in range(1, 6)
]


class Feed(BaseHTTPRequestHandler):
    """The poll feed of DESIGN 2.3, two changes a page, for one token."""

    away = False
    more = ()

    def do_GET(self):
        url = urlsplit(self.path)
        if self.away:
            self.answer(503, {"error": "unavailable"})
            return
        if self.headers["Authorization"] != "Bearer gf_right":
            self.answer(401, {"error": "invalid_token"})
        elif url.path != "/v1/changes":
            self.answer(404, {"error": "not_found"})
        else:
            after = int(parse_qs(url.query)["after"][0])
            page = [each for each in [*CHANGES, *self.more] if int(each["change_id"]) > after][:2]
            self.answer(
                200, {"changes": page, "next": page[-1]["change_id"] if page else str(after)}
            )

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def api():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_all_pages_are_printed_in_order_to_the_end(api):
    output = program.succeed("tail", "--api", api, "--token", "gf_right", "--json")
    assert [json.loads(line) for line in output.splitlines()] == CHANGES


def test_it_goes_on_after_a_change(api):
    output = program.succeed("tail", "--api", api, "--token", "gf_right", "--after", "3", "--json")
    assert [json.loads(line)["change_id"] for line in output.splitlines()] == ["4", "5"]


def test_a_line_tells_what_changed_where(api):
    first = program.succeed("tail", token="gf_right", api_url=api).splitlines()[0]
    assert first.split() == [
        "1",
        "CREATED",
        "m-1",
        "scada",
        "GROSS",
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:05:00Z",
    ]


def test_it_waits_for_more_and_through_an_api_that_is_away(api, monkeypatch):
    process = subprocess.Popen(
        [*GRIDFEED, "tail", "--api", api, "--token", "gf_right", "--follow", "--interval", "0.05"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        seen = [process.stdout.readline().split()[0] for _ in CHANGES]
        monkeypatch.setattr(Feed, "away", True)
        assert "answers 503" in process.stderr.readline()
        monkeypatch.setattr(Feed, "more", [{**CHANGES[0], "change_id": "6"}])
        monkeypatch.setattr(Feed, "away", False)
        assert process.stdout.readline().split()[0] == "6"
        assert seen == ["1", "2", "3", "4", "5"]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def test_a_token_that_is_not_accepted_is_told_with_the_command(api):
    result = program.run("tail", "--api", api, "--token", "gf_wrong")
    assert result.exit_code == 1
    assert "does not accept the token (401)" in result.stderr
    assert "`gridfeed clients create NAME`" in result.stderr


def test_an_api_that_is_none_is_told(api):
    result = program.run("tail", "--api", f"{api}/elsewhere", "--token", "gf_right")
    assert result.exit_code == 1
    assert "answers 404" in result.stderr


def test_nobody_listening_is_told_with_the_settings():
    result = program.run("tail", api_port=1)
    assert result.exit_code == 1
    assert result.stderr.startswith("no answer from http://127.0.0.1:1")
    assert "GRIDFEED_API_PORT" in result.stderr
