"""The AsyncAPI document is valid by the official schema, and says what goes over the wire."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner

import schemas
from api.discovery.asyncapi.document import document
from api.feed.events import Event
from api.feed.stream.sse import farewell
from api.feed.websocket.messages import (
    Error,
    Farewell,
    Heartbeat,
    Subscribed,
    Unsubscribed,
    subscribed_change,
)
from api.web.access.goodbye import RECONNECT, RESYNC
from api.web.shapes import as_json
from api.webhooks import message as webhook
from cli.commands.asyncapi import app as command
from gridfeed.domain.published.feed_position import change_id
from gridfeed.kafka.topics import topic_specs
from gridfeed.settings import Settings
from tests.api.application import BASE, CHANGES, Application
from tests.api.builders import Store

OFFICIAL = json.loads((Path(__file__).parent / "asyncapi/3.0.0.json").read_text("utf-8"))
SETTINGS = Settings(topic_prefix="x.", tenants="acme,apex", topic_partitions=7)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = change_id((812, 42))


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return it as whoever reads its JSON gets it."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return found


DOCUMENT = plain(document(SETTINGS, "https://grid.example/feed"))


def faults(document: dict[str, Any]) -> list[str]:
    return [
        f"{list(error.absolute_path)}: {error.message[:200]}"
        for error in Draft7Validator(OFFICIAL).iter_errors(document)
    ]


def refs(piece: object) -> Iterator[str]:
    if isinstance(piece, dict):
        if isinstance(found := piece.get("$ref"), str):
            yield found
        for each in piece.values():
            yield from refs(each)
    elif isinstance(piece, list):
        for each in piece:
            yield from refs(each)


def at(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def assert_payload(name: str, payload: object) -> None:
    """The JSON is what the document says of the message, and no other message of its channel."""
    reference = {"$ref": f"#/components/messages/{name}/payload", **DOCUMENT}
    found = [error.message for error in Draft7Validator(reference).iter_errors(payload)]
    assert found == []


@pytest.mark.parametrize("settings", [Settings(), SETTINGS])
@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://grid.example/feed"])
def test_the_document_is_one_of_asyncapi_3(settings: Settings, url: str) -> None:
    assert faults(plain(document(settings, url))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("asyncapi", "2.6.0"),
        ("operations/send.stream/action", "shout"),
        ("channels/x.scada.telemetry/bindings/kafka/partitions", "seven"),
        ("components/messages/TelemetrySample/payload/schema/type", "no such type"),
        ("components/schemas/Change/type", "no such type"),
        ("servers/kafka/protocol", None),
    ],
)
def test_the_check_finds_what_is_wrong(path: str, value: object) -> None:
    broken = plain(DOCUMENT)
    *parents, last = path.split("/")
    place: Any = broken
    for part in parents:
        place = place[part]
    place[last] = value
    assert faults(broken)


def test_every_reference_leads_somewhere() -> None:
    found = set(refs(DOCUMENT))
    assert len(found) > 50
    for reference in found:
        at(reference)


def test_every_topic_is_a_channel_as_it_is_created() -> None:
    for spec in topic_specs(SETTINGS):
        kafka = DOCUMENT["channels"][spec.name]["bindings"]["kafka"]
        assert (kafka["topic"], kafka["partitions"]) == (spec.name, 7)
        assert str(kafka["topicConfiguration"]["retention.ms"]) == spec.config["retention.ms"]
    topics = {spec.name for spec in topic_specs(SETTINGS)}
    assert DOCUMENT["channels"].keys() - topics == {"stream", "ws", "webhook"}


def test_the_payloads_of_the_topics_are_the_kept_schemas() -> None:
    messages = DOCUMENT["components"]["messages"]
    for record, text in schemas.avro().items():
        if "." not in record:
            assert messages[record]["payload"]["schema"] == json.loads(text)


def test_where_the_brokers_are_is_not_told_to_everybody() -> None:
    secret = Settings(kafka_bootstrap="kafka.inside.example:9092")
    assert "inside.example" not in orjson.dumps(document(secret, BASE)).decode()


def test_the_servers_are_those_of_the_api() -> None:
    servers = DOCUMENT["servers"]
    assert (servers["http"]["protocol"], servers["websocket"]["protocol"]) == ("https", "wss")
    assert {servers[name]["pathname"] for name in ("http", "websocket")} == {"/feed"}


async def test_the_stream_takes_the_parameters_of_its_route(api: Application) -> None:
    operation = (await api.get("/openapi.json")).json()["paths"]["/v1/stream"]["get"]
    told = DOCUMENT["operations"]["send.stream"]["bindings"]["http"]["query"]["properties"]
    assert list(told) == [each["name"] for each in operation["parameters"]]


async def test_the_api_and_the_command_give_the_same_document(api: Application) -> None:
    answered = (await api.get("/asyncapi.json", token=None)).json()
    printed = json.loads(CliRunner().invoke(command, ["--url", BASE]).stdout)
    assert answered == printed
    assert faults(answered) == []


@pytest.fixture
async def change(store: Store, api: Application) -> dict[str, Any]:
    """A change with values, as the API answers it."""
    await store.project()
    await store.meter()
    await store.client()
    await store.value("2026-03-01", 1.25)
    await store.change("2026-03-01")
    await store.settle()
    (found,) = (await api.get(CHANGES, after="0", include="values")).json()["changes"]
    assert found["values"]
    return dict(found)


def test_a_change_is_what_the_document_says(change: dict[str, Any]) -> None:
    assert_payload("ChangeEvent", change)
    known = DOCUMENT["components"]["schemas"]["Change"]["properties"]
    assert change.keys() <= known.keys()
    event = Event((812, 42), "CREATED", orjson.dumps(change))
    assert_payload("SubscribedChange", json.loads(as_json(subscribed_change("mine", event))))
    posted = webhook.changed("msg_1", [orjson.dumps(change)], (812, 42))
    assert_payload("WebhookChanges", json.loads(posted.body))


def test_a_change_without_its_id_is_not_what_the_document_says(change: dict[str, Any]) -> None:
    del change["change_id"]
    with pytest.raises(AssertionError):
        assert_payload("ChangeEvent", change)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Subscribed", as_json(Subscribed(subscription="a", after=ID))),
        ("Unsubscribed", as_json(Unsubscribed(subscription="a", cursor=ID))),
        ("Heartbeat", as_json(Heartbeat(cursors={"a": ID}))),
        ("Error", as_json(Error(detail="no"))),
        (
            "Farewell",
            as_json(Farewell(type="reconnect", detail=RECONNECT.detail, cursors={"a": ID})),
        ),
        ("Subscribe", '{"type":"subscribe","subscription":"a","after":"0","window":5}'),
        ("Acknowledge", f'{{"type":"ack","subscription":"a","change_id":"{ID}"}}'),
        ("WebhookLost", webhook.lost("lost_1", (1, 2), (3, 4), AT).body),
        ("WebhookTest", webhook.test("wh_1", AT).body),
    ],
)
def test_other_messages_are_what_the_document_says(name: str, text: str | bytes) -> None:
    assert_payload(name, json.loads(text))


def test_the_last_event_of_a_stream_is_what_the_document_says() -> None:
    steps = {"oldest": "0", "newest": ID, "resynchronise": ["a"]}
    lines = dict(
        line.split(": ", 1) for line in farewell(RESYNC, **steps).decode().split("\n") if line
    )
    assert_payload("GoodbyeEvent", json.loads(lines["data"]))
