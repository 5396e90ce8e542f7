"""The application with its lifespan, behind httpx, in an event loop of its own."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, Self, TypeVar

import httpx
from pydantic import SecretStr

from api.server import build_app
from gridfeed.settings import Settings

T = TypeVar("T")
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
    """Context manager: startup to shutdown of one application. `now` is its monotonic clock."""

    def __init__(self, settings: Settings) -> None:
        self.now = 0.0
        self.app = build_app(settings, lambda: self.now)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._lifespan = self.app.router.lifespan_context(self.app)
        self.run(self._lifespan.__aenter__())
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE)
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._client.aclose())
        self.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def get(self, path: str, token: str | None = "all", **parameters: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.run(self._client.get(path, params=parameters or None, headers=headers))

    def head(self, path: str, token: str | None = "all", **parameters: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.run(self._client.head(path, params=parameters or None, headers=headers))

    def raw(self, method: str, path: str, **headers: str) -> httpx.Response:
        return self.run(self._client.request(method, path, headers=headers))

    def wait_until_ready(self, status: int = 200, word: str = "") -> list[str]:
        """Wait until /readyz answers with the status and the word; return what is missing."""

        async def poll() -> list[str]:
            async with asyncio.timeout(30):
                while True:
                    answer = await self._client.get("/readyz")
                    if answer.status_code == status and word in answer.text:
                        missing: list[str] = answer.json()["missing"]
                        return missing
                    await asyncio.sleep(0.01)

        return self.run(poll())

    def together(self, requests: list[tuple[str, str]]) -> list[httpx.Response]:
        """Send (path, token) all at once."""

        async def send() -> list[httpx.Response]:
            gets = (
                self._client.get(path, headers={"Authorization": f"Bearer {token}"})
                for path, token in requests
            )
            return list(await asyncio.gather(*gets))

        return self.run(send())

    def items(self, path: str, token: str = "all", **parameters: object) -> list[dict[str, Any]]:
        """Return the listing's only page."""
        answer = self.get(path, token, **parameters)
        assert answer.status_code == 200, answer.text
        document = answer.json()
        assert document["next"] is None
        (name,) = document.keys() - {"next", "previous"}
        found: list[dict[str, Any]] = document[name]
        return found

    def pages(
        self, path: str, token: str = "all", **parameters: object
    ) -> Iterator[dict[str, Any]]:
        """Follow `next` to the end."""
        answer = self.get(path, token, **parameters)
        while True:
            assert answer.status_code == 200, answer.text
            document = answer.json()
            yield document
            if document["next"] is None:
                return
            answer = self.get(document["next"], token)
