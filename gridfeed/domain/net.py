"""Which channels net generation is made of; pure. Every part of the program decides it here."""

from collections.abc import Collection

from gridfeed.domain.words import Channel

#: Best first: net as it was streamed, or the sum of gross and station load (stored negative).
NET_SUMS = ((Channel.NET,), (Channel.GROSS, Channel.STATION_LOAD))


def net_channels(known: Collection[str]) -> tuple[Channel, ...]:
    """Return the channels whose sum is net, of those that have values; none where it is unknown."""
    return next((added for added in NET_SUMS if all(each in known for each in added)), ())
