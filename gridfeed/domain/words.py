"""The field's words, spelled as on the wire and in the database."""

from enum import StrEnum


class Channel(StrEnum):
    """What a series measures; DESIGN: GROSS generation, STATION_LOAD, or their NET."""

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
    """The quality a revenue read arrives with."""

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
    """The products a forecast can be issued for."""

    DAY_AHEAD = "DAY_AHEAD"
    HOUR_AHEAD = "HOUR_AHEAD"


FORECAST_FORMAT = {
    Product.DAY_AHEAD: ProductionFormat.FORECAST_DAY_AHEAD,
    Product.HOUR_AHEAD: ProductionFormat.FORECAST_HOUR_AHEAD,
}


class Integration(StrEnum):
    """How power between two samples is read."""

    STEP = "step"
    LINEAR = "linear"


class ChangeKind(StrEnum):
    """What happened to an interval value."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    CORRECTED = "CORRECTED"
    FINALIZED = "FINALIZED"


class ChangeCause(StrEnum):
    """Why a value was published. FIRST and SAMPLES are those of open telemetry and beginnings.

    ESTIMATE, EDIT and WITHDRAWN are put in place of anything; the others replace a final value.
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
    """What a plant makes power from."""

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
