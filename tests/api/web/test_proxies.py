"""`next` behind a reverse proxy: what it says counts only if it is trusted."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from api.web.access.proxies import elements
from gridfeed.settings import BadSettingsError, load
from tests.api.application import BASE, METERS, Application, settings_for
from tests.api.builders import Store

Behind = Callable[..., AbstractAsyncContextManager[Callable[..., Awaitable[str]]]]


@pytest.fixture
async def behind(store: Store, database_url: str) -> Behind:
    """Gives: base of `next`, of a listing of two pages, for headers that 127.0.0.1 sends."""
    await store.project()
    await store.client()
    for number in range(101):
        await store.meter(f"m{number}")

    @asynccontextmanager
    async def started(**settings: str) -> AsyncIterator[Callable[..., Awaitable[str]]]:
        async with Application(settings_for(database_url, **settings)) as api:
            await api.wait_until_ready()

            async def base(**headers: str) -> str:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                answer = await api.raw("GET", METERS, authorization="Bearer all", **sent)
                url = httpx.URL(answer.json()["next"])
                return f"{url.scheme}://{url.netloc.decode()}"

            yield base

    return started


HEADERS = [
    {"forwarded": "for=192.0.2.1;proto=https;host=api.example.com"},
    {"x_forwarded_proto": "https", "x_forwarded_host": "api.example.com"},
]


@pytest.mark.parametrize("headers", HEADERS)
async def test_nobody_is_trusted_unless_told(behind: Behind, headers: dict[str, str]) -> None:
    async with behind() as base:
        assert await base(**headers) == BASE
    async with behind(trusted_proxies="192.0.2.0/24, 2001:db8::1") as base:
        assert await base(**headers) == BASE


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/8,10.0.0.0/8", "*"])
async def test_next_is_what_the_client_of_a_trusted_proxy_can_follow(
    behind: Behind, headers: dict[str, str], trusted: str
) -> None:
    async with behind(trusted_proxies=trusted) as base:
        assert await base(**headers) == "https://api.example.com"
        assert await base() == BASE


async def test_the_outermost_trusted_proxy_counts_and_nobody_before_it(behind: Behind) -> None:
    outer = "for=203.0.113.9;proto=https;host=api.example.com"
    inner = "for=10.0.0.2;proto=http;host=inner:8080"
    forged = "for=1.2.3.4;proto=https;host=evil.example"
    async with behind(trusted_proxies="127.0.0.1,10.0.0.0/8") as base:
        assert await base(forwarded=f"{outer}, {inner}") == "https://api.example.com"
        # 203.0.113.9 is no proxy of ours: what stands before is the client's own invention.
        assert await base(forwarded=f"{forged}, {outer}, {inner}") == "https://api.example.com"
    async with behind(trusted_proxies="127.0.0.1") as base:
        assert await base(forwarded=f"{outer}, {inner}") == "http://inner:8080"


@pytest.mark.parametrize(
    "headers",
    [
        {"forwarded": "proto=javascript;host=api.example.com/x"},
        {"forwarded": 'host="evil.example\\r\\nx: y"'},
        {"forwarded": "proto=https;host=a b"},
        {"x_forwarded_proto": "ftp", "x_forwarded_host": "a/b"},
    ],
)
async def test_what_is_no_scheme_or_host_is_ignored(
    behind: Behind, headers: dict[str, str]
) -> None:
    async with behind(trusted_proxies="*") as base:
        assert await base(**headers) == BASE


async def test_the_configured_url_wins(behind: Behind) -> None:
    async with behind(trusted_proxies="*", api_url="https://public.example/grid") as base:
        assert await base(**HEADERS[0]) == "https://public.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for=1.2.3.4", [{"for": "1.2.3.4"}]),
        ('For="[2001:db8::1]:47011"', [{"for": "[2001:db8::1]:47011"}]),
        ("for=a;proto=http , for=b", [{"for": "a", "proto": "http"}, {"for": "b"}]),
        ('host="a\\"b"', [{"host": 'a"b'}]),
        ("for", []),
        ("for=a b", []),
        ('for="unfinished', []),
    ],
)
async def test_forwarded_is_read_as_the_rfc_says(text: str, expected: list[dict[str, str]]) -> None:
    assert elements(text) == expected


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.1 2", "10.0.0.0 /8"])
async def test_a_setting_that_is_no_network_stops_the_start(text: str) -> None:
    with pytest.raises(BadSettingsError, match=rf"GRIDFEED_TRUSTED_PROXIES='{re.escape(text)}'"):
        load(trusted_proxies=text)
