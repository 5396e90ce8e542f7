"""The terms of the field, spelled as on the wire and in the database."""

from enum import StrEnum


class Channel(StrEnum):
    """What a series measures (DESIGN): GROSS generation, STATION_LOAD, or their NET."""

    GROSS = "GROSS"
    STATION_LOAD = "STATION_LOAD"
    NET = "NET"


class PointQuality(StrEnum):
    """The flag a SCADA system puts on a sample. BAD covers nothing."""

    GOOD = "GOOD"
    UNCERTAIN = "UNCERTAIN"
    BAD = "BAD"
    SUBSTITUTED = "SUBSTITUTED"


class ReadingQuality(StrEnum):
    """The quality of a published value; CDS-WG3-01 10.8.7.6."""

    RAW = "raw"
    MANUAL = "manual"
    VALID = "valid"
    REVENUE = "revenue"
    ESTIMATED = "estimated"
    CALCULATED = "calculated"
    CORRECTED = "corrected"


class ReadQuality(StrEnum):
    """The quality with which a revenue read arrives."""

    RAW = "RAW"
    MANUAL = "MANUAL"
    VALID = "VALID"
    REVENUE = "REVENUE"
    ESTIMATED = "ESTIMATED"
    CORRECTED = "CORRECTED"


READING_QUALITY = {quality: ReadingQuality(quality.value.lower()) for quality in ReadQuality}


class ProductionFormat(StrEnum):
    """The data sets of a production project."""

    SCADA = "scada"
    SETTLEMENT = "settlement"
    FORECAST_DAY_AHEAD = "forecast_day_ahead"
    FORECAST_HOUR_AHEAD = "forecast_hour_ahead"


class ReadingValidity(StrEnum):
    """The basis of a published reading."""

    TOTAL_GROSS = "total_gross"
    NET_METERING = "net_metering"
    CONTRACTED = "contracted"


class Product(StrEnum):
    """The products for which a forecast can be issued."""

    DAY_AHEAD = "DAY_AHEAD"
    HOUR_AHEAD = "HOUR_AHEAD"


FORECAST_FORMAT = {
    Product.DAY_AHEAD: ProductionFormat.FORECAST_DAY_AHEAD,
    Product.HOUR_AHEAD: ProductionFormat.FORECAST_HOUR_AHEAD,
}


class Integration(StrEnum):
    """How power between two samples is interpolated."""

    STEP = "step"
    LINEAR = "linear"


class ChangeKind(StrEnum):
    """What happened to an interval value."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    CORRECTED = "CORRECTED"
    FINALIZED = "FINALIZED"


class ChangeCause(StrEnum):
    """Why a value was published. FIRST: none was before. SAMPLES: it replaced an open value.

    ESTIMATE, EDIT and WITHDRAWN may replace any value; the others replace a final value.
    """

    FIRST = "first"
    SAMPLES = "samples"
    LATE_SAMPLES = "late_samples"
    SETTLEMENT_VERSION = "settlement_version"
    REREAD = "reread"
    VINTAGE = "vintage"
    ESTIMATE = "estimate"
    EDIT = "edit"
    WITHDRAWN = "withdrawn"
    MEASURED = "measured"


class Technology(StrEnum):
    """The energy source of a plant."""

    SOLAR = "solar"
    WIND = "wind"
    HYDRO = "hydro"
    STORAGE = "storage"
    OTHER = "other"


class Reason(StrEnum):
    """Why a message was rejected: the closed list."""

    UNDECODABLE = "undecodable"
    UNKNOWN_SCHEMA = "unknown_schema"
    UNKNOWN_METER = "unknown_meter"
    NOT_OWNER = "not_owner"
    NOT_FINITE = "not_finite"
    MISALIGNED_INTERVAL = "misaligned_interval"
    OVERLAPPING_INTERVAL = "overlapping_interval"
    FUTURE_TIMESTAMP = "future_timestamp"
    TOO_LATE = "too_late"
    OUT_OF_RANGE = "out_of_range"
    LENGTH_MISMATCH = "length_mismatch"
