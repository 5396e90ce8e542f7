"""How published values came about."""

from api.web.schema import Member, array_of, members, or_null

_PLACE: dict[str, Member] = {
    "topic": ("string?", "Kafka topic"),
    "partition": ("integer?", "of the topic"),
    "offset": ("integer", "of the message"),
}
_RANKED: dict[str, Member] = {
    **_PLACE,
    "current": ("boolean", "whether it is the one that counts"),
    "why": ("string", "why it counts or does not"),
}
_AMOUNTS: dict[str, Member] = {
    "energy_kwh": ("string?", "generation positive"),
    "mean_kw": ("string?", "mean power"),
    "peak_kw": ("string?", "highest power"),
    "p10_kwh": ("string?", "quantile of a forecast"),
    "p90_kwh": ("string?", "quantile of a forecast"),
    "quality": ("string?", "as of usage segments"),
    "samples": ("integer?", "inside the interval"),
    "coverage_seconds": ("string?", "for which power is known"),
    "longest_gap_seconds": ("string?", "for which it is not"),
    "settlement_version": ("integer?", "of settlement"),
    "issued_at": ("datetime?", "of a forecast"),
    "model": ("string?", "of a forecast"),
}
_VERDICT: dict[str, Member] = {
    "recomputed_energy_kwh": ("string?", "what comes out when the value is made again"),
    "equal": ("boolean?", "whether that is the value to the last digit; null: nobody can tell"),
}
_STREAMED = members("StreamedValue", {**_AMOUNTS, **_VERDICT})
_PUBLISHED = members(
    "PublishedVersion",
    {
        "energy_kwh": ("string?", "generation positive"),
        "quality": ("string?", "as of usage segments"),
        "settlement_version": ("integer?", "of settlement"),
        "issued_at": ("datetime?", "of a forecast"),
        "final": ("boolean", "false: while the interval was open"),
        "recorded_at": ("datetime", "published since"),
        "cause": ("string?", "why it was published; null: before causes were kept"),
        "replaced_at": ("datetime?", "published until; null: it still is"),
        "replaced_by": ("string?", "cause of what replaced it"),
        "delta_kwh": ("string?", "energy of what replaced it minus this one"),
    },
)
_EDIT = members(
    "Edit",
    {
        "edit_id": ("integer", "as `gridfeed edit list` shows it"),
        "kind": ("string", "edit or estimate"),
        "who": ("string", "made it"),
        "why": ("string", "in their words"),
        "method": ("string", "how the value was found"),
        "inputs": ("object", "what it was found from"),
        "energy_kwh": ("string?", "what the interval was set to"),
        "quality": ("string?", "as of usage segments"),
        "recorded_at": ("datetime", "in force since"),
        "in_force": ("boolean", "whether its value is the published one"),
        "ended_at": ("datetime?", "in force until"),
        "ended_by": ("string?", "cause of what ended it"),
        "withdrawn_who": ("string?", "took it back"),
        "withdrawn_why": ("string?", "in their words"),
    },
)
_SAMPLE = members(
    "TracedSample",
    {
        "observed_at": ("datetime", "to the microsecond"),
        "power_kw": ("string", "generation positive"),
        "quality": ("string", "GOOD, UNCERTAIN, BAD or SUBSTITUTED"),
        **_PLACE,
    },
)
_PART = members(
    "Part",
    {
        "from": ("datetime", "start of the part"),
        "until": ("datetime", "end of the part"),
        "seconds": ("string", "its weight in the integral of power"),
        "power_kw": ("string[]?", "at its two ends; null: a gap"),
        "why": ("string", "held, on the line to the next sample, or why there is a gap"),
        "carry_in": ("boolean", "whether its sample lies before the interval"),
        "sample": (or_null(_SAMPLE), "whose power it is; null: there is none before it"),
    },
)
_VERSION = members(
    "TracedVersion",
    {
        "settlement_version": ("integer", "the highest counts"),
        "run": ("string?", "its name in the project's market"),
        "energy_kwh": ("string", "generation positive"),
        "quality": ("string", "as of usage segments"),
        "read_at": ("datetime", "of one version the newest counts"),
        "recorded_at": ("datetime", "known since"),
        **_RANKED,
    },
)
_VINTAGE = members(
    "TracedVintage",
    {
        "issued_at": ("datetime", "of those in time the newest counts"),
        "in_time": ("boolean", "whether it passed the gate, decided when it came"),
        "mean_kw": ("string", "mean power"),
        "p10_kw": ("string?", "quantile"),
        "p90_kw": ("string?", "quantile"),
        "model": ("string?", "that made it"),
        "recorded_at": ("datetime", "known since"),
        **_RANKED,
    },
)
_INTERVAL = members(
    "LineageInterval",
    {
        "channel": ("string", "GROSS, STATION_LOAD or NET"),
        "interval_start": ("datetime", "start"),
        "interval_end": ("datetime", "end"),
        **_AMOUNTS,
        "recorded_at": ("datetime", "published since"),
        "cause": ("string?", "why it was published"),
        "final": ("boolean", "whether what changes it from now on is a correction"),
        "cds_productionproject_id": ("string", "whose the interval is"),
        "decided_by": ("string", "samples, settlement_version, vintage, or an edit in force"),
        **_VERDICT,
        "streamed": (
            or_null(_STREAMED),
            "what the streams say of an interval whose value an edit decides",
        ),
        "published": (array_of(_PUBLISHED), "every version that was published, newest first"),
        "edits": (array_of(_EDIT), "edits and estimates, newest first"),
        "flags": ("string[]", "what validation finds in the value; it changes nothing"),
        "notes": ("string[]", "what to know before doubting the answer"),
    },
    gate=("datetime", "forecasts: when one must be issued to count, as declared now"),
    gate_rule=("string", "forecasts: whether that very instant counts"),
    parts=(array_of(_PART), "telemetry: what covers the interval, in order"),
    replaced_samples=(
        array_of(_SAMPLE),
        "telemetry: of one instant only the last in Kafka counts",
    ),
    reasons=("string[]", "telemetry: the decisions in words"),
    versions=(array_of(_VERSION), "settlement: every version, the current one first"),
    vintages=(array_of(_VINTAGE), "forecasts: every vintage, the current one first"),
)
_CODE = members(
    "CodeVersions",
    {
        "gridfeed": ("string", "version of the program"),
        "schema": ("integer", "newest migration of the database"),
        "tzdata": ("string", "release of the time zone rules"),
    },
)
BODY = members(
    "Lineage",
    {
        "cds_usagesegment_id": ("string", "as asked for"),
        "timezone": ("string", "of the local day"),
        "production_format": ("string", "as in the id"),
        "as_of": ("datetime?", "as asked for"),
        "code": (_CODE, "what made this explanation"),
        "intervals": (array_of(_INTERVAL), "in order"),
        "next": ("string?", "URL of the intervals that follow, null when there are none"),
    },
)
BODY["example"] = {
    "cds_usagesegment_id": "serf-east-1:settlement:2026-03-01:900",
    "timezone": "America/Denver",
    "production_format": "settlement",
    "as_of": None,
    "code": {"gridfeed": "0.1.0", "schema": 9, "tzdata": "2026a"},
    "intervals": [
        {
            "channel": "NET",
            "interval_start": "2026-03-01T07:00:00Z",
            "interval_end": "2026-03-01T07:15:00Z",
            "energy_kwh": "125.500000",
            "mean_kw": None,
            "peak_kw": None,
            "p10_kwh": None,
            "p90_kwh": None,
            "quality": "revenue",
            "samples": None,
            "coverage_seconds": None,
            "longest_gap_seconds": None,
            "settlement_version": 1,
            "issued_at": None,
            "model": None,
            "recorded_at": "2026-03-09T06:00:00Z",
            "cause": "settlement_version",
            "final": True,
            "cds_productionproject_id": "serf-east",
            "decided_by": "settlement_version",
            "recomputed_energy_kwh": "125.500000",
            "equal": True,
            "streamed": None,
            "published": [
                {
                    "energy_kwh": "125.500000",
                    "quality": "revenue",
                    "settlement_version": 1,
                    "issued_at": None,
                    "final": True,
                    "recorded_at": "2026-03-09T06:00:00Z",
                    "cause": "settlement_version",
                    "replaced_at": None,
                    "replaced_by": None,
                    "delta_kwh": None,
                }
            ],
            "edits": [],
            "flags": [],
            "versions": [
                {
                    "settlement_version": 1,
                    "run": "FINAL",
                    "energy_kwh": "125.500000",
                    "quality": "revenue",
                    "read_at": "2026-03-09T05:00:00Z",
                    "recorded_at": "2026-03-09T06:00:00Z",
                    "topic": "meter.reads",
                    "partition": 3,
                    "offset": 8412,
                    "current": True,
                    "why": "settlement version 1 is the highest",
                }
            ],
            "notes": [],
        }
    ],
    "next": None,
}
