"""Decides, for every part of the program, from which channels net generation is computed; pure."""

from collections.abc import Collection

from gridfeed.domain.words import Channel

#: Best first: net as it was streamed, or the sum of gross and station load (stored negative). In
#: SQL, `granted.has_net` states the same rule.
NET_SUMS = ((Channel.NET,), (Channel.GROSS, Channel.STATION_LOAD))


def net_channels(known: Collection[str]) -> tuple[Channel, ...]:
    """Return the channels, among those with values, whose sum is net; empty if net is unknown."""
    return next((added for added in NET_SUMS if all(each in known for each in added)), ())
