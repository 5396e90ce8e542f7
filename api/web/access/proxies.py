"""Facts about the client from a trusted reverse proxy: RFC 7239 `Forwarded`, and `X-Forwarded-*`.

A proxy is trusted only if GRIDFEED_TRUSTED_PROXIES names it, since any client can send these
headers.
"""

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network

_PAIR = re.compile(r'\s*(?P<name>[\w-]+)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^\s;,"]*))\s*')
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)
_SCHEMES = {"http", "https"}


class Proxies:
    """ASGI middleware: takes the client's address, scheme and host from trusted proxies."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        """trusted: the networks from which proxies connect."""
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as the outermost trusted proxy received it from the client."""
        peer = (scope.get("client") or ("",))[0]
        if scope["type"] != "lifespan" and self._trusts(peer):
            told = self._told(Headers(scope=scope))
            if address := _address(told.get("for", "")):
                scope["client"] = address, 0
        if scope["type"] == "http" and self._trusts(peer):
            if (scheme := told.get("proto", "").lower()) in _SCHEMES:
                scope["scheme"] = scheme
            if _HOST.fullmatch(host := told.get("host", "")):
                MutableHeaders(scope=scope)["host"] = host
        await self._app(scope, receive, send)

    def _trusts(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)

    def _told(self, headers: Headers) -> Mapping[str, str]:
        """Return the element that the outermost trusted proxy wrote.

        Each proxy appends an element about its client. So the peer wrote the last element, and the
        address that an element names as `for` wrote the element before it.
        """
        if "forwarded" not in headers:
            last = {
                name: headers.get(f"x-forwarded-{name}", "").rpartition(",")[2].strip()
                for name in ("proto", "host")
            }
            return last | {"for": self._outermost(headers.getlist("x-forwarded-for"))}
        *earlier, told = elements(",".join(headers.getlist("forwarded"))) or [{}]
        for element in reversed(earlier):
            if not self._trusts(_address(told.get("for", ""))):
                break
            told = element
        return told

    def _outermost(self, hops: Sequence[str]) -> str:
        """Return the address of the client of the outermost trusted proxy."""
        address = ""
        for hop in reversed(",".join(hops).split(",")):
            address = hop.strip()
            if not self._trusts(_address(address)):
                break
        return address


def elements(text: str) -> list[dict[str, str]]:
    """Return the elements of a `Forwarded` header, none if it is malformed (RFC 7239 section 4)."""
    found: list[dict[str, str]] = [{}]
    place = 0
    while match := _PAIR.match(text, place):
        quoted = match["quoted"]
        value = match["token"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        found[-1][match["name"].lower()] = value
        place = match.end()
        if text[place : place + 1] == ",":
            found.append({})
        elif text[place : place + 1] != ";":
            break
        place += 1
    return found if place >= len(text) else []


def _address(node: str) -> str:
    """Return the address in a `for`, such as `192.0.2.43:4711` or `[2001:db8::1]`."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node if node.count(":") > 1 else node.partition(":")[0]
