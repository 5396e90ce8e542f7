"""The dialect of a CSV file, and hints for a file in another dialect. Nothing is guessed."""

import codecs
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from cli.imports.cells import Notation

#: The separators of cells, each with its name in messages.
DELIMITERS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENDINGS = {"interval_end", "interval_ending", "interval_stop", "end"}


class Unit(StrEnum):
    """The unit of the powers or energies in a file."""

    KW = "kW"
    MW = "MW"
    W = "W"
    KWH = "kWh"
    MWH = "MWh"
    WH = "Wh"

    @property
    def shift(self) -> int:
        """Return the power of ten from the unit to kW or kWh."""
        return {"k": 0, "M": 3, "W": -3}[self.value[0]]

    @property
    def is_energy(self) -> bool:
        """Return whether this is a unit of energy, not of power."""
        return self.value.endswith("h")

    @property
    def base(self) -> str:
        """Return the unit in the names of columns: kwh or kw."""
        return "kwh" if self.is_energy else "kw"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of a file.

    unit: None means that the columns name it. ending: the times of intervals are their ends.
    """

    delimiter: str = ","
    decimal: str = "."
    unit: Unit | None = None
    ending: bool = False

    @property
    def notation(self) -> Notation:
        """Return the notation of numbers."""
        return Notation(self.decimal, self.unit.shift if self.unit else 0)

    def column(self, name: str, columns: Collection[str], at: str) -> str:
        """Return the column that a name in the header stands for, given the options.

        With --unit MW, power_mw stands for power_kw. With --interval-ending, interval_end stands
        for interval_start. at: the column with the start.
        """
        if self.ending and name.lower() in _ENDINGS:
            return at
        found = _of_unit(name, columns)
        return found[0] if found and found[1] is self.unit else name


PLAIN = Dialect()


def hint(name: str, columns: Collection[str], at: str) -> str | None:
    """Return the option with which a column of an unknown name can be read, if there is one."""
    if name.lower() in _ENDINGS and at in ("interval_start", "start"):
        return f"give --interval-ending if it holds the ends of intervals: {at} is their start"
    found = _of_unit(name, columns)
    return f"give --unit {found[1]} to read the column as {found[0]}" if found else None


def other_delimiter(header: str, delimiter: str, columns: Collection[str]) -> str | None:
    """Return the separator that the header really uses, if it is not the given delimiter."""

    def known(by: str) -> int:
        names = {name.strip().strip('"').lower() for name in header.strip().split(by)}
        return len(names & set(columns))

    most = max(DELIMITERS, key=known)
    return most if known(most) > max(1, known(delimiter)) else None


def spelled(delimiter: str) -> str:
    """Return the name of a delimiter in messages."""
    return DELIMITERS.get(delimiter, repr(delimiter))


def encoding(start: bytes) -> str:
    """Return the encoding of a file by its byte order mark; without a mark it is UTF-8."""
    return "utf-16" if start.startswith(_UTF_16) else "utf-8-sig"


def _of_unit(name: str, columns: Collection[str]) -> tuple[str, Unit] | None:
    """Return the column and the unit of a name such as power_mw, p10_w or kwh."""
    quantity, _, suffix = name.lower().rpartition("_")
    for unit in Unit:
        if suffix == unit.lower():
            quantity = quantity or ("energy" if unit.is_energy else "power")
            column = f"{quantity}_{unit.base}"
            return (column, unit) if column in columns and column != name else None
    return None
