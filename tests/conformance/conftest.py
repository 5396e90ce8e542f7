"""The kit against servers in memory."""

import httpx

from gridfeed_conformance.run import NUMBERS, run
from gridfeed_conformance.server import Server, Tokens
from gridfeed_conformance.verdict import Verdict
from tests.conformance.good_data import BASE
from tests.conformance.good_server import GoodServer

TOKENS = Tokens("t-all", "t-minimal", "t-one", "t-other", "t-empty", "t-accounts", "t-ended")


def verdicts_of(transport: GoodServer, *numbers: int) -> dict[int, Verdict]:
    """Run the kit, or some numbers of it."""
    server = Server(BASE, TOKENS, httpx.Client(transport=transport), prefixes=("good_",))
    found = run(server, numbers or NUMBERS)
    return {verdict.check.number: verdict for verdict in found}
