"""SQL and Python decide alike whether net generation is known."""

from itertools import combinations

import pytest

from gridfeed.domain.net import net_channels
from gridfeed.domain.words import Channel
from tests.storage.store import Store

KNOWN = [known for size in range(len(Channel) + 1) for known in combinations(tuple(Channel), size)]


@pytest.fixture
def store(database_url: str) -> Store:
    return Store(database_url)


async def test_a_statement_knows_net_where_the_domain_knows_its_channels(store: Store) -> None:
    for known in KNOWN:
        said = await store.fetch(
            "SELECT granted.has_net($1, $2, $3)",
            *(each in known for each in (Channel.NET, Channel.GROSS, Channel.STATION_LOAD)),
        )
        assert said == [(bool(net_channels(known)),)], known
