"""Net is channel NET, else GROSS plus STATION_LOAD."""

import pytest

from gridfeed.domain.net import net_channels
from gridfeed.domain.words import Channel

GROSS, LOAD, NET = Channel.GROSS, Channel.STATION_LOAD, Channel.NET


@pytest.mark.parametrize(
    ("known", "added"),
    [
        ({GROSS, LOAD, NET}, (NET,)),
        ({NET}, (NET,)),
        ({GROSS, LOAD}, (GROSS, LOAD)),
        ({GROSS}, ()),
        ({LOAD}, ()),
        ((), ()),
    ],
)
def test_net_is_streamed_or_the_sum_of_gross_and_load(known, added):
    assert net_channels(known) == added
