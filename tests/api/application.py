"""The application with its lifespan, behind httpx, in the event loop of the tests."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self

import httpx
from pydantic import SecretStr

from api.server import build_app
from gridfeed.settings import Settings
from tests.api.discovery.documented import assert_answer_documented

BASE = "http://gridfeed.test"
SEGMENTS, PROJECTS, METERS = (
    f"/cds/v1/{name}" for name in ("usage-segments", "production-projects", "meter-devices")
)
ACCOUNTS, CONTRACTS, POINTS, AGGREGATIONS, EACS = (
    f"/cds/v1/{name}"
    for name in ("accounts", "service-contracts", "service-points", "aggregations", "eacs")
)
CHANGES, TELEMETRY = "/v1/changes", "/v1/telemetry"


def settings_for(database_url: str, **others: object) -> Settings:
    return Settings(database_url=SecretStr(database_url), **others)  # type: ignore[arg-type]


class Application:
    """Async context manager: startup to shutdown of one application; `now` is its clock."""

    def __init__(self, settings: Settings) -> None:
        self.now = 0.0
        self.app = build_app(settings, lambda: self.now)

    async def __aenter__(self) -> Self:
        self._lifespan = self.app.router.lifespan_context(self.app)
        await self._lifespan.__aenter__()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        # Whatever a test asks, the answer is one that the document tells.
        hooks = {"response": [assert_answer_documented]}
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE, event_hooks=hooks)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._lifespan.__aexit__(None, None, None)

    async def get(
        self, path: str, token: str | None = "all", **parameters: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._client.get(path, params=parameters or None, headers=headers)

    async def head(
        self, path: str, token: str | None = "all", **parameters: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._client.head(path, params=parameters or None, headers=headers)

    async def raw(self, method: str, path: str, **headers: str) -> httpx.Response:
        return await self._client.request(method, path, headers=headers)

    async def wait_until_ready(self, status: int = 200, word: str = "") -> list[str]:
        """Wait until /readyz answers with the status and the word; return what is missing."""
        async with asyncio.timeout(30):
            while True:
                answer = await self._client.get("/readyz")
                if answer.status_code == status and word in answer.text:
                    missing: list[str] = answer.json()["missing"]
                    return missing
                await asyncio.sleep(0.01)

    async def together(self, requests: list[tuple[str, str]]) -> list[httpx.Response]:
        """Send (path, token) all at once."""
        gets = (
            self._client.get(path, headers={"Authorization": f"Bearer {token}"})
            for path, token in requests
        )
        return list(await asyncio.gather(*gets))

    async def items(
        self, path: str, token: str = "all", **parameters: object
    ) -> list[dict[str, Any]]:
        """Return the listing's only page."""
        answer = await self.get(path, token, **parameters)
        assert answer.status_code == 200, answer.text
        document = answer.json()
        assert document["next"] is None
        (name,) = document.keys() - {"next", "previous"}
        found: list[dict[str, Any]] = document[name]
        return found

    async def pages(
        self, path: str, token: str = "all", **parameters: object
    ) -> AsyncIterator[dict[str, Any]]:
        """Follow `next` to the end."""
        answer = await self.get(path, token, **parameters)
        while True:
            assert answer.status_code == 200, answer.text
            document = answer.json()
            yield document
            if document["next"] is None:
                return
            answer = await self.get(document["next"], token)
