"""Time zone rules of the package tzdata, which the lock pins, instead of the machine's rules.

The start of a local day decides which interval a reading is in. `zoneinfo` prefers the machine's
files, so after a country changed its clocks, two machines could divide the same day differently.
New rules come with a new lock, or with `pip install --upgrade tzdata` on every machine that you
run.
"""

import os
from zoneinfo import ZoneInfo, reset_tzpath

import tzdata


def use_pinned_rules() -> None:
    """Make `zoneinfo` read only the package, here and in processes started from here.

    Every program that starts a Gridfeed process calls this before it reads a zone.
    """
    reset_tzpath(())
    ZoneInfo.clear_cache()
    os.environ["PYTHONTZPATH"] = ""


def release() -> str:
    """Return the release of the rules, such as 2026a."""
    return str(tzdata.IANA_VERSION)
