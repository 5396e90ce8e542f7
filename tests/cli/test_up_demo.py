"""What a newcomer sees of `gridfeed up`: a moving fleet, and lines to copy."""

import json
import shutil
import signal
import subprocess
import time

import pytest

from tests.cli.black_box import eventually, get, segments
from tests.cli.up_process import up


@pytest.mark.slow
def test_the_demonstration_shows_all_four_production_formats_within_a_minute():
    with up("--json", "--port", "0") as running:
        started = time.monotonic()
        ready = running.ready()
        left = 60 - (time.monotonic() - started)
        wanted = {"scada", "settlement", "forecast_day_ahead", "forecast_hour_ahead"}
        eventually(lambda: set(segments(ready, "serf-east-1")), lambda seen: seen == wanted, left)
        projects = get(ready, "/cds/v1/production-projects")["production_projects"]
        assert {project["contract_rule"] for project in projects} == {"100%", "40%"}
        code = running.stop(signal.SIGINT)
    assert code == 0


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_three_lines_of_curl_work():
    with up("--port", "0") as running:
        text = running.text_until("Your own data")
        curls = [line for line in text.splitlines() if line.strip().startswith("curl")]
        answers = [
            subprocess.run(
                line.strip(),
                shell=True,
                capture_output=True,
                check=True,
            )
            for line in curls
        ]
        running.stop(signal.SIGINT)
    names = [next(iter(json.loads(answer.stdout))) for answer in answers]
    assert names == ["production_projects", "usage_segments", "changes"]
    assert "synthetic" in text
