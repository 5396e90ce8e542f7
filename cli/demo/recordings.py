"""Reads the recordings of `examples/data`: timestamp with offset, AC power in watts."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import gridfeed
from gridfeed.domain.published.recording import Recording

WATTS_PER_KW = 1000


def examples() -> Path:
    """Return the directory `examples` in the source tree or inside the installed package.

    Raises FileNotFoundError if it was not installed.
    """
    package = Path(gridfeed.__file__).parent
    for directory in (package / "examples", package.parent / "examples"):
        if (directory / "projects.yaml").is_file():
            return directory
    raise FileNotFoundError(
        f"examples/projects.yaml is neither in {package} nor beside it: run Gridfeed from a clone, "
        "or start without the demonstration (--no-demo-data)"
    )


def read_recording(path: Path) -> Recording:
    """Read a CSV file of evenly spaced rows `measured_on,watts`. Blank lines are skipped.

    Raises ValueError if the spacing is not even, since a replay would show a gap as silence.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row][1:]
    times = [datetime.fromisoformat(row[0]).astimezone(UTC) for row in rows]
    step = times[1] - times[0]
    for i, at in enumerate(times):
        if at != times[0] + i * step:
            raise ValueError(f"{path.name}: row {i + 1} is at {at}, expected {times[0] + i * step}")
    return Recording(times[0], step, tuple(Decimal(row[1]) / WATTS_PER_KW for row in rows))
