"""Requests to /v1/webhooks of an application that delivers to this machine, too."""

import asyncio
from typing import Any

import httpx

from tests.api.application import Application
from tests.api.webhooks.receiver import Receiver

WEBHOOKS = "/v1/webhooks"
PUBLIC = "https://93.184.216.34/hook"
STRANGE = "wh_000000000000000000000000"


async def send(
    hooked: Application, method: str, path: str = "", body: object = None, token: str | None = "all"
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await hooked._client.request(
        method, WEBHOOKS + path, json=body, headers=headers, timeout=20
    )


def done(answer: httpx.Response, code: int = 200) -> dict[str, Any]:
    assert answer.status_code == code, answer.text
    document: dict[str, Any] = answer.json()
    return document


def refused(answer: httpx.Response, code: int, *words: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = done(answer, code)
    assert all(word in problem["detail"] for word in words), problem
    return problem


async def until_received(hooked: Application, receiver: Receiver, count: int) -> None:
    async def wait() -> None:
        async with asyncio.timeout(90):
            while len(receiver.received) < count:  # noqa: ASYNC110 - a receiver tells nobody
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)

    await wait()
