"""The feed over a WebSocket: subscriptions by messages, each with a cursor of its own."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.feed.audience import Audience
from api.feed.push import Push
from api.feed.reader import Reader
from api.feed.resync import recipe
from api.feed.shared import PASSING
from api.feed.websocket.messages import (
    Acknowledge,
    BadMessageError,
    Error,
    Farewell,
    Heartbeat,
    Resync,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
    read,
)
from api.feed.websocket.subscription import Subscription
from api.web.access.admission import admission_of
from api.web.access.bearer import Bearer
from api.web.access.connections import Connection
from api.web.access.goodbye import RESYNC
from api.web.problems import ProblemError
from api.web.shapes import Shape, as_json
from gridfeed.domain.published.feed_position import cursor
from gridfeed.storage.feed import GoneError

MOST_SUBSCRIPTIONS = 16


class EndedError(Exception):
    """The server ends the connection."""


async def converse(websocket: WebSocket, push: Push, bearer: Bearer) -> None:
    """Serve one accepted connection until the client goes or the server ends it."""
    with push.connections.opened(bearer, "websocket") as connection, push.hub.feed.followed():
        socket = _Socket(websocket, push, connection)
        await websocket.accept()
        async with connection.patiently():
            try:
                await socket.run()
            except* (WebSocketDisconnect, EndedError):
                pass
        if connection.goodbye:
            async with connection.patiently():
                await socket.farewell()


class _Socket:
    def __init__(self, websocket: WebSocket, push: Push, connection: Connection) -> None:
        self._websocket, self._push, self._connection = websocket, push, connection
        self._subscriptions: dict[str, tuple[Subscription, asyncio.Task[None]]] = {}
        self._sending = asyncio.Lock()
        self._count = push.connections.sent.labels("websocket").inc

    async def run(self) -> None:
        """Listen and send until the client goes or the server ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat(), name="heartbeat")
            while True:
                received = await self._websocket.receive()
                if received["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(received["code"])
                await self._hear(received.get("text") or received.get("bytes") or "", group)

    async def farewell(self) -> None:
        """Say why it ends and where each subscription goes on, and close."""
        goodbye = self._connection.goodbye
        assert goodbye
        with suppress(WebSocketDisconnect):
            cursors = self._cursors()
            await self._send(Farewell(type=goodbye.reason, detail=goodbye.detail, cursors=cursors))
            await self._connection.send(self._websocket.close(goodbye.code, goodbye.reason))

    async def _beat(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._push.heartbeat_seconds):
                    await self._connection.ended.wait()
                raise EndedError
            await self._send(Heartbeat(cursors=self._cursors()))

    async def _hear(self, text: str | bytes, group: asyncio.TaskGroup) -> None:
        try:
            heard = read(text)
        except BadMessageError as error:
            await self._send(Error(detail=str(error)))
            return
        match heard:
            case Subscribe():
                await self._subscribe(heard, group)
            case Unsubscribe():
                await self._unsubscribe(heard.subscription)
            case Acknowledge():
                if known := self._subscriptions.get(heard.subscription):
                    known[0].acknowledge(heard.change_id)
                else:
                    await self._refuse(heard.subscription, "there is no such subscription")

    async def _subscribe(self, asked: Subscribe, group: asyncio.TaskGroup) -> None:
        name = asked.subscription
        if name in self._subscriptions:
            await self._refuse(name, "a subscription has this name already; unsubscribe it first")
        elif len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            await self._refuse(
                name,
                f"at most {MOST_SUBSCRIPTIONS} subscriptions per connection; unsubscribe one first",
            )
        else:
            await self._begin(asked, group)

    async def _begin(self, asked: Subscribe, group: asyncio.TaskGroup) -> None:
        name, request = asked.subscription, asked.request()
        grant = self._connection.bearer.grant
        try:
            # It asks the database, as a request does.
            await admission_of(self._websocket).one_more(grant)
            await self._push.projects.refuse_unknown(grant, request.projects)
            start = await self._push.start(asked.after)
        except ProblemError as problem:
            await self._problem(name, problem)
            return
        except PASSING:
            await self._refuse(name, "the database cannot be reached at the moment; try again")
            return
        audience = Audience.of(grant, request)
        subscription = Subscription(name, Reader(audience, start), asked.window)
        await self._send(Subscribed(subscription=name, after=cursor(start)))
        task = group.create_task(self._follow(subscription), name=f"subscription {name}")
        self._subscriptions[name] = subscription, task

    async def _problem(self, name: str, problem: ProblemError) -> None:
        if problem.status == HTTPStatus.GONE:
            told: dict[str, Any] = {**problem.members}
            await self._send(Resync(subscription=name, detail=problem.detail, **told))
        else:
            await self._refuse(name, problem.detail)

    async def _follow(self, subscription: Subscription) -> None:
        try:
            await subscription.run(self._push.hub, self._connection, self._send, self._count)
        except GoneError as gone:
            del self._subscriptions[subscription.name]
            with suppress(*PASSING):
                newest = await self._push.hub.feed.newest()
                told = {"detail": RESYNC.detail, **recipe(gone, newest)}
                await self._send(Resync(subscription=subscription.name, **told))

    async def _unsubscribe(self, name: str) -> None:
        if name not in self._subscriptions:
            await self._refuse(name, "there is no such subscription")
            return
        subscription, task = self._subscriptions.pop(name)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await self._send(Unsubscribed(subscription=name, cursor=subscription.cursor))

    async def _refuse(self, name: str, detail: str) -> None:
        await self._send(Error(subscription=name, detail=detail))

    async def _send(self, said: Shape) -> None:
        async with self._sending:
            await self._connection.send(self._websocket.send_text(as_json(said).decode()))

    def _cursors(self) -> dict[str, str]:
        return {name: each.cursor for name, (each, _) in self._subscriptions.items()}


async def deny(websocket: WebSocket, problem: ProblemError) -> None:
    """Answer the handshake with a problem document."""
    await websocket.send_denial_response(problem.response())
