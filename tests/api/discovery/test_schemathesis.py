"""Requests made from the OpenAPI document: no server error, and no answer that it does not tell.

`--hypothesis-profile=long` asks a hundred times as much.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS as KNOWN_CHECKS
from schemathesis.checks import load_all_checks
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import BaseSchema

from api.feed.changes import routes as changes
from api.server import build_app
from gridfeed.settings import load
from tests.api.application import settings_for
from tests.api.conftest import LONG
from tests.api.served import served

load_all_checks()
#: Rules between parameters, such as start < end, are none of JSON Schema: a request that is valid
#: by the schema may get 400; and listings ignore what they do not know.
CHECKS = [
    KNOWN_CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "allow_header_conformance",
        "ignored_auth",
    )
]
#: Its answer never comes to an end; tests/api/feed/test_stream.py is about it.
ENDLESS = "/v1/stream"
TOKEN = {"Authorization": "Bearer all"}
#: Beyond the longest `wait` of /v1/changes.
TIMEOUT_SECONDS = changes.MOST_SECONDS + 30
DOCUMENT = build_app(load()).openapi()
COMMON = {"suppress_health_check": list(HealthCheck), "database": None}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@pytest.fixture(scope="module")
def chosen(request: pytest.FixtureRequest) -> settings:
    """How much is asked."""
    if request.config.getoption("--hypothesis-profile") == LONG:
        return settings(settings.get_profile(LONG), **COMMON)
    return settings(max_examples=20, stateful_step_count=10, **COMMON)


@pytest.fixture(scope="module")
def document(seeded_database_url: str) -> Iterator[BaseSchema]:
    """The OpenAPI document of the served application."""
    # Nothing is delivered to URLs that were made up.
    found = settings_for(seeded_database_url, webhook_dispatch=False)
    with served(build_app(found), found) as base:
        every = schemathesis.openapi.from_url(f"{base}/openapi.json")
        yield every.exclude(path=ENDLESS)


def be_brief(case: schemathesis.Case) -> None:
    """Ask for at most a second of waiting, where it is allowed at all."""
    wait = str((case.query or {}).get("wait", ""))
    if wait.isdecimal() and int(wait) <= changes.MOST_SECONDS:
        case.query["wait"] = min(int(wait), 1)


def test_the_document_is_a_valid_one(document: BaseSchema) -> None:
    document.validate()


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        (method, path, mode)
        for path, item in DOCUMENT["paths"].items()
        if path != ENDLESS
        for method, operation in item.items()
        for mode in GenerationMode
        if mode == GenerationMode.POSITIVE or operation["security"]  # else nothing can be wrong
    ],
)
def test_every_answer_is_a_documented_one(
    document: BaseSchema, chosen: settings, method: str, path: str, mode: GenerationMode
) -> None:
    operation = document[path][method.upper()]

    @chosen
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        be_brief(case)
        case.call_and_validate(headers=TOKEN, checks=CHECKS, timeout=TIMEOUT_SECONDS)

    ask()


def test_links_lead_on(document: BaseSchema, chosen: settings) -> None:
    machine = document.as_state_machine()

    class Client(machine):  # type: ignore[misc,valid-type]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, object]:
            be_brief(case)
            return {"headers": TOKEN, "timeout": TIMEOUT_SECONDS}

        def validate_response(self, response: object, case: schemathesis.Case, **_: object) -> None:
            case.validate_response(response, checks=CHECKS)  # type: ignore[arg-type]

    Client.run(settings=chosen)
