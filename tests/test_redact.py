"""Log lines and faults hold no secret, whether it is known or only looks like one."""

import time

import pytest

from gridfeed.redact import Redaction

SECRET = "s3cr3t-of-somebody"
LINES = {
    "a WebSocket's token in the query": f'- "WebSocket /v1/ws?access_token={SECRET}" 403',
    "the same, its name encoded": f'"WebSocket /v1/ws?after=0&access%5Ftoken={SECRET}" [accepted]',
    "the same in JSON": rf'{{"event": "\"WebSocket /v1/ws?access_token={SECRET}\" [accepted]"}}',
    "a webhook's query": f'Request: POST https://hooks.example/in?key={SECRET} "HTTP/1.1 200 OK"',
    "the query of an address of IPv6": f"POST https://[2001:db8::1]/?k={SECRET}&l=1 failed",
    "a password in an address": f"GET http://registry:{SECRET}@127.0.0.1:8081/schemas/ids/1",
    "one with @ and !": f"GET http://registry:a@b!{SECRET}@127.0.0.1:8081/schemas/ids/1",
    "a bearer header": f"< authorization: Bearer {SECRET}",
    "a header as a tuple": f"headers=[(b'Authorization', b'Basic {SECRET}'), (b'a', b'b')]",
    "a field of a line": f"client connects access_token={SECRET} address=here",
    "a token of ours": "told gf_s3cr3t-of-somebody to go",
    "a signing secret": "signed with whsec_s3cr3t+of/somebody==",
    "a token of OAuth": "refused: eyJhbGciOiJI.eyJzdWIi.s3cr3t-of-somebody",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_what_looks_like_a_secret_is_masked(line: str) -> None:
    redacted = Redaction()(line)
    assert "s3cr3t" not in redacted
    assert "***" in redacted


@pytest.mark.parametrize(
    "line",
    [
        'GET /v1/changes HTTP/1.1" 200',
        "check GRIDFEED_SCHEMA_REGISTRY_PASSWORD: the registry refuses it",
        "password authentication failed for user me",
        "why? because=of that",
        "bearer token missing, basic authentication is not offered",
        "https://example.com/hook",
        "mail me@example.com",
        "gf_short",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert Redaction(["other-secret"])(line) == line


def test_a_known_secret_is_masked_in_every_spelling() -> None:
    redaction = Redaction(['a "b" c/d'])
    assert redaction('a "b" c/d, a \\"b\\" c/d, a%20%22b%22%20c/d') == "***, ***, ***"


@pytest.mark.parametrize(
    "unit", ["?", "a?", "://a", "authorization: bearer ", "gf_", "eyJ.", "a?a=", "@"]
)
def test_a_long_line_costs_little_whatever_it_holds(unit: str) -> None:
    line = unit * (256 * 1024 // len(unit))
    began = time.process_time()
    Redaction(["known-secret"])(line)
    assert time.process_time() - began < 5
