"""The project's own value types and words (CDS-WG3-01 10.8.5, 11.7), as the metadata names them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnType:
    """A value type: members of its Value Format besides id and type, and of its Value Object.

    Each member: name to (type, meaning).
    """

    name: str
    description: str
    value_format: Mapping[str, tuple[str, str]]
    value_object: Mapping[str, tuple[str, str]]


_UNITS = {"units": ("UnitType", "Wh, kWh or MWh, as the project declares")}
_BASIS = {
    "direction": (
        "DirectionType",
        "reverse: energy that flows into the grid; net: both directions combined",
    ),
    "gridfeed_production_format": ("string", "production format of the value"),
    "gridfeed_reading_validity": ("string", "the basis of the energy"),
}
_FORECAST = OwnType(
    "",
    "",
    _UNITS
    | _BASIS
    | {
        "gridfeed_statistic": ("string", "mean, or the quantile p10 or p90 if the forecast has one")
    },
    {
        "f": (
            "decimal",
            "energy that the forecast expects in the interval; into the grid is negative",
        )
    },
)


def _forecast(name: str, description: str) -> OwnType:
    return OwnType(name, description, _FORECAST.value_format, _FORECAST.value_object)


#: By `type`.
OWN_TYPES: Mapping[str, OwnType] = {
    "gridfeed_contracted_usage": OwnType(
        "Contracted energy",
        "The exact share of the measured energy of an interval that the project's contract covers.",
        _UNITS | _BASIS | {"quality": ("ReadingQualityType", "quality of the measured energy")},
        {"cu": ("decimal", "contracted energy; into the grid is negative")},
    ),
    "gridfeed_forecast_day_ahead": _forecast(
        "Day-ahead production forecast",
        "Forecast of a whole local day, issued before the day-ahead gate. Its segment carries"
        " gridfeed_issued_at.",
    ),
    "gridfeed_forecast_hour_ahead": _forecast(
        "Hour-ahead production forecast",
        "Forecast that is issued many times a day, for each interval before the hour-ahead gate."
        " Its segment carries gridfeed_issued_at, the newest issue among its values.",
    ),
}

#: Words that the project adds to enumerations of the specification: enumeration, meaning.
OWN_WORDS: Mapping[str, tuple[str, str]] = {
    "gridfeed_ppa": ("ContractType", "power purchase agreement: the energy is sold to one buyer"),
    "gridfeed_merchant": ("ContractType", "the energy is sold on a market"),
    "gridfeed_other": ("ContractType", "another kind of contract about the project's energy"),
}
