"""Makes messages of a CSV file of readings: checks the whole file, then encodes row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TextIO
from zoneinfo import ZoneInfo

from cli.fault import Fault
from cli.imports.dialect import PLAIN, Dialect
from cli.imports.forms import form_of
from cli.imports.local_times import LocalTimes, only_instant
from cli.imports.rows import Row, Values, read_rows
from cli.imports.vintages import Vintages
from gridfeed.avro.encode import encode_read, encode_register, encode_telemetry
from gridfeed.domain.settlement.messages import RegisterRead, RevenueRead
from gridfeed.domain.settlement.register_validation import fault_of
from gridfeed.domain.words import Channel, PointQuality, ReadQuality
from gridfeed.kafka.topics import Stream

#: The columns that identify a series. The local times of one series are in order.
_SERIES = (
    "meter_number",
    "channel",
    "settlement_version",
    "register",
    "product",
    "issued_at",
    "model",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The options for reading a file.

    meter: the meter number, if the file has no such column. zone: the time zone of times without
    an offset. read_at: the instant at which the reads were produced, if no column has it; aware.
    """

    stream: Stream
    read_at: datetime
    meter: str | None = None
    zone: ZoneInfo | None = None
    dialect: Dialect = PLAIN


@dataclass(slots=True)
class Checked:
    """The result of a check: the number of sound rows, the faults, and the lines with faults."""

    sound: int = 0
    faults: list[Fault] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    meters: set[str] = field(default_factory=set)

    def refuse(self, fault: Fault, lines: list[int]) -> None:
        """Count the sound rows on these lines as bad, for this fault."""
        self.faults.append(fault)
        self.sound -= len(set(lines) - self.bad)
        self.bad.update(lines)


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send: its key, which is the meter number, and its framed bytes.

    line: the line of its first row in the file. rows: the number of its rows.
    """

    key: bytes
    value: bytes
    line: int
    rows: int = 1


class Reader:
    """Reads one file more than once: first `check` it, then make `messages` of it."""

    def __init__(self, sheet: Sheet) -> None:
        """sheet: the options for reading. The file is not read yet."""
        self._sheet = sheet
        self._form = form_of(sheet.stream, sheet.dialect.notation)
        self._local = LocalTimes(sheet.zone, ending=sheet.dialect.ending) if sheet.zone else None
        self._vintages = Vintages()

    def check(self, file: TextIO) -> Checked:
        """Return every fault of the file. Raises BadHeaderError, UnicodeError."""
        checked = Checked()
        for row in self._rows(file):
            try:
                checked.meters.add(self._message(row).key.decode())
                checked.sound += 1
            except _FaultError as error:
                checked.faults.append(error.fault)
                checked.bad.add(error.fault.line)
        for fault, lines in self._local.settle() if self._local else ():
            checked.refuse(fault, lines)
        if self._sheet.stream is Stream.FORECASTS:
            self._group(file, checked)
        checked.faults.sort()
        return checked

    def messages(self, file: TextIO, checked: Checked) -> Iterator[Message]:
        """Yield the messages of all sound rows of a checked file."""
        if self._sheet.stream is Stream.FORECASTS:
            for each in self._vintages.messages(checked.bad):
                yield Message(*each)
            return
        for row in self._rows(file):
            if row.line not in checked.bad:
                yield self._message(row)

    def _rows(self, file: TextIO) -> Iterator[Row | Fault]:
        file.seek(0)
        return read_rows(file, self._form, self._sheet.meter, self._sheet.dialect)

    def _group(self, file: TextIO, checked: Checked) -> None:
        """Group the sound rows of forecasts by vintage, once local times are settled."""
        for row in self._rows(file):
            if isinstance(row, Row) and row.line not in checked.bad:
                self._vintages.add(row.line, self._forecast(row), self._instant(row))
        for fault, lines in self._vintages.faults():
            checked.refuse(fault, lines)

    def _message(self, row: Row | Fault) -> Message:
        if isinstance(row, Fault):
            raise _FaultError(row)
        try:
            at = self._instant(row)
            value = self._encoded(row, at)
        except _RowError as error:
            raise _FaultError(Fault(row.line, str(error))) from None
        except ValueError as error:
            raise _FaultError(Fault(row.line, f"{self._form.at}: {error}")) from None
        return Message(str(row.values["meter_number"]).encode(), value, row.line)

    def _encoded(self, row: Row, at: datetime) -> bytes:
        match self._sheet.stream:
            case Stream.TELEMETRY:
                return _telemetry(row.values, at)
            case Stream.READS:
                return _read(row.values, at, self._sheet)
            case Stream.REGISTERS:
                return _register(row.values, at)
            case Stream.FORECASTS:
                self._forecast(row)  # checks it; `Vintages` makes the message of several rows
                return b""

    def _forecast(self, row: Row) -> Values:
        issued_at = _on_its_own(row.values["issued_at"], "issued_at", self._sheet.zone)
        return {**row.values, "issued_at": issued_at}

    def _instant(self, row: Row) -> datetime:
        at: datetime = row.values[self._form.at]
        if not at.tzinfo:
            if self._local is None:
                raise ValueError(f"{at} has no offset; write {at.isoformat()}Z or give --timezone")
            series = tuple(row.values.get(name) for name in _SERIES)
            at = self._local.instant(at, row.line, series)
        if self._sheet.dialect.ending:
            return at - timedelta(seconds=row.values["interval_seconds"])
        return at


class _FaultError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class _RowError(Exception):
    """The cells of a row contradict each other."""


def _telemetry(values: Values, at: datetime) -> bytes:
    return encode_telemetry(
        values["meter_number"],
        at,
        values["power_kw"],
        values.get("quality", PointQuality.GOOD),
        values.get("channel", Channel.GROSS),
    )


def _on_its_own(at: datetime, column: str, zone: ZoneInfo | None) -> datetime:
    """Return the instant of a time whose order among the rows means nothing."""
    if at.tzinfo is not None:
        return at
    if zone is None:
        raise _RowError(f"{column}: {at} has no offset; write {at.isoformat()}Z or give --timezone")
    try:
        return only_instant(zone, at)
    except ValueError as error:
        raise _RowError(f"{column}: {error}") from None


def _read(values: Values, at: datetime, sheet: Sheet) -> bytes:
    return encode_read(
        RevenueRead(
            values["meter_number"],
            at,
            values["interval_seconds"],
            values["energy_kwh"],
            values.get("channel", Channel.NET),
            values.get("quality", ReadQuality.VALID),
            values.get("settlement_version", 0),
            _on_its_own(values.get("read_at", sheet.read_at), "read_at", sheet.zone),
        )
    )


def _register(values: Values, at: datetime) -> bytes:
    read = RegisterRead(
        values["meter_number"],
        values.get("register", "total"),
        values["digits"],
        values["multiplier"],
        values["value"],
        at,
    )
    if (fault := fault_of(read)) is not None:
        raise _RowError(fault)
    return encode_register(read)
