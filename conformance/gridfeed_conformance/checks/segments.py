"""Checklist 7.9, numbers 75 to 88 and 99: what a usage segment is."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from gridfeed_conformance.ground import ids, keys_of, need_token, some
from gridfeed_conformance.listings import (
    ACCOUNTS,
    AGGREGATIONS,
    CONTRACTS,
    METERS,
    POINTS,
    PROJECTS,
    SEGMENTS,
)
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import FailedError, NotApplicableError, check, expect
from gridfeed_conformance.words import (
    DEMAND_TYPES,
    DIRECTIONS,
    ENERGY_UNITS,
    POWER_UNITS,
    QUALITIES,
)

RELATED = {
    "related_aggregations": AGGREGATIONS,
    "related_accounts": ACCOUNTS,
    "related_servicecontracts": CONTRACTS,
    "related_servicepoints": POINTS,
    "related_meterdevices": METERS,
    "related_billsections": None,
}
REQUIRED = (*RELATED, "segment_start", "segment_end", "interval", "formats", "values")
MONTH_SECONDS = 27 * 86_400


@check(75, "10.8.1", "Every segment has its relations, bounds, formats and values")
def segments_are_complete(server: Server) -> None:
    keys_of(some(server, SEGMENTS), REQUIRED)


@check(76, "10.8.1", "Every related id can be listed with the same token")
def relations_can_be_listed(server: Server) -> None:
    found = some(server, SEGMENTS)
    for key, listing in {**RELATED, "related_productionprojects": PROJECTS}.items():
        named = sorted({each for segment in found for each in segment.get(key, [])})
        if not named or listing is None:
            expect(not named or listing is not None, f"{key} names {named[:3]}")
            continue
        expect(listing in server.offered(), f"{key} names {named[:3]}, which cannot be listed")
        asked = {f"{listing.id_field}s": " ".join(named[:50])}
        listed = set(ids(server.objects(listing, "all", **asked), listing))
        missing = [each for each in named[:50] if each not in listed]
        expect(not missing, f"{key}: {missing[:3]} cannot be listed")


@check(77, "10.8.1", "The interval is a number above 0, and a segment ends after it starts", "D")
def bounds_are_in_order(server: Server) -> None:
    for each in some(server, SEGMENTS):
        interval = each["interval"]
        fine = isinstance(interval, int | Decimal) and interval > 0
        expect(fine, f"{name_of(each)}: interval is {interval!r}")
        start, end = _bounds(each)
        expect(end > start, f"{name_of(each)}: ends at {end}, starts at {start}")


@check(78, "10.8.3", "The values fill the segment", "D")
def values_fill_the_segment(server: Server) -> None:
    for each in some(server, SEGMENTS):
        if each["values"]:
            start, end = _bounds(each)
            seconds = Decimal(str((end - start).total_seconds()))
            covered = len(each["values"]) * Decimal(each["interval"])
            expect(covered == seconds, f"{name_of(each)}: {covered} s of values in {seconds} s")


@check(79, "10.8.2, 10.8.3", "Every value set has one entry a format")
def value_sets_are_as_long_as_formats(server: Server) -> None:
    for each in some(server, SEGMENTS):
        for place, values in enumerate(each["values"]):
            fine = isinstance(values, list) and len(values) == len(each["formats"])
            expect(fine, f"{name_of(each)}: value set {place} does not match the formats")


@check(80, "10.8.3", "A missing reading is null in its place")
def missing_is_null(server: Server) -> None:
    for segment, place, _, value in cells(server):
        fine = value is None or (isinstance(value, dict) and value)
        expect(fine, f"{name_of(segment)}: value set {place} holds {value!r}")


@check(81, "10.8.2", "Every value format has an id and a type")
def formats_have_id_and_type(server: Server) -> None:
    for value_format in _formats(server):
        for key in ("id", "type"):
            text = value_format.get(key)
            expect(isinstance(text, str) and text, f"{key} is {text!r}")


@check(82, "10.8.5.1.1", "electric_usage is in Wh, kWh or MWh, with a known direction")
def usage_has_units(server: Server) -> None:
    for value_format in formats_of_type(server, "electric_usage"):
        units = value_format.get("units")
        expect(units in ENERGY_UNITS, f"{value_format.get('id')}: units {units!r}")
        direction = value_format.get("direction", "net")
        expect(direction in DIRECTIONS, f"{value_format.get('id')}: direction {direction!r}")


@check(83, "10.8.5.2.1", "electric_demand is in W, kW or MW, of a known kind")
def demand_has_units(server: Server) -> None:
    for value_format in formats_of_type(server, "electric_demand"):
        units, kind = value_format.get("units"), value_format.get("demand_type")
        expect(units in POWER_UNITS, f"{value_format.get('id')}: units {units!r}")
        expect(kind in DEMAND_TYPES, f"{value_format.get('id')}: demand_type {kind!r}")


@check(84, "10.8.5.1.2", "Energy that flows into the grid is negative")
def generation_is_negative(server: Server) -> None:
    seen = Decimal(0)
    for _, _, value_format, value in cells(server):
        energy = (value or {}).get("eu")
        if value_format.get("direction") == "reverse" and energy is not None:
            seen += Decimal(energy)
    if not seen:
        raise NotApplicableError("no segment counts energy in direction reverse")
    expect(seen < 0, f"the energy in direction reverse sums up to {seen}, which is consumption")


@check(85, "10.8.7.6", "A quality is a known word")
def qualities_are_known(server: Server) -> None:
    for value_format in _formats(server):
        if "quality" in value_format:
            word = value_format["quality"]
            expect(server.knows(word, QUALITIES), f"{value_format.get('id')}: quality {word!r}")


@check(86, "10.8.5.1.1", "What is unknown of a format is absent, not null")
def unknown_is_absent(server: Server) -> None:
    for value_format in _formats(server):
        for key in ("quality", "direction", "related_meterdevices"):
            given = value_format.get(key, "absent")
            expect(given is not None, f"{value_format.get('id')}: {key} is null")


@check(88, "10.8.1", "A calendar month is one segment with one value set")
def months_stand_alone(server: Server) -> None:
    months = [each for each in some(server, SEGMENTS) if each["interval"] >= MONTH_SECONDS]
    if not months:
        raise NotApplicableError("there are no monthly segments")
    for each in months:
        expect(len(each["values"]) == 1, f"{name_of(each)}: {len(each['values'])} value sets")


@check(99, "7.1.9, 6.2", "A token for one meter sees that meter alone in segments")
def one_meter_sees_itself(server: Server) -> None:
    need_token(server, "one_meter")
    own = set(ids(some(server, METERS, "one_meter"), METERS))
    for each in server.objects(SEGMENTS, "one_meter"):
        others = set(each["related_meterdevices"]) - own
        expect(each["related_meterdevices"], f"{name_of(each)} names no meter")
        expect(not others, f"{name_of(each)} names {sorted(others)[:3]}")


def _formats(server: Server) -> list[dict[str, Any]]:
    found = [each for segment in some(server, SEGMENTS) for each in segment["formats"]]
    if not found:
        raise NotApplicableError("no segment has a value format")
    return found


def formats_of_type(server: Server, value_type: str) -> list[dict[str, Any]]:
    """Return the value formats of a type; a check does not apply where there are none."""
    found = [each for each in _formats(server) if each.get("type") == value_type]
    if not found:
        raise NotApplicableError(f"there is no {value_type}")
    return found


def cells(server: Server) -> Iterator[tuple[dict[str, Any], int, dict[str, Any], Any]]:
    """Yield segment, place, value format and Value Object of every value."""
    for segment in some(server, SEGMENTS):
        for place, values in enumerate(segment["values"]):
            for value_format, value in zip(segment["formats"], values, strict=False):
                yield segment, place, value_format, value


def _bounds(segment: dict[str, Any]) -> tuple[datetime, datetime]:
    try:
        start, end = (
            datetime.fromisoformat(segment[key]) for key in ("segment_start", "segment_end")
        )
    except (TypeError, ValueError) as error:
        raise FailedError(f"{name_of(segment)}: {error}") from None
    return start, end


def name_of(segment: dict[str, Any]) -> str:
    """Return the id of a segment."""
    return str(segment.get("cds_usagesegment_id"))
