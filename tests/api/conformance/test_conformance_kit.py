"""The public conformance kit, black box, against the served API: every applicable check passes."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from api.server import build_app
from gridfeed_conformance.run import run
from gridfeed_conformance.server import Server, Tokens
from gridfeed_conformance.verdict import Status, Verdict
from tests.api.application import settings_for
from tests.api.builders import Store
from tests.api.conformance.kit_data import fill
from tests.api.served import served
from tests.plain_http import PLAIN

#: Numbers that say nothing about this server, and why.
NOT_APPLICABLE = {
    1: "the server runs on loopback",
    4: "a token's scope is not by listing: there is no OAuth server (CDS-WG1-02)",
    **dict.fromkeys((10, *range(14, 25)), "no scopes are described: there is no OAuth server"),
    29: "needs to write to the source of data",
    32: "nothing changes while the kit reads",
    88: "no segment is longer than a day",
    **dict.fromkeys(range(95, 99), "needs a grant of CDS-WG1-02"),
    **dict.fromkeys(range(117, 120), "needs to ask for tokens; CDS-WG1-02"),
    120: "needs to write to the source of data",
}
TOKENS = Tokens("all", minimal="minimal", one_meter="one_meter", other="other", empty="empty",
                ended="ended")  # fmt: skip


@pytest.fixture
async def base(store: Store, database_url: str) -> AsyncIterator[str]:
    """Where the API is served, with certificates whose data it serves itself."""
    await fill(store)
    settings = settings_for(database_url)
    with served(build_app(settings), settings) as url:
        await store.execute(
            "UPDATE eac SET eac_data_url = $1",
            f"{url}/cds/v1/usage-segments?production_formats=settlement",
        )
        yield url


def verdicts(base: str, tokens: Tokens) -> dict[int, Verdict]:
    with httpx.Client(timeout=30, **PLAIN) as client:
        server = Server(base, tokens, client, prefixes=("gridfeed_",))
        return {verdict.check.number: verdict for verdict in run(server)}


def test_every_check_passes_that_says_something_about_this_server(base: str) -> None:
    found = verdicts(base, TOKENS)
    failed = {
        number: each.reason for number, each in found.items() if each.status is Status.FAIL
    }  # fmt: skip
    assert failed == {}
    passed_over = {
        number: each.reason for number, each in found.items() if each.status is not Status.PASS
    }
    assert passed_over.keys() == NOT_APPLICABLE.keys(), passed_over


def test_a_server_whose_owners_are_not_apart_would_be_caught(base: str) -> None:
    found = verdicts(base, replace(TOKENS, other="minimal"))
    assert found[7].status is Status.FAIL
