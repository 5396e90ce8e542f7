"""What validation found, as JSON text; pure. Generation is positive, energies are exact."""

from collections import Counter
from dataclasses import asdict

import orjson

from api.comparisons.answers import Units
from api.comparisons.validation.shapes import Validation
from api.web.page import JSON_OPTIONS
from gridfeed.domain.calendar.instants import SECOND_US, instant
from gridfeed.domain.vee.findings import Finding
from gridfeed.domain.vee.series import Flag


def validation(found: Validation) -> bytes:
    """Return the JSON text: the intervals that have a flag, and how many have none."""
    counts = Counter(flag for each in found.findings for flag in each.flags)
    units = Units(found.meter.units)
    document = {
        "meter_number": found.meter.meter_number,
        "production_format": found.production_format,
        "timezone": found.meter.zone.key,
        "units": found.meter.units,
        "start": found.start,
        "end": found.end,
        "until": found.until,
        "as_of": found.as_of,
        "thresholds": asdict(found.thresholds),
        "checked": len(found.findings),
        "flagged": sum(1 for each in found.findings if each.flags),
        "counts": {flag.value: counts[flag] for flag in Flag},
        "intervals": [_interval(each, units) for each in found.findings if each.flags],
    }
    return orjson.dumps(document, option=JSON_OPTIONS)


def _interval(each: Finding, units: Units) -> dict[str, object]:
    return {
        "channel": each.channel,
        "interval_start": instant(each.start_us),
        "interval_end": instant(each.start_us + each.seconds * SECOND_US),
        "energy": units.energy(each.energy_microkwh),
        "flags": each.flags,
    }
