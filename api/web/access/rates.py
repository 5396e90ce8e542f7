"""How many requests a client may make in a minute, and how many unknown tokens an address may try.

Counted by each process for itself.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage

from gridfeed.clock import now

WINDOW_SECONDS = 60
#: One line of a network has so many IPv6 addresses that counting each would count nothing.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands: so many of `limit` are left until `seconds` from now."""

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
    """So many in a minute, for each key."""

    def __init__(self, policy: str, most: int) -> None:
        """Count nothing yet."""
        self._policy, self._most = policy, most
        self._item = RateLimitItemPerMinute(most)
        #: Asked itself: its strategy of fixed windows asks it twice.
        self._storage = MemoryStorage()

    async def take(self, key: str) -> Standing:
        """Count one more and tell how the key stands."""
        name = self._item.key_for(key)
        count = await self._storage.incr(name, WINDOW_SECONDS)
        return await self._standing(name, count, exceeded=count > self._most)

    async def look(self, key: str) -> Standing:
        """Tell how the key stands; exceeded: there is none left."""
        name = self._item.key_for(key)
        count = await self._storage.get(name)
        return await self._standing(name, count, exceeded=count >= self._most)

    async def _standing(self, name: str, count: int, *, exceeded: bool) -> Standing:
        seconds = max(1, round(await self._storage.get_expiry(name) - now().timestamp()))
        return Standing(self._policy, self._most, max(0, self._most - count), seconds, exceeded)


def line_of(address: str) -> str:
    """Return what an address is counted as."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, IPV6_PREFIX), strict=False))
    return str(found)
