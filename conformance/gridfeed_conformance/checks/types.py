"""Checklist 7.3: types and common fields."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from gridfeed_conformance.ground import every_page, first, ids, need_token, some
from gridfeed_conformance.listings import ACCOUNTS, CONTRACTS, Listing
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import DATE, DATE_TIME, DATE_TIMES, DATES, DECIMALS

STAMPS = ("cds_created", "cds_modified", "cds_synced")
HIDDEN = ("account_name", "account_number", "account_contacts", "account_address")


@check(26, "2", "Every datetime is RFC 3339 with an offset or Z")
def datetimes_have_offsets(server: Server) -> None:
    for listing, page in every_page(server):
        for name, value in _members(page.body.get(listing.name, [])):
            if name in DATE_TIMES and value is not None:
                fine = isinstance(value, str) and DATE_TIME.fullmatch(value)
                expect(fine, f"{name} is {value!r}", page)


@check(27, "2", "contract_start and contract_end are dates, an open end is null")
def dates_are_dates(server: Server) -> None:
    seen = [
        (name, value)
        for name, value in _members(some(server, CONTRACTS))
        if name in DATES and (value is not None or name == "contract_start")
    ]
    if not seen:
        raise NotApplicableError("no contract shows its dates")
    for name, value in seen:
        expect(isinstance(value, str) and DATE.fullmatch(value), f"{name} is {value!r}")


@check(28, "2, 10.8.5", "Every decimal is a JSON number, and a register reading a string")
def decimals_are_numbers(server: Server) -> None:
    for listing, page in every_page(server):
        for name, value in _members(page.body.get(listing.name, [])):
            if name in DECIMALS and value is not None:
                fine = isinstance(value, int | Decimal) and not isinstance(value, bool)
                expect(fine, f"{name} is {value!r}, not a number", page)
            if name == "r":
                expect(isinstance(value, str), f"r is {value!r}, not a string", page)


@check(30, "10.x.1", "Every object has its id and its three time stamps")
def objects_have_their_head(server: Server) -> None:
    for listing, page in every_page(server):
        for each in page.body.get(listing.name, []):
            for name in (listing.id_field, *STAMPS):
                expect(each.get(name) is not None, f"{name} is missing or null", page)


@check(31, "10.x.1", "cds_synced never goes back, and moves cds_modified not by itself")
def synced_moves_alone(server: Server) -> None:
    for listing, former, later in _twice(server):
        expect(later["cds_synced"] >= former["cds_synced"], f"{listing.name}: cds_synced went back")
        if _content(former) == _content(later):
            same = later["cds_modified"] == former["cds_modified"]
            expect(same, f"{listing.name}: cds_modified moved without a change")


@check(32, "10.x.1", "A change of content moves cds_modified")
def changes_move_modified(server: Server) -> None:
    changed = 0
    for listing, former, later in _twice(server):
        if _content(former) != _content(later):
            changed += 1
            moved = later["cds_modified"] > former["cds_modified"]
            expect(moved, f"{listing.name}: content changed and cds_modified did not")
    if not changed:
        raise NotApplicableError("no object changed between two readings")


@check(33, "10.x.1", "Ids are unique, not empty, and stay")
def ids_are_unique(server: Server) -> None:
    for listing in server.offered():
        found = ids(server.objects(listing), listing)
        expect(all(isinstance(each, str) and each for each in found), f"{listing.name}: empty id")
        twice = sorted({each for each in found if found.count(each) > 1})[:3]
        expect(not twice, f"{listing.name}: {twice} come twice")
        asked = {f"{listing.id_field}s": " ".join(found[:3])}
        again = ids(server.objects(listing, "all", **asked), listing) if found else []
        expect(set(found[:3]) == set(again), f"{listing.name}: {asked} answers {again}")


@check(34, "7.2.1, 12.3", "A token without optional fields sees no personal data of accounts")
def personal_data_is_hidden(server: Server) -> None:
    need_token(server, "minimal")
    for each in some(server, ACCOUNTS, "minimal"):
        shown = [name for name in HIDDEN if name in each]
        expect(not shown, f"{', '.join(shown)} shown", first(server, ACCOUNTS, "minimal"))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield name, member
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)


def _twice(server: Server) -> Iterator[tuple[Listing, dict[str, Any], dict[str, Any]]]:
    """Yield each object of the first pages as it was and as it is now."""
    for listing in server.offered():
        before = first(server, listing)
        now = server.ask(before.url, "all")
        later = {each.get(listing.id_field): each for each in now.body.get(listing.name, [])}
        for each in before.body.get(listing.name, []):
            if each.get(listing.id_field) in later:
                yield listing, each, later[each[listing.id_field]]


def _content(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in STAMPS}
