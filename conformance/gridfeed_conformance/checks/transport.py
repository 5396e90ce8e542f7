"""Checklist 7.1: transport, authentication, isolation."""

from gridfeed_conformance.exchange import Answer, NoJsonError
from gridfeed_conformance.ground import every_page, first, ids, need, need_token, no_data
from gridfeed_conformance.listings import LISTINGS, SEGMENTS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import FailedError, NotApplicableError, check, expect

UNKNOWN = "unknown-to-everybody"


@check(1, "10.x", "Every API URL of the metadata is https")
def urls_are_https(server: Server) -> None:
    urls = {key: server.metadata[key] for key in _api_keys() if key in server.metadata}
    if not urls:
        raise NotApplicableError("the metadata announces no API")
    if server.is_on_loopback:
        raise NotApplicableError("the server runs on loopback")
    for key, url in urls.items():
        expect(str(url).startswith("https://"), f"{key} is {url}")


@check(2, "10", "Without a token nothing is answered")
def no_token_no_data(server: Server) -> None:
    for listing in server.offered():
        answer = server.get(server.url(listing), None)
        expect(not answer.is_success, f"status {answer.status} without a token", answer)
        challenge = answer.headers.get("www-authenticate", "")
        expect(answer.status == 401, f"status {answer.status}, recommended is 401", answer)
        expect(challenge.startswith("Bearer"), "401 without WWW-Authenticate: Bearer", answer)


@check(3, "10", "With an unknown token nothing is answered")
def unknown_token_no_data(server: Server) -> None:
    for listing in server.offered():
        answer = server.ask(server.url(listing), "unknown", token=UNKNOWN)
        expect(not answer.is_success, f"status {answer.status} with an unknown token", answer)


@check(4, "10", "A token for accounts opens no usage segments")
def scope_is_kept(server: Server) -> None:
    need(server, SEGMENTS)
    need_token(server, "accounts")
    answer = first(server, SEGMENTS, "accounts")
    expect(no_data(answer, SEGMENTS), "usage segments came with a token for accounts only", answer)


@check(5, "W2 11.2", "A token in the Authorization header is answered with 200 and an object", "I")
def token_opens(server: Server) -> None:
    for listing in server.offered():
        answer = first(server, listing)
        expect(answer.status == 200, f"{listing.name}: status {answer.status}", answer)
        _parsed(answer)


@check(6, "W2 8.2", "A token whose grant has ended opens nothing", "I")
def ended_token_no_data(server: Server) -> None:
    need_token(server, "ended")
    for listing in server.offered():
        answer = first(server, listing, "ended")
        expect(no_data(answer, listing), f"{listing.name} came with an ended grant", answer)


@check(7, "10.x", "Two owners' tokens see no common object")
def owners_are_apart(server: Server) -> None:
    need_token(server, "other")
    for listing in server.offered():
        common = set(ids(server.objects(listing), listing)) & set(
            ids(server.objects(listing, "other"), listing)
        )
        expect(not common, f"{listing.name}: both see {sorted(map(str, common))[:3]}")


@check(8, "2", "Every 200 is one JSON object with no key twice")
def bodies_are_json(server: Server) -> None:
    for _, page in every_page(server):
        if page.status == 200:
            _parsed(page)


def _api_keys() -> list[str]:
    return [listing.metadata_key for listing in LISTINGS]


def _parsed(answer: Answer) -> None:
    try:
        assert isinstance(answer.body, dict)
    except NoJsonError as error:
        raise FailedError(str(error), answer) from None
