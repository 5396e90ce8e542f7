"""A CSV file of readings to messages: checked whole, then encoded row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from gridfeed.cli.csv_rows import READS, REGISTERS, TELEMETRY, Row, Values, read_rows
from gridfeed.cli.fault import Fault
from gridfeed.cli.local_times import LocalTimes, only_instant
from gridfeed.domain.messages import RegisterRead, RevenueRead
from gridfeed.domain.register_validation import fault_of
from gridfeed.domain.words import Channel, PointQuality, ReadQuality
from gridfeed.wire.encode import encode_read, encode_register, encode_telemetry
from gridfeed.wire.topics import Stream

_FORMS = {Stream.TELEMETRY: TELEMETRY, Stream.READS: READS, Stream.REGISTERS: REGISTERS}

#: Columns that tell the rows of one series, whose local times are in order, from others.
_SERIES = ("meter_number", "channel", "settlement_version", "register")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How to read a file.

    meter: the number, of a file without that column. zone: of times without an offset. read_at:
    when the reads were produced, where no column says so; aware.
    """

    stream: Stream
    read_at: datetime
    meter: str | None = None
    zone: ZoneInfo | None = None


@dataclass(slots=True)
class Checked:
    """What the first reading of a file found: rows that are sound, faults, the lines they hit."""

    sound: int = 0
    faults: list[Fault] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    meters: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be: its key, which is the meter number, and its framed bytes."""

    key: bytes
    value: bytes


class Reader:
    """Reads one file twice: `check` it, then make `messages` of it."""

    def __init__(self, sheet: Sheet) -> None:
        """Read nothing yet."""
        self._sheet = sheet
        self._form = _FORMS[sheet.stream]
        self._local = LocalTimes(sheet.zone) if sheet.zone else None

    def check(self, file: TextIO) -> Checked:
        """Return every fault of the file. Raises BadHeaderError."""
        checked = Checked()
        for row in read_rows(file, self._form, self._sheet.meter):
            try:
                checked.meters.add(self._message(row).key.decode())
                checked.sound += 1
            except _FaultError as error:
                checked.faults.append(error.fault)
                checked.bad.add(error.fault.line)
        for fault, lines in self._local.settle() if self._local else ():
            checked.faults.append(fault)
            checked.sound -= len(set(lines) - checked.bad)
            checked.bad.update(lines)
        checked.faults.sort()
        return checked

    def messages(self, file: TextIO, checked: Checked) -> Iterator[Message]:
        """Yield the message of every sound row of a file that was checked."""
        for row in read_rows(file, self._form, self._sheet.meter):
            if row.line not in checked.bad:
                yield self._message(row)

    def _message(self, row: Row | Fault) -> Message:
        if isinstance(row, Fault):
            raise _FaultError(row)
        try:
            at = self._instant(row)
            value = _ENCODE[self._sheet.stream](row.values, at, self._sheet)
        except _RowError as error:
            raise _FaultError(Fault(row.line, str(error))) from None
        except ValueError as error:
            raise _FaultError(Fault(row.line, f"{self._form.at}: {error}")) from None
        return Message(str(row.values["meter_number"]).encode(), value)

    def _instant(self, row: Row) -> datetime:
        at: datetime = row.values[self._form.at]
        if at.tzinfo:
            return at
        if self._local is None:
            raise ValueError(f"{at} has no offset; write {at.isoformat()}Z or give --timezone")
        series = tuple(row.values.get(name) for name in _SERIES)
        return self._local.instant(at, row.line, series)


class _FaultError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class _RowError(Exception):
    """Cells that do not go together."""


def _telemetry(values: Values, at: datetime, sheet: Sheet) -> bytes:
    del sheet
    return encode_telemetry(
        values["meter_number"],
        at,
        values["power_kw"],
        values.get("quality", PointQuality.GOOD),
        values.get("channel", Channel.GROSS),
    )


def _read(values: Values, at: datetime, sheet: Sheet) -> bytes:
    read_at: datetime = values.get("read_at", sheet.read_at)
    if read_at.tzinfo is None:
        if sheet.zone is None:
            raise ValueError(f"read_at {read_at} has no offset; write {read_at.isoformat()}Z")
        read_at = only_instant(sheet.zone, read_at)
    return encode_read(
        RevenueRead(
            values["meter_number"],
            at,
            values["interval_seconds"],
            values["energy_kwh"],
            values.get("channel", Channel.NET),
            values.get("quality", ReadQuality.VALID),
            values.get("settlement_version", 0),
            read_at,
        )
    )


def _register(values: Values, at: datetime, sheet: Sheet) -> bytes:
    del sheet
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


_ENCODE = {Stream.TELEMETRY: _telemetry, Stream.READS: _read, Stream.REGISTERS: _register}
