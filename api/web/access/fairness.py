"""Gives each request its visit, and each answer the headers of its client's standing."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.access.admission import VISIT, Visit
from api.web.problems import ProblemError


class Fairness:
    """ASGI middleware: frees the resources of a request, however the request ends."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer a refusal from before a route was found."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        visit = scope[VISIT] = Visit()

        async def told(message: Message) -> None:
            if visit.standing and message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in visit.standing.headers().items():
                    headers.setdefault(name, value)
            await send(message)

        async with visit.held:
            try:
                await self._app(scope, receive, told)
            except ProblemError as problem:
                await problem.response()(scope, receive, told)
