"""A client that follows the feed by polls, however often its server is killed."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from tests.plain_http import PLAIN


@dataclass
class Follower:
    """Keeps the change ids in the order in which it got them, and its cursor."""

    url: str
    token: str
    change_ids: list[str] = field(default_factory=list)
    cursor: str = "0"

    async def follow_for_ever(self) -> None:
        """Ask on and on, until cancelled; who does not answer is asked again."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, **PLAIN) as client:
            while True:
                with suppress(httpx.TransportError):
                    await self._ask(client)
                await asyncio.sleep(0.1)

    async def _ask(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/changes", params={"after": self.cursor, "limit": 1000})
        if answer.status_code == 200:
            document = answer.json()
            self.change_ids += [each["change_id"] for each in document["changes"]]
            self.cursor = document["next"]
