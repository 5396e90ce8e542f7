"""Checklist 7.9, numbers 89 to 98: which usage segments are answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from gridfeed_conformance.ground import NOBODY, ids, in_order, select_the_same, some
from gridfeed_conformance.listings import ACCOUNTS, CONTRACTS, METERS, POINTS, SEGMENTS, Listing
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect

#: Number and id filters that say the same: listing, its number, both parameters.
TWINS = (
    (ACCOUNTS, "account_number", "account_numbers", "cds_account_ids"),
    (CONTRACTS, "contract_number", "contract_numbers", "cds_servicecontract_ids"),
    (POINTS, "servicepoint_number", "servicepoint_numbers", "cds_servicepoint_ids"),
)


@check(89, "10.8.8", "before keeps every segment that starts by then, and no other")
def before_bounds_starts(server: Server) -> None:
    found = some(server, SEGMENTS)
    bound = found[len(found) // 2]["segment_start"]
    _keeps(server, {"before": bound}, lambda each: _at(each["segment_start"]) <= _at(bound))


@check(90, "10.8.8", "after keeps every segment that ends then or later, and no other")
def after_bounds_ends(server: Server) -> None:
    found = some(server, SEGMENTS)
    bound = found[len(found) // 2]["segment_end"]
    _keeps(server, {"after": bound}, lambda each: _at(each["segment_end"]) >= _at(bound))


@check(91, "10.8.8", "meter_numbers selects as cds_meterdevice_ids does")
def meter_numbers_select(server: Server) -> None:
    named = {name for each in some(server, SEGMENTS) for name in each["related_meterdevices"]}
    meters = [
        each
        for each in some(server, METERS)
        if each.get("meter_number") and each["cds_meterdevice_id"] in named
    ]
    if not meters:
        raise NotApplicableError("no meter with segments shows its number")
    number, device = meters[0]["meter_number"], meters[0]["cds_meterdevice_id"]
    by_number = server.objects(SEGMENTS, "all", meter_numbers=number)
    for each in by_number:
        related = each["related_meterdevices"]
        expect(device in related, f"{each['cds_usagesegment_id']} is of {related}")
    expect(by_number, f"meter_numbers={number} finds nothing")
    same = {"meter_numbers": number}, {"cds_meterdevice_ids": device}
    expect(select_the_same(server, SEGMENTS, *same), "number and id select differently")


@check(92, "10.8.8", "Numbers of contracts, points and accounts select as their ids do")
def numbers_select_as_ids(server: Server) -> None:
    compared = [_same(server, *twin) for twin in TWINS]
    if not any(compared):
        raise NotApplicableError("no account, contract or point shows a number")


@check(93, "10.8.8", "Filters of disjoint sets select nothing")
def disjoint_filters_select_nothing(server: Server) -> None:
    wanted = some(server, SEGMENTS)[0]["cds_usagesegment_id"]
    asked = {"cds_usagesegment_ids": str(wanted), "cds_meterdevice_ids": NOBODY}
    answer = server.get(server.url(SEGMENTS), "all", **asked)
    expect(answer.status == 200, f"status {answer.status}", answer)
    expect(answer.body[SEGMENTS.name] == [], "an empty intersection is answered", answer)


@check(94, "10.8.8", "Segments of one contract come by start, then newest change first")
def segments_are_in_order(server: Server) -> None:
    for group in _by_contract(some(server, SEGMENTS)):
        in_order([_at(each["segment_start"]) for each in group], "segment_start")
    # Of a page at a time: what is on a later one may have changed since.
    for page in server.pages(SEGMENTS):
        for group in _by_contract(page.body[SEGMENTS.name]):
            for start in {each["segment_start"] for each in group}:
                same = [_at(e["cds_modified"]) for e in group if e["segment_start"] == start]
                in_order(same, f"cds_modified of the segments of {start}", newest_first=True)


def _by_contract(segments: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in segments:
        key = (*each["related_accounts"], "|", *each["related_servicecontracts"])
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _keeps(
    server: Server, parameters: dict[str, str], wanted: Callable[[dict[str, Any]], bool]
) -> None:
    kept = server.objects(SEGMENTS, "all", **parameters)
    for each in kept:
        expect(wanted(each), f"{each['cds_usagesegment_id']} does not match {parameters}")
    if not server.is_whole(SEGMENTS, "all", **parameters):
        return
    missing = {
        each["cds_usagesegment_id"] for each in server.objects(SEGMENTS) if wanted(each)
    } - set(ids(kept, SEGMENTS))
    expect(not missing, f"{parameters} leaves out {sorted(missing)[:3]}")


def _same(server: Server, listing: Listing, field: str, numbers: str, by_id: str) -> bool:
    if listing not in server.offered():
        return False
    found = [each for each in server.objects(listing) if each.get(field)]
    if not found:
        return False
    each = found[0]
    same = {numbers: each[field]}, {by_id: each[listing.id_field]}
    selected = select_the_same(server, SEGMENTS, *same)
    expect(selected, f"{numbers}={each[field]} selects otherwise than {by_id}")
    return True


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
