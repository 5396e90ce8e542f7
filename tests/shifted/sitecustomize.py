"""Sets the clock of a process that starts with this folder in PYTHONPATH, as a wrong NTP would."""

import os
import time

_SECONDS = float(os.environ.get("TEST_CLOCK_AHEAD_SECONDS", "0"))
_time, _time_ns = time.time, time.time_ns  # noqa: TID251

time.time = lambda: _time() + _SECONDS  # noqa: TID251
time.time_ns = lambda: _time_ns() + int(_SECONDS * 1_000_000_000)
