"""An OAuth endpoint of a few lines, over real HTTP on the loopback, whose key the broker trusts."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

from gridfeed import clock


@dataclass
class Endpoint:
    """asked: the form of each request. given: every token. lives: seconds that one is valid."""

    key: RSAKey
    secrets: dict[str, str]
    url: str = ""
    lives: int = 3600
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def answer(
        self, authorization: str, form: dict[str, list[str]]
    ) -> tuple[int, dict[str, object]]:
        """Return status and body as RFC 6749 has them."""
        self.asked.append(form)
        client, _, secret = (
            base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        )
        if self.secrets.get(client) != secret:
            return 401, {"error": "invalid_client"}
        now = int(clock.now().timestamp())
        claims = {"sub": client, "aud": "kafka", "iat": now, "exp": now + self.lives}
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        self.given.append(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.lives}


@contextmanager
def endpoint(key: Path, secrets: dict[str, str]) -> Iterator[Endpoint]:
    """Serve an endpoint until the block ends; secrets: those of each client."""
    state = Endpoint(RSAKey.import_key(key.read_text()), secrets)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, body = state.answer(self.headers.get("Authorization", ""), form)
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/token"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def oauth(url: str, client: str, secret: str) -> dict[str, str]:
    """Return the settings of a client of an endpoint."""
    return {
        "kafka_sasl_mechanism": "OAUTHBEARER",
        "kafka_oauth_token_url": url,
        "kafka_oauth_client_id": client,
        "kafka_oauth_client_secret": secret,
        "kafka_oauth_scope": "kafka",
    }
