"""Checklist numbers 87 and 121: register readings, and what energy is made of."""

from decimal import Decimal
from typing import Any

from gridfeed_conformance.checks.segments import cells, formats_of_type, name_of
from gridfeed_conformance.ground import keys_of
from gridfeed_conformance.listings import SEGMENTS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import check, expect
from gridfeed_conformance.words import SUPPLY_ATTRIBUTIONS, SUPPLY_TYPES, UNITS


@check(87, "10.8.5.8", "Meter readings are strings of a register, in units")
def readings_are_strings(server: Server) -> None:
    found = formats_of_type(server, "meter_readings")
    keys_of(found, ("register", "units"))
    for each in found:
        register, device = each["register"], each.get("related_meterdevice", "")
        fine = register is None or isinstance(register, str)
        expect(fine, f"{each.get('id')}: register {register!r}")
        expect(isinstance(device, str), f"{each.get('id')}: related_meterdevice {device!r}")
        expect(each["units"] in UNITS, f"{each.get('id')}: units {each['units']!r}")
    for segment, place, value_format, value in cells(server):
        if value_format.get("type") == "meter_readings":
            fine = value is None or isinstance(value.get("r"), str)
            expect(fine, f"{name_of(segment)}: value set {place} holds {value!r}")


@check(121, "10.8.5.3", "A supply mix has known words, is a ratio, and describes other columns")
def supply_mixes_describe_columns(server: Server) -> None:
    for each in formats_of_type(server, "electric_supply_mix"):
        kind, how = each.get("supply_type"), each.get("attribution")
        expect(server.knows(kind, SUPPLY_TYPES), f"{each.get('id')}: supply_type {kind!r}")
        expect(server.knows(how, SUPPLY_ATTRIBUTIONS), f"{each.get('id')}: attribution {how!r}")
    for segment in server.objects(SEGMENTS):
        for place, each in enumerate(segment["formats"]):
            if each.get("type") == "electric_supply_mix":
                _describes(segment, place, each.get("indexes"))
    for segment, place, value_format, value in cells(server):
        if value_format.get("type") == "electric_supply_mix" and value is not None:
            ratio = value.get("sm")
            fine = isinstance(ratio, int | Decimal) and 0 <= ratio <= 1
            expect(fine, f"{name_of(segment)}: value set {place} holds {value!r}")


def _describes(segment: dict[str, Any], place: int, indexes: Any) -> None:
    others = set(range(len(segment["formats"]))) - {place}
    fine = isinstance(indexes, list) and set(indexes) <= others
    expect(fine, f"{name_of(segment)}: format {place} has the indexes {indexes!r}")
