"""Time zone rules: those of the package tzdata, which the lock pins, not those of the machine.

Where a local day begins decides which interval a reading is in. `zoneinfo` prefers the machine's
files, so two machines would cut one day differently after a country has changed its clocks. New
rules come with a new lock, or with `pip install --upgrade tzdata`, on every machine that you run.
"""

import os
from zoneinfo import ZoneInfo, reset_tzpath

import tzdata


def use_pinned_rules() -> None:
    """Let `zoneinfo` read the package alone, here and in what this process starts.

    Whatever starts a process of ours calls it before it reads a zone.
    """
    reset_tzpath(())
    ZoneInfo.clear_cache()
    os.environ["PYTHONTZPATH"] = ""


def release() -> str:
    """Return the release of the rules, such as 2026a."""
    return str(tzdata.IANA_VERSION)
