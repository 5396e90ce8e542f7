"""Limits per minute: the requests of a client, and the unknown tokens from an address.

Each process counts for itself.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage

from gridfeed.clock import now

WINDOW_SECONDS = 60
#: One subscriber line has so many IPv6 addresses that a limit for each address would limit nothing.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """A client's standing: `left` of `limit` remain for the next `seconds`."""

    policy: str
    limit: int
    left: int
    seconds: int
    exceeded: bool = False

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.policy}";r={self.left};t={self.seconds}',
        }


class Rate:
    """A limit per minute for each key."""

    def __init__(self, policy: str, most: int) -> None:
        """Start with nothing counted. most: the limit per minute."""
        self._policy, self._most = policy, most
        self._item = RateLimitItemPerMinute(most)
        #: Used directly, because the library's fixed-window strategy would read it twice.
        self._storage = MemoryStorage()

    async def take(self, key: str) -> Standing:
        """Count one more; return the key's standing."""
        name = self._item.key_for(key)
        count = await self._storage.incr(name, WINDOW_SECONDS)
        return await self._standing(name, count, exceeded=count > self._most)

    async def look(self, key: str) -> Standing:
        """Return the key's standing without counting. exceeded: none is left."""
        name = self._item.key_for(key)
        count = await self._storage.get(name)
        return await self._standing(name, count, exceeded=count >= self._most)

    async def _standing(self, name: str, count: int, *, exceeded: bool) -> Standing:
        seconds = max(1, round(await self._storage.get_expiry(name) - now().timestamp()))
        return Standing(self._policy, self._most, max(0, self._most - count), seconds, exceeded)


def line_of(address: str) -> str:
    """Return the name that an address is counted under."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, IPV6_PREFIX), strict=False))
    return str(found)
