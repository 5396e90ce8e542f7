"""The aligned table."""

from api.web.schema import array_of, members

_COLUMN = members(
    "SeriesColumn",
    {
        "id": ("string", "names the column; of CSV the first line"),
        "production_format": (
            "string",
            "scada, settlement, forecast_day_ahead or forecast_hour_ahead",
        ),
        "reading_validity": ("string", "total_gross, net_metering or contracted"),
        "statistic": (
            "string",
            (
                "total (measured energy), mean, p10, p90 (forecast energy); with include=counts"
                " also parts, expected, estimated"
            ),
        ),
        "interval": ("integer", "seconds of the stored intervals that a value is the sum of"),
        "missing_meters": ("string[]", "meters that have no value at all in the rows"),
    },
    settlement=("string", "of settlement: which version, as asked for"),
    vintage=("string", "of forecasts: which vintage, as asked for"),
    model=("string?", "of forecasts: of which model, null: any"),
)
_CELLS = {"type": "array", "items": {"type": ["string", "number", "null"]}}
BODY = {
    **members(
        "Series",
        {
            "meter_numbers": ("string[]", "the meters that are summed"),
            "timezone": ("string", "of days and months"),
            "units": ("string", "of all energies: Wh, kWh or MWh"),
            "start": ("datetime", "as asked for"),
            "end": ("datetime", "as asked for"),
            "as_of": ("datetime?", "as asked for"),
            "interval": (
                {"type": ["integer", "string"]},
                "length of a row: seconds, day or month",
            ),
            "columns": (array_of(_COLUMN), "what the numbers of a row are of"),
            "rows": (
                array_of(_CELLS),
                "start, then one number a column; null: not all of it is there",
            ),
        },
        meter_number=("string", "as asked for"),
        cds_productionproject_id=("string", "as asked for"),
    ),
    "example": {
        "meter_number": "serf-east-1",
        "meter_numbers": ["serf-east-1"],
        "timezone": "America/Denver",
        "units": "kWh",
        "start": "2026-03-01T19:00:00Z",
        "end": "2026-03-01T21:00:00Z",
        "interval": 3600,
        "as_of": None,
        "columns": [
            {
                "id": "scada_total_gross_kwh",
                "production_format": "scada",
                "reading_validity": "total_gross",
                "statistic": "total",
                "interval": 300,
                "missing_meters": [],
            },
            {
                "id": "settlement_total_gross_kwh_initial",
                "production_format": "settlement",
                "reading_validity": "total_gross",
                "statistic": "total",
                "settlement": "initial",
                "interval": 900,
                "missing_meters": [],
            },
        ],
        "rows": [
            ["2026-03-01T19:00:00Z", 4.25, 4.2],
            ["2026-03-01T20:00:00Z", 4.5, None],
        ],
    },
}
EXAMPLE_CSV = (
    "start,scada_total_gross_kwh,settlement_total_gross_kwh_initial\r\n"
    "2026-03-01T19:00:00Z,4.250000,4.200000\r\n"
)
