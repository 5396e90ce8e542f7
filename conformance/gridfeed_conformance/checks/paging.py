"""Checklist 7.4: list envelope and paging."""

from typing import Any

from gridfeed_conformance.ground import first, ids, in_order, need_token, no_data, some
from gridfeed_conformance.listings import (
    ACCOUNTS,
    AGGREGATIONS,
    CONTRACTS,
    EACS,
    METERS,
    POINTS,
    PROJECTS,
    SEGMENTS,
    Listing,
)
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect

#: A listing may be cut only beyond so many objects.
WHOLE = 100
NEWEST_FIRST = (ACCOUNTS, CONTRACTS, POINTS, METERS, AGGREGATIONS, PROJECTS)


@check(35, "10.x", "A listing has its array, next and previous")
def listings_have_their_envelope(server: Server) -> None:
    for listing in server.offered():
        answer = first(server, listing)
        expect(
            isinstance(answer.body.get(listing.name), list), f"{listing.name} is no array", answer
        )
        for name in ("next", "previous"):
            expect(name in answer.body, f"{listing.name}: no {name}", answer)
            seen = answer.body[name]
            expect(
                seen is None or _is_url(seen), f"{name} is {seen!r}, not an absolute URL", answer
            )


@check(36, "10.x", "A grant without objects is answered with empty listings")
def nothing_is_an_empty_list(server: Server) -> None:
    need_token(server, "empty")
    for listing in server.offered():
        answer = first(server, listing, "empty")
        expect(answer.status == 200, f"status {answer.status}", answer)
        seen = [answer.body.get(name, "missing") for name in (listing.name, "next", "previous")]
        expect(seen == [[], None, None], f"{listing.name}: {seen}", answer)


@check(37, "10.x", "Up to 100 objects come in one answer")
def a_page_is_cut_only_beyond_a_hundred(server: Server) -> None:
    for listing in server.offered():
        answer = first(server, listing)
        count = len(answer.body.get(listing.name, []))
        cut = answer.body.get("next") is not None
        expect(not cut or count >= WHOLE, f"{listing.name}: cut after {count} objects", answer)


@check(38, "10.x", "Following next gives each object once and comes to an end")
def pages_give_each_object_once(server: Server) -> None:
    for listing in _paged(server):
        found = ids(server.objects(listing), listing)
        expect(len(found) == len(set(found)), f"{listing.name}: an object came on two pages")
        urls = [page.url for page in server.pages(listing)]
        expect(len(urls) == len(set(urls)), f"{listing.name}: next leads back to a former page")


@check(39, "10.x", "previous leads back, and the first page has none")
def previous_leads_back(server: Server) -> None:
    for listing in server.offered():
        answer = first(server, listing)
        expect(answer.body.get("previous") is None, "the first page has a previous one", answer)
    for listing in _paged(server):
        one, two = list(server.pages(listing))[:2]
        back = two.body.get("previous")
        expect(_is_url(back), f"{listing.name}: the second page's previous is {back!r}", two)
        seen = ids(server.get(str(back)).body[listing.name], listing)
        expect(seen == ids(one.body[listing.name], listing), "previous is another page", two)


@check(40, "10.x", "All pages together are in the listing's order")
def pages_are_in_order(server: Server) -> None:
    for listing in server.offered():
        found = server.objects(listing)
        if listing in NEWEST_FIRST:
            in_order([_stamp(each, "cds_modified") for each in found], listing.name,
                     newest_first=True)  # fmt: skip
        if listing == SEGMENTS and not _has_numbers(found):
            in_order([_stamp(each, "segment_start") for each in found], listing.name)
        if listing == EACS:
            in_order([_stamp(each, "period_start") for each in found], listing.name,
                     newest_first=True)  # fmt: skip


@check(41, "10.x", "Every page of a filtered listing obeys the filter", "R")
def filters_hold_on_every_page(server: Server) -> None:
    found = some(server, SEGMENTS)
    meters = [each for segment in found for each in segment.get("related_meterdevices", [])]
    if not meters:
        raise NotApplicableError("no usage segment names a meter")
    wanted = max(set(meters), key=meters.count)
    for page in server.pages(SEGMENTS, "all", cds_meterdevice_ids=wanted):
        for segment in page.body[SEGMENTS.name]:
            related = segment.get("related_meterdevices", [])
            expect(wanted in related, f"a page has a segment of {related}, not {wanted}", page)


@check(42, "10", "A next URL opens nothing without a token")
def next_needs_a_token(server: Server) -> None:
    for listing in _paged(server):
        url = first(server, listing).body["next"]
        answer = server.get(url, None)
        expect(no_data(answer, listing), "next was answered without a token", answer)


def _paged(server: Server) -> list[Listing]:
    found = [each for each in server.offered() if first(server, each).body.get("next")]
    if not found:
        raise NotApplicableError("no listing has a second page")
    return found


def _is_url(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("https://", "http://"))


def _stamp(item: dict[str, Any], name: str) -> str:
    return str(item.get(name))


def _has_numbers(segments: list[dict[str, Any]]) -> bool:
    """Tell whether account and contract numbers may decide the order before the start does."""
    return any(
        len({tuple(each.get(name, [])) for each in segments}) > 1
        for name in ("related_aggregations", "related_accounts", "related_servicecontracts")
    )
