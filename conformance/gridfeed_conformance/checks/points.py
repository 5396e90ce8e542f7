"""Checklist 7.7: service points."""

from gridfeed_conformance.ground import filters_exactly, keys_of, some
from gridfeed_conformance.listings import CONTRACTS, POINTS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect

CONTRACT_LISTS = ("current_servicecontracts", "previous_servicecontracts")
REQUIRED = ("servicepoint_number", "servicepoint_types", *CONTRACT_LISTS)
OPTIONAL = (("premises",), ("servicepoint_address",), ("latitude", "longitude"))


@check(64, "10.3.1", "Every point has its number, types and contracts")
def points_are_complete(server: Server) -> None:
    found = some(server, POINTS)
    keys_of(found, REQUIRED)
    for each in found:
        for key in ("servicepoint_types", *CONTRACT_LISTS):
            expect(isinstance(each[key], list), f"{key} is {each[key]!r}, not an array")


@check(65, "10.3.1", "A point names only contracts that the token can list")
def points_name_visible_contracts(server: Server) -> None:
    who = "one_meter" if server.token("one_meter") else "all"
    points = some(server, POINTS, who)
    visible: set[str] = set()
    if CONTRACTS in server.offered():
        if not server.is_whole(CONTRACTS, who):
            raise NotApplicableError("the contracts are too many to read")
        visible = {each["cds_servicecontract_id"] for each in server.objects(CONTRACTS, who)}
    for each in points:
        named = {name for key in CONTRACT_LISTS for name in each[key]}
        expect(named <= visible, f"{sorted(named - visible)[:3]} cannot be listed")


@check(66, "7.2.3", "Optional fields of points come in their groups")
def point_fields_come_in_groups(server: Server) -> None:
    for each in some(server, POINTS):
        for keys in OPTIONAL:
            present = [key for key in keys if key in each]
            expect(not present or len(present) == len(keys), f"{present} without the others")
    if server.token("minimal") is not None:
        for each in server.objects(POINTS, "minimal"):
            shown = [key for keys in OPTIONAL for key in keys if key in each]
            expect(not shown, f"{', '.join(shown)} shown to a token without them")


@check(67, "10.3.5", "servicepoint_numbers selects exact numbers")
def numbers_select(server: Server) -> None:
    numbers = [each["servicepoint_number"] for each in some(server, POINTS)]
    known = [number for number in numbers if number]
    if not known:
        raise NotApplicableError("no service point shows a number")
    filters_exactly(
        server,
        POINTS,
        {"servicepoint_numbers": known[0]},
        lambda each: each["servicepoint_number"] == known[0],
    )


@check(68, "10.3.5", "current_servicecontracts selects points by contract")
def contracts_select(server: Server) -> None:
    named = [name for each in some(server, POINTS) for name in each["current_servicecontracts"]]
    if not named:
        raise NotApplicableError("no service point names a contract")
    filters_exactly(
        server,
        POINTS,
        {"current_servicecontracts": named[0]},
        lambda each: named[0] in each["current_servicecontracts"],
    )
