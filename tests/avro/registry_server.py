"""A schema registry of a few lines, over real HTTP on the loopback."""

import json
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote


@dataclass
class Registry:
    """Schemas by id; `failures` answers with this status come first; `asked` counts requests.

    subjects: texts of the only version of each. references: of an id or a subject, to subjects.
    authorizations: the header of each request that had one.
    """

    url: str = ""
    schemas: dict[int, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    references: dict[int | str, list[str]] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    authorizations: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, object]]:
        """Return status and body as Confluent's registry does."""
        self.asked[path] += 1
        if self.failures:
            return self.failures.pop(0), {"error_code": 50001, "message": "store is away"}
        if path.startswith("/subjects/"):
            subject = unquote(path.split("/")[2])
            return self._found(self.subjects.get(subject), subject, 40401)
        number = int(path.rpartition("/")[2])
        return self._found(self.schemas.get(number), number, 40403)

    def _found(self, text: str | None, key: int | str, code: int) -> tuple[int, dict[str, object]]:
        if text is None:
            return 404, {"error_code": code, "message": "not found"}
        names = self.references.get(key, [])
        references = [{"name": name, "subject": name, "version": 1} for name in names]
        return 200, {"schema": text} | ({"references": references} if names else {})


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Registry]:
    """Serve a registry until the block ends; context: over TLS."""
    registry = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if said := self.headers.get("Authorization"):
                registry.authorizations.append(said)
            status, body = registry.answer(self.path)
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.url = f"http://127.0.0.1:{server.server_port}"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        registry.url = f"https://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
