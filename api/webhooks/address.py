"""Where a webhook may lead: never into the network that the API itself stands in.

A host is resolved once, every address it has is judged, and the connection goes to a judged address
and not to the name, so that a second answer of the name's server changes nothing (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

import httpx
import structlog

from gridfeed.settings import Settings

log = structlog.get_logger()

Address = IPv4Address | IPv6Address
#: Host and port to its addresses as texts; raises OSError when there are none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

LONGEST_URL = 2048
MOST_ADDRESSES = 4
#: Of an address of this network the last 32 bits are an IPv4 address (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
#: Protocol assignments and a withdrawn relay: public to the library, of no use to a receiver.
_RESERVED = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
#: Threads of their own: a name server that does not answer must not hold up the API's work.
_RESOLVERS = 16


class RefusedTargetError(ValueError):
    """A webhook may not lead there; says why and what would be accepted."""


class NoPublicAddressError(RefusedTargetError):
    """The host has no address, or one that is not public.

    Which of the two it is, and what the address is, a client is not told: it could ask for the
    names of the network that the API stands in. The log says it.
    """


@dataclass(frozen=True, slots=True)
class Rule:
    """What is allowed beyond https to public addresses."""

    allow_http: bool = False
    allow_private: bool = False
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Rule":
        """Return the rule that the settings state."""
        return cls(
            settings.webhook_allow_http,
            settings.webhook_allow_private,
            settings.webhook_exceptions,
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose host was resolved and judged; addresses: where to connect, best first."""

    url: httpx.URL
    addresses: tuple[str, ...]


def checked_url(text: str, rule: Rule) -> httpx.URL:
    """Return a URL that a webhook may have, before its host is resolved.

    Raises RefusedTargetError.
    """
    if len(text) > LONGEST_URL or not text.isprintable() or " " in text:
        raise RefusedTargetError(f"not a URL of at most {LONGEST_URL} characters without spaces")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise RefusedTargetError(f"{text!r} is not a URL") from None
    schemes = ("https", "http") if rule.allow_http else ("https",)
    if url.scheme not in schemes or not url.host:
        hint = "" if rule.allow_http else "; GRIDFEED_WEBHOOK_ALLOW_HTTP=true allows http"
        raise RefusedTargetError(f"{text!r} is not an absolute https URL{hint}")
    if url.userinfo or url.fragment:
        raise RefusedTargetError("the URL has a user name, a password or a fragment; leave it out")
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise RefusedTargetError(f"{url.port} is not a port")
    return url


async def target(text: str, rule: Rule, resolve: Resolve) -> Target:
    """Resolve a webhook's URL and judge every address of its host.

    Raises RefusedTargetError.
    """
    url = checked_url(text, rule)
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await resolve(url.raw_host.decode(), port)
    except (OSError, UnicodeError) as error:
        raise _nowhere_public(url.host, repr(error)) from None
    refused = [each for each in found if not _is_allowed(each, rule)]
    if refused or not found:
        raise _nowhere_public(url.host, ", ".join(refused) or "no address")
    return Target(url, tuple(dict.fromkeys(found))[:MOST_ADDRESSES])


def _is_allowed(text: str, rule: Rule) -> bool:
    inner = _carried(ip_address(text.partition("%")[0]))
    if rule.allow_private or is_public(inner):
        return True
    return any(each.version == inner.version and inner in each for each in rule.networks)


def _nowhere_public(host: str, seen: str) -> NoPublicAddressError:
    log.info("a webhook's host has no public address", host=host, seen=seen)
    return NoPublicAddressError(
        f"{host} has no public address, or has others as well;"
        " GRIDFEED_WEBHOOK_NETWORKS names private networks that are also allowed"
    )


def is_public(address: Address) -> bool:
    """Tell whether the address is one of the public internet, whatever it is written as."""
    inner = _carried(address)
    if any(inner.version == each.version and inner in each for each in _RESERVED):
        return False
    if isinstance(inner, IPv6Address) and inner.is_site_local:
        return False
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _carried(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class SystemResolver:
    """The machine's resolver, in threads of its own."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return a host's addresses in the order to try them in. Raises OSError."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(address[0]) for *_, address in found]

    def close(self) -> None:
        """Take no further question."""
        self._threads.shutdown(wait=False, cancel_futures=True)
