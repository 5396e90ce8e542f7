"""Serves the API as `gridfeed serve` does, and beside it a static answer.

python -m cli.bench.rest_server PORT FILE

Both go through the same server and the same middleware. The parent process writes FILE once it has
the API's answer: a `Kept` as JSON.
"""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.server import build_app
from api.serving import serve_app
from cli.bench.contender import end_with_parent
from gridfeed import observe
from gridfeed.settings import load

#: Not one of the paths that get validators, because the static answer has them already.
STATIC_PATH = "/static/meter-day"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its headers as 200 and as 304, its entity tag and its body."""

    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    tag: str
    body: str

    def write(self, path: Path) -> None:
        """Write the answer to a file."""
        path.write_bytes(orjson.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Kept":
        """Read an answer from a file."""
        return cls(**orjson.loads(path.read_bytes()))


class Static:
    """ASGI application that always sends the same answer, which it reads at the first request."""

    def __init__(self, path: Path) -> None:
        """path: the file with the answer. It is not read yet."""
        self._path = path
        self._answers: dict[bool, tuple[int, list[tuple[bytes, bytes]], bytes]] = {}
        self._tag = b""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer 200, or 304 to a request with the entity tag."""
        if not self._answers:
            self._read()
        has_it = (b"if-none-match", self._tag) in scope["headers"]
        status, headers, body = self._answers[has_it]
        start = {"type": "http.response.start", "status": status, "headers": list(headers)}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _read(self) -> None:
        kept = Kept.read(self._path)
        self._tag = kept.tag.encode()
        self._answers = {
            False: (200, _raw(kept.headers), kept.body.encode()),
            True: (304, _raw(kept.unchanged), b""),
        }


def _raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def main(port: int, path: Path) -> None:
    """Serve until SIGTERM."""
    # The limit must not be reached: the benchmark measures the server, not its limits.
    settings = load(api_port=port, requests_per_minute=10**9)
    observe.set_up(settings)
    app = build_app(settings)
    # The first route, so that no other route is compared before it.
    app.router.routes.insert(0, Route(STATIC_PATH, Static(path)))
    serve_app(app, settings)


if __name__ == "__main__":
    end_with_parent()
    main(int(sys.argv[1]), Path(sys.argv[2]))
