"""Checklist 7.6: service contracts."""

from gridfeed_conformance.ground import NOBODY, filters_exactly, keys_of, need_token, some
from gridfeed_conformance.listings import ACCOUNTS, CONTRACTS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import (
    CONTRACT_STATUSES,
    CONTRACT_TYPES,
    DATE,
    SERVICE_TYPES,
)

REQUIRED = ("cds_account_id", "contract_types", "contract_status", "service_types")
OPTIONAL = {
    "include_contract_numbers": ("contract_number", "contract_entity"),
    "include_rate_plans": ("rateplan_code", "rateplan_name"),
    "include_service_contract_details": ("contract_address", "contract_start", "contract_end"),
    "include_service_programs": ("service_programs",),
}


@check(56, "10.2.1", "Every contract has its account, types, status and services")
def contracts_are_complete(server: Server) -> None:
    found = some(server, CONTRACTS)
    keys_of(found, REQUIRED)
    for each in found:
        for key in ("contract_types", "service_types"):
            expect(isinstance(each[key], list), f"{key} is {each[key]!r}, not an array")


@check(57, "10.2.2-10.2.4", "Contract types, statuses and services are known words")
def contract_words_are_known(server: Server) -> None:
    for each in some(server, CONTRACTS):
        for word in each.get("contract_types", []):
            expect(server.knows(word, CONTRACT_TYPES), f"contract type {word!r}")
        for word in each.get("service_types", []):
            expect(server.knows(word, SERVICE_TYPES), f"service type {word!r}")
        word = each.get("contract_status")
        expect(server.knows(word, CONTRACT_STATUSES), f"contract status {word!r}")


@check(58, "7.2.2", "Optional fields of contracts come in their groups")
def contract_fields_come_in_groups(server: Server) -> None:
    found = some(server, CONTRACTS)
    for include, keys in OPTIONAL.items():
        for each in found:
            present = [key for key in keys if key in each]
            whole = not present or len(present) == len(keys)
            expect(whole, f"{include}: {', '.join(present)} without the others")
    if server.token("minimal") is not None:
        for each in server.objects(CONTRACTS, "minimal"):
            shown = [key for keys in OPTIONAL.values() for key in keys if key in each]
            expect(not shown, f"{', '.join(shown)} shown to a token without them")


@check(59, "10.2.1", "An ongoing contract's end is null")
def ongoing_contracts_end_with_null(server: Server) -> None:
    ongoing = [
        each
        for each in some(server, CONTRACTS)
        if each.get("contract_status") == "active" and "contract_start" in each
    ]
    if not ongoing:
        raise NotApplicableError("no ongoing contract shows its details")
    for each in ongoing:
        end = each.get("contract_end", "nothing")
        fine = end is None or (bool(DATE.fullmatch(str(end))) and end > each["contract_start"])
        expect(fine, f"contract_end is {end!r}")


@check(60, "10.2.7", "contract_types selects what has any of them")
def types_select(server: Server) -> None:
    found = some(server, CONTRACTS)
    word = min(found[0]["contract_types"])
    filters_exactly(
        server,
        CONTRACTS,
        {"contract_types": f"{word} {NOBODY}"},
        lambda each: word in each["contract_types"],
    )


@check(61, "10.2.7", "service_types selects every and only contracts with that type")
def services_select(server: Server) -> None:
    found = some(server, CONTRACTS)
    words = sorted({word for each in found for word in each["service_types"]})
    word = "generation" if "generation" in words else words[0]
    filters_exactly(
        server, CONTRACTS, {"service_types": word}, lambda each: word in each["service_types"]
    )


@check(62, "10.2.7", "contract_statuses selects, also together with contract_numbers")
def statuses_select(server: Server) -> None:
    found = some(server, CONTRACTS)
    status = found[-1]["contract_status"]
    filters_exactly(
        server,
        CONTRACTS,
        {"contract_statuses": status},
        lambda each: each["contract_status"] == status,
    )
    numbers = [each["contract_number"] for each in found if each.get("contract_number")]
    if numbers:
        filters_exactly(
            server,
            CONTRACTS,
            {"contract_statuses": status, "contract_numbers": numbers[0]},
            lambda each: (
                each["contract_status"] == status and each.get("contract_number") == numbers[0]
            ),
        )


@check(63, "6.2.2", "Who sees a contract sees the account that owns it")
def contracts_bring_their_accounts(server: Server) -> None:
    owners = {each["cds_account_id"] for each in some(server, CONTRACTS)}
    if ACCOUNTS not in server.offered() or not server.is_whole(ACCOUNTS):
        raise NotApplicableError("the accounts are not offered, or too many to read")
    need_token(server, "all")
    accounts = {each["cds_account_id"] for each in server.objects(ACCOUNTS)}
    expect(owners <= accounts, f"{sorted(owners - accounts)[:3]} cannot be listed")
