"""Checklist 7.8: meter devices."""

from gridfeed_conformance.ground import filters_exactly, keys_of, need_token, some
from gridfeed_conformance.listings import METERS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import METER_TYPES

ARRAYS = ("meter_types", "current_servicepoints", "previous_servicepoints")


@check(69, "10.4.1", "Every meter has its types and its service points")
def meters_are_complete(server: Server) -> None:
    found = some(server, METERS)
    keys_of(found, ARRAYS)
    for each in found:
        for key in ARRAYS:
            expect(isinstance(each[key], list), f"{key} is {each[key]!r}, not an array")


@check(70, "10.4.2", "Meter types are known words")
def meter_types_are_known(server: Server) -> None:
    for each in some(server, METERS):
        for word in each["meter_types"]:
            expect(server.knows(word, METER_TYPES), f"meter type {word!r}")


@check(71, "7.2.4", "Meter numbers and apps are shown only to a token that opens them")
def meter_fields_are_toggled(server: Server) -> None:
    need_token(server, "minimal")
    for each in some(server, METERS, "minimal"):
        shown = [key for key in ("meter_number", "meter_apps") if key in each]
        expect(not shown, f"{', '.join(shown)} shown to a token without them")


@check(72, "10.4.5", "meter_number selects any of a list of numbers")
def numbers_select(server: Server) -> None:
    numbers = [each.get("meter_number") for each in some(server, METERS)]
    known = [number for number in numbers if number][:2]
    if not known:
        raise NotApplicableError("no meter shows a number")
    filters_exactly(
        server,
        METERS,
        {"meter_number": " ".join(known)},
        lambda each: each.get("meter_number") in known,
    )


@check(73, "10.4.5", "current_servicepoints selects meters by point")
def points_select(server: Server) -> None:
    named = [name for each in some(server, METERS) for name in each["current_servicepoints"]]
    if not named:
        raise NotApplicableError("no meter names a service point")
    filters_exactly(
        server,
        METERS,
        {"current_servicepoints": named[0]},
        lambda each: named[0] in each["current_servicepoints"],
    )


@check(74, "7.1.9", "A token for one meter lists one meter")
def one_meter_is_one(server: Server) -> None:
    need_token(server, "one_meter")
    found = some(server, METERS, "one_meter")
    expect(len(found) == 1, f"{len(found)} meters are listed")
