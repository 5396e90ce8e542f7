"""Checklist 7.10: energy attribute certificates."""

import httpx

from gridfeed_conformance.ground import filters_exactly, ids, in_order, keys_of, some
from gridfeed_conformance.listings import ACCOUNTS, CONTRACTS, EACS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import BENEFICIARY_TYPES

REQUIRED = (
    "beneficiary_type", "beneficiaries", "eac_numbers", "eac_format", "eac_data_url",
    "period_start", "period_end",
)  # fmt: skip
NAMED = {"account": ACCOUNTS, "servicecontract": CONTRACTS}


@check(100, "10.9.1", "Every certificate has its seven fields")
def certificates_are_complete(server: Server) -> None:
    found = some(server, EACS)
    keys_of(found, REQUIRED)
    for each in found:
        word = each["beneficiary_type"]
        expect(server.knows(word, BENEFICIARY_TYPES), f"beneficiary type {word!r}")


@check(101, "10.9.1", "A certificate's format is described, and its data needs a token")
def certificate_data_is_guarded(server: Server) -> None:
    formats = server.metadata.get("cds_eac_formats") or {}
    reached = 0
    for each in some(server, EACS):
        expect(each["eac_format"] in formats, f"eac_format {each['eac_format']!r}")
        try:
            answer = server.get(each["eac_data_url"], None)
        except httpx.TransportError:
            continue  # another host's, which may be out of reach from here
        reached += 1
        expect(not answer.is_success, "the data came without a token", answer)
    if not reached:
        raise NotApplicableError("no certificate's data can be reached from here")


@check(102, "10.9.2", "Beneficiaries are of their type, and can be listed")
def beneficiaries_fit_their_type(server: Server) -> None:
    for each in some(server, EACS):
        names = each["beneficiaries"]
        if each["beneficiary_type"] == "general":
            expect(names == [], f"general has beneficiaries {names}")
        listing = NAMED.get(each["beneficiary_type"])
        if listing is not None:
            asked = {f"{listing.id_field}s": " ".join(names)}
            listed = ids(server.objects(listing, "all", **asked), listing)
            expect(set(names) <= set(listed), f"{names} cannot be listed")


@check(103, "10.9.4", "Filters of certificates select exactly")
def filters_select(server: Server) -> None:
    each = some(server, EACS)[0]
    own = each["cds_eac_id"]
    filters_exactly(server, EACS, {"cds_eac_ids": own}, lambda e: e["cds_eac_id"] == own)
    for parameter in ("eac_numbers", "beneficiaries"):
        if each[parameter]:
            wanted = each[parameter][0]
            filters_exactly(
                server,
                EACS,
                {parameter: wanted},
                lambda e, key=parameter, word=wanted: word in e[key],  # type: ignore[misc]
            )
    start, end = each["period_start"], each["period_end"]
    filters_exactly(server, EACS, {"before": start}, lambda e: e["period_start"] <= start)
    filters_exactly(server, EACS, {"after": end}, lambda e: e["period_end"] >= end)


@check(104, "10.9.4", "Certificates come by period, newest first")
def certificates_are_in_order(server: Server) -> None:
    found = some(server, EACS)
    in_order([each["period_start"] for each in found], "period_start", newest_first=True)
    for start in {each["period_start"] for each in found}:
        same = [each for each in found if each["period_start"] == start]
        stamps = [each["cds_created"] for each in same]
        in_order(stamps, f"cds_created of {start}", newest_first=True)
        for stamp in set(stamps):
            own = [each["cds_eac_id"] for each in same if each["cds_created"] == stamp]
            in_order(own, f"cds_eac_id of {start}")
