"""Clients that others generate from the OpenAPI document, and what they read from a live server."""

import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from api.server import build_app
from tests.api.application import settings_for
from tests.api.discovery.documented import DOCUMENT, component
from tests.api.served import served
from tests.api.tools.installed import HERE, Tools
from tests.api.webhooks.requests import PUBLIC, STRANGE
from tests.plain_http import PLAIN

pytestmark = pytest.mark.slow

OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
}
JSON = "application/json"
PACKAGE = "generated_client"


def answered(operation: dict[str, Any]) -> str | None:
    """Return the component that a GET answers, None if it answers no JSON."""
    content = operation["responses"].get("200", {}).get("content", {})
    return component(content[JSON]["schema"]) if JSON in content else None


READ = [
    item["get"]["operationId"]
    for item in DOCUMENT["paths"].values()
    if answered(item.get("get", {"responses": {}}))
]


@dataclass(frozen=True)
class Generated:
    """The generated package against a live server."""

    base: str

    def part(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def call(self, operation: str, token: str = "all", **arguments: object) -> Any:
        tag = OPERATIONS[operation]["tags"][0].lower()
        client = self.part("client").AuthenticatedClient(base_url=self.base, token=token)
        return self.part(f"api.{tag}.{operation}").sync_detailed(client=client, **arguments)


def generate(tools: Tools, document: Path, folder: Path) -> None:
    tools.python(
        "openapi-python-client", "generate", "--path", document, "--output-path", folder / PACKAGE,
        "--config", HERE / "generator.yaml", "--meta", "none", "--fail-on-warning",
    )  # fmt: skip


@pytest.fixture(scope="module")
def generated(
    tools: Tools, seeded_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Generated]:
    """The Python client, generated from what the server itself answers at /openapi.json."""
    folder = tmp_path_factory.mktemp("client")
    settings = settings_for(seeded_database_url, webhook_dispatch=False)
    with served(build_app(settings), settings) as base:
        document = folder / "openapi.json"
        document.write_bytes(httpx.get(f"{base}/openapi.json", **PLAIN).content)
        generate(tools, document, folder)
        sys.path.insert(0, str(folder))
        yield Generated(base)
        sys.path.remove(str(folder))


def test_every_operation_is_in_the_python_client(generated: Generated) -> None:
    for name in OPERATIONS:
        tag = OPERATIONS[name]["tags"][0].lower()
        assert generated.part(f"api.{tag}.{name}").sync_detailed


@pytest.mark.parametrize("operation", READ)
def test_the_python_client_reads_every_answer_whole(generated: Generated, operation: str) -> None:
    answer = generated.call(operation, **arguments(OPERATIONS[operation]))
    assert answer.status_code == 200, answer.content
    assert type(answer.parsed).__name__ == answered(OPERATIONS[operation])
    assert comparable(answer.parsed.to_dict()) == comparable(json.loads(answer.content))


def arguments(operation: dict[str, Any]) -> dict[str, object]:
    """Return what a call needs: the examples of required parameters, and of a meter."""
    found: dict[str, object] = {}
    for each in operation.get("parameters", []):
        if each["in"] == "path":
            (example,) = each["examples"].values()
            found[each["name"]] = example["value"]
        elif each["required"] or each["name"] == "meter_number":
            is_instant = each["schema"].get("format") == "date-time"
            found[each["name"]] = comparable(each["example"]) if is_instant else each["example"]
    return found


def comparable(value: Any) -> Any:
    """Return a document in which instants are equal however they are written."""
    if isinstance(value, dict):
        return {name: comparable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def test_value_cells_are_numbers_with_names(generated: Generated) -> None:
    page = generated.call("list_usage_segments", production_formats="settlement").parsed
    segment = page.usage_segments[0]
    types = {kind.type_ for kind in segment.formats}
    assert {"electric_usage", "gridfeed_contracted_usage"} <= types
    cell = segment.values[1][[kind.type_ for kind in segment.formats].index("electric_usage")]
    assert (type(cell).__name__, cell.eu) == ("ValueObject", -1.5)


def test_a_refusal_is_a_problem(generated: Generated) -> None:
    for operation, token, status, more in (
        ("list_accounts", "nobody's", 401, {}),
        ("list_bill_sections", "all", 403, {}),
        ("get_webhook", "all", 404, {"webhook_id": STRANGE}),
    ):
        answer = generated.call(operation, token, **more)
        assert (answer.status_code, answer.parsed.status) == (status, status)
        assert type(answer.parsed).__name__ == "Problem"
        assert answer.parsed.detail


def test_a_webhook_is_subscribed_changed_and_deleted(generated: Generated) -> None:
    models = generated.part("models")
    wanted = models.NewWebhook(url=PUBLIC, kinds=[models.ChangeKind.CORRECTED])
    made = generated.call("create_webhook", body=wanted)
    assert (made.status_code, type(made.parsed).__name__) == (201, "CreatedWebhook")
    own = {"webhook_id": made.parsed.webhook_id}
    paused = models.ChangedWebhook(state=models.ChangedWebhookState.PAUSED)
    assert generated.call("change_webhook", body=paused, **own).parsed.state == "paused"
    shorter = models.Rotation(overlap_seconds=0)
    assert generated.call("rotate_secret", body=shorter, **own).parsed.secret != made.parsed.secret
    assert generated.call("replay", body=models.Replay(after="0"), **own).parsed.after == "0"
    assert generated.call("delete_webhook", **own).status_code == 204


def test_typescript_types_are_generated_and_fit_what_is_written_with_them(
    tools: Tools, openapi: Path, tmp_path: Path
) -> None:
    made = tools.npm("openapi-typescript", openapi, "-o", tmp_path / "openapi.ts")
    assert made.returncode == 0, made.stdout + made.stderr
    shutil.copy(HERE / "client.ts", tmp_path)
    said = tools.npm(
        "tsc", "--noEmit", "--strict", "--skipLibCheck", "--lib", "es2022", tmp_path / "client.ts"
    )
    assert said.returncode == 0, said.stdout
