"""Settings with several values, separated by commas."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_EVERY_NETWORK = ("0.0.0.0/0", "::/0")


def names(text: str) -> tuple[str, ...]:
    """Return words; spaces do not count."""
    return _parts(text.replace(" ", ""))


def networks(text: str) -> tuple[Network, ...]:
    """Return networks or addresses, * for all. Raises ValueError."""
    every = [each for word in _parts(text) for each in (_EVERY_NETWORK if word == "*" else (word,))]
    return tuple(ip_network(word) for word in every)


def origins(text: str) -> tuple[str, ...]:
    """Return origins as browsers send them, * for all. Raises ValueError."""
    found = _parts(text)
    for each in found:
        if each != "*" and not _ORIGIN.fullmatch(each):
            raise ValueError(
                f"{each} is not an origin; write one like https://app.example.com, or *"
            )
    return found


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(",") if (part := each.strip()))
