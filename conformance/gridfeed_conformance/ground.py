"""What many checks need of a server, or say that they do not apply."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from gridfeed_conformance.exchange import Answer
from gridfeed_conformance.listings import Listing
from gridfeed_conformance.server import Objects, Server
from gridfeed_conformance.verdict import FailedError, NotApplicableError, expect
from gridfeed_conformance.words import DATE_TIME

NOBODY = "nobody-has-this"


def need(server: Server, listing: Listing) -> None:
    """Say that a check does not apply to a server without this listing."""
    if listing not in server.offered():
        raise NotApplicableError(f"the server offers no {listing.name}")


def some(server: Server, listing: Listing, who: str = "all") -> Objects:
    """Return the objects of a listing; a check does not apply where there are none."""
    need(server, listing)
    found = server.objects(listing, who)
    if not found:
        raise NotApplicableError(f"there are no {listing.name} to look at")
    return found


def need_token(server: Server, who: str) -> None:
    """Say that a check does not apply without this token."""
    if server.token(who) is None:
        option = f"--token-{who.replace('_', '-')}"
        raise NotApplicableError(f"needs the token of {option}, which was not given")


def first(server: Server, listing: Listing, who: str = "all") -> Answer:
    """Return the first page of a listing."""
    return server.get(server.url(listing), who)


def every_page(server: Server, who: str = "all") -> Iterable[tuple[Listing, Answer]]:
    """Yield every page that is read of every listing offered."""
    for listing in server.offered():
        for page in server.pages(listing, who):
            yield listing, page


def ids(objects: Iterable[dict[str, Any]], listing: Listing) -> list[Any]:
    """Return the ids of objects."""
    return [each.get(listing.id_field) for each in objects]


def no_data(answer: Answer, listing: Listing) -> bool:
    """Tell whether an answer gives nothing away."""
    if not answer.is_success:
        return True
    found = answer.body.get(listing.name)
    return found == []


def filters_exactly(
    server: Server,
    listing: Listing,
    parameters: dict[str, str],
    wanted: Callable[[dict[str, Any]], bool],
) -> None:
    """Fail unless a filter answers exactly those objects of the listing that are wanted."""
    answer = server.get(server.url(listing), "all", **parameters)
    expect(answer.status == 200, f"status {answer.status}, expected 200", answer)
    found = set(ids(server.objects(listing, "all", **parameters), listing))
    expected = set(ids(filter(wanted, server.objects(listing)), listing))
    surplus, missing = found - expected, expected - found
    if server.is_whole(listing):
        expect(not surplus, f"{sorted(map(str, surplus))[:3]} do not match {parameters}", answer)
    if server.is_whole(listing, "all", **parameters):
        expect(not missing, f"{sorted(map(str, missing))[:3]} match {parameters}", answer)


def select_the_same(
    server: Server, listing: Listing, one: dict[str, str], other: dict[str, str]
) -> bool:
    """Tell whether two filters select the same objects, in whatever order."""
    left, right = (set(ids(server.objects(listing, "all", **asked), listing))
                   for asked in (one, other))  # fmt: skip
    return left == right


def keys_of(objects: Objects, keys: Iterable[str], answer: Answer | None = None) -> None:
    """Fail unless every object has all these keys."""
    for each in objects:
        missing = [key for key in keys if key not in each]
        expect(not missing, f"{_name(each)} lacks {', '.join(missing)}", answer)


def in_order(values: list[Any], what: str, *, newest_first: bool = False) -> None:
    """Fail unless the values never go back (or, newest first, never go on).

    Datetimes are compared as instants, whatever offsets and digits they are written with.
    """
    for former, later in pairwise(map(_comparable, values)):
        if (later > former) if newest_first else (later < former):
            raise FailedError(f"{what}: {later} stands behind {former}")


def _comparable(value: Any) -> Any:
    is_instant = isinstance(value, str) and DATE_TIME.fullmatch(value)
    return datetime.fromisoformat(value) if is_instant else value


def _name(item: dict[str, Any]) -> str:
    return str(next(iter(item.values()), "an object"))
