"""Checklist 7.5: accounts."""

from typing import Any

from gridfeed_conformance.ground import (
    NOBODY,
    filters_exactly,
    in_order,
    keys_of,
    need_token,
    some,
)
from gridfeed_conformance.listings import ACCOUNTS, CONTRACTS, METERS, POINTS
from gridfeed_conformance.server import Objects, Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import ACCOUNT_STATUSES, ACCOUNT_TYPES, ADDRESS, E164

NUMBERS = ("customer_number", "account_number", "account_entity")
DETAILS = ("account_name", "account_address", "account_types", "account_status", "account_contacts")
ENTITY = ("id", "types", "entity_number", "entity_name", "entity_abbreviation")


@check(43, "10.1.1", "Every account says its parent, or null")
def accounts_say_their_parent(server: Server) -> None:
    found = some(server, ACCOUNTS)
    keys_of(found, ["cds_account_parent"])
    for each in found:
        parent = each["cds_account_parent"]
        expect(parent is None or isinstance(parent, str), f"cds_account_parent is {parent!r}")


@check(44, "7.2.1.1", "Account numbers are shown with include_account_numbers and only then")
def numbers_are_toggled(server: Server) -> None:
    _toggled(server, NUMBERS)


@check(45, "7.2.1.2", "Account details are shown with include_account_details")
def details_are_shown(server: Server) -> None:
    _shown(some(server, ACCOUNTS), DETAILS)


@check(46, "10.1.2", "Account types are known words, at least one")
def types_are_known(server: Server) -> None:
    for each in _with(server, "account_types"):
        found = each["account_types"]
        expect(isinstance(found, list) and found, f"account_types is {found!r}")
        for word in found:
            expect(server.knows(word, ACCOUNT_TYPES), f"account type {word!r}")


@check(47, "10.1.3", "Account statuses are known words")
def statuses_are_known(server: Server) -> None:
    for each in _with(server, "account_status"):
        word = each["account_status"]
        expect(server.knows(word, ACCOUNT_STATUSES), f"account status {word!r}")


@check(48, "10.1.4", "Entities have their five fields")
def entities_are_complete(server: Server) -> None:
    found = [each["account_entity"] for each in _with(server, "account_entity")]
    entities = [entity for entity in found if entity is not None]
    if not entities:
        raise NotApplicableError("no account names its entity")
    keys_of(entities, ENTITY)


@check(49, "10.1.6", "A contact is a phone number or an address, in its form")
def contacts_have_their_form(server: Server) -> None:
    contacts = [
        each for item in _with(server, "account_contacts") for each in item["account_contacts"]
    ]
    if not contacts:
        raise NotApplicableError("no account has a contact")
    for contact in contacts:
        types, value = contact.get("types", []), str(contact.get("value"))
        phone, mail = "phone_number" in types, "email" in types
        expect(phone or mail, f"contact types are {types}")
        expect(not phone or E164.fullmatch(value), f"{value!r} is no E.164 number")
        expect(not mail or ADDRESS.fullmatch(value), f"{value!r} is no e-mail address")


@check(50, "10.1.10", "cds_account_ids selects by id, and ignores unknown ones")
def ids_select(server: Server) -> None:
    wanted = some(server, ACCOUNTS)[0]["cds_account_id"]
    filters_exactly(
        server,
        ACCOUNTS,
        {"cds_account_ids": f"{wanted} {NOBODY}"},
        lambda each: each["cds_account_id"] == wanted,
    )


@check(51, "10.1.10", "account_statuses selects by status")
def statuses_select(server: Server) -> None:
    status = _with(server, "account_status")[0]["account_status"]
    filters_exactly(
        server,
        ACCOUNTS,
        {"account_statuses": status},
        lambda each: each.get("account_status") == status,
    )


@check(52, "10.1.10", "Two parameters narrow together")
def parameters_intersect(server: Server) -> None:
    each = next((e for e in _with(server, "account_number") if "account_status" in e), None)
    if each is None:
        raise NotApplicableError("no account shows number and status")
    other = "closed" if each["account_status"] != "closed" else "active"
    number = each["account_number"]
    filters_exactly(
        server,
        ACCOUNTS,
        {"account_numbers": number, "account_statuses": other},
        lambda e: e.get("account_number") == number and e.get("account_status") == other,
    )


@check(53, "10.1.10", "q finds part of a name in upper or lower case")
def q_finds_names(server: Server) -> None:
    each = _named(server)
    found = server.objects(ACCOUNTS, "all", q=_part(each["account_name"]))
    shown = [item["cds_account_id"] for item in found]
    expect(each["cds_account_id"] in shown, f"q={_part(each['account_name'])} finds {shown}")


@check(54, "10.1.10", "q does not search what the token may not see")
def q_keeps_secrets(server: Server) -> None:
    need_token(server, "minimal")
    each = _named(server)
    if _part(each["account_name"]).lower() in str(each["cds_account_id"]).lower():
        raise NotApplicableError("the account's id holds its name")
    found = server.objects(ACCOUNTS, "minimal", q=_part(each["account_name"]))
    shown = [item["cds_account_id"] for item in found]
    expect(each["cds_account_id"] not in shown, "q matched a hidden name")


@check(55, "10.x", "Accounts, contracts, points and meters come last modified first")
def newest_come_first(server: Server) -> None:
    for listing in (ACCOUNTS, CONTRACTS, POINTS, METERS):
        if listing in server.offered():
            stamps = [str(each.get("cds_modified")) for each in server.objects(listing)]
            in_order(stamps, listing.name, newest_first=True)


def _with(server: Server, key: str) -> Objects:
    found = [each for each in some(server, ACCOUNTS) if key in each]
    if not found:
        raise NotApplicableError(f"no account shows {key}")
    return found


def _shown(found: Objects, keys: tuple[str, ...]) -> None:
    if not any(key in each for each in found for key in keys):
        raise NotApplicableError(f"the token does not open {', '.join(keys)}")
    keys_of(found, keys)


def _toggled(server: Server, keys: tuple[str, ...]) -> None:
    _shown(some(server, ACCOUNTS), keys)
    if server.token("minimal") is not None:
        for each in server.objects(ACCOUNTS, "minimal"):
            shown = [key for key in keys if key in each]
            expect(not shown, f"{', '.join(shown)} shown to a token without them")


def _named(server: Server) -> dict[str, Any]:
    found = [each for each in _with(server, "account_name") if each["account_name"]]
    if not found:
        raise NotApplicableError("no account has a name")
    return found[0]


def _part(name: str) -> str:
    return name[: max(3, len(name) // 2)].swapcase()
