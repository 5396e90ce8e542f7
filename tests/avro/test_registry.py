import socket
import ssl

import pytest
import trustme

from gridfeed.avro.decode import decode_telemetry
from gridfeed.avro.registry import RegistryError, SchemaRegistry, registry_access
from gridfeed.avro.schemas import kept
from gridfeed.avro.writers import UNKNOWN_SECONDS, Writers
from gridfeed.domain.words import Reason
from gridfeed.settings import load
from tests.avro.registry_server import running
from tests.avro.written import SAMPLE, TEXTS, body_of, sample, variant


@pytest.fixture
def registry():
    with running() as server:
        yield server


def confluent(number, text=TEXTS["TelemetrySample"], **changed):
    return b"\x00" + number.to_bytes(4, "big") + body_of(text, SAMPLE | changed)


async def decoded(registry, *batches, **options):
    """Decode batches with one client, learning before each. options: of Writers."""
    client = SchemaRegistry(registry.url, first_wait_seconds=0.001)
    writers = Writers("TelemetrySample", kept(), client, **options)
    results = []
    try:
        for values in batches:
            await writers.learn(values)
            results.append(decode_telemetry(values, writers))
    finally:
        await client.close()
    return results


async def test_a_message_is_read_with_the_schema_of_its_id(registry):
    registry.schemas[7] = TEXTS["TelemetrySample"]
    registry.schemas[70_000] = variant(('"double"', '"float"'))
    values = [confluent(7), sample(), confluent(70_000, registry.schemas[70_000], power_kw=2.5)]
    ((telemetry, rejected),) = await decoded(registry, values)
    assert telemetry.power_kw.tolist() == [5.25, 5.25, 2.5]
    assert rejected == []


async def test_an_id_is_asked_for_once(registry):
    registry.schemas[7] = TEXTS["TelemetrySample"]
    await decoded(registry, [confluent(7)] * 50, [confluent(7)] * 50)
    assert registry.asked == {"/schemas/ids/7": 1}


async def test_an_id_that_the_registry_does_not_know_rejects_its_record_only(registry):
    registry.schemas[7] = TEXTS["TelemetrySample"]
    ((telemetry, rejected),) = await decoded(registry, [confluent(7), confluent(8), confluent(7)])
    assert telemetry.positions.tolist() == [0, 2]
    assert [(each.position, each.reason) for each in rejected] == [(1, Reason.UNKNOWN_SCHEMA)]
    assert "knows no id 8" in rejected[0].detail


async def test_an_unknown_id_is_not_asked_for_again_for_60_seconds(registry):
    *_, (_, rejected) = await decoded(registry, [confluent(8)], [confluent(8)])
    assert registry.asked == {"/schemas/ids/8": 1}
    assert "knows no id 8" in rejected[0].detail
    assert UNKNOWN_SECONDS == 60


async def test_an_id_that_was_unknown_is_asked_for_again_after_that_time(registry):
    await decoded(registry, [confluent(8)], [confluent(8)], unknown_seconds=0)
    assert registry.asked == {"/schemas/ids/8": 2}


async def test_of_4000_unknown_ids_in_a_batch_200_are_asked_for_and_first_those_named_most(
    registry,
):
    registry.schemas[9000] = TEXTS["TelemetrySample"]
    batch = [*map(confluent, range(1, 4001)), confluent(9000), confluent(9000)]
    ((telemetry, rejected),) = await decoded(registry, batch)
    assert telemetry.positions.tolist() == [4000, 4001]
    assert sum(registry.asked.values()) == 200
    assert {each.reason for each in rejected} == {Reason.UNKNOWN_SCHEMA}
    assert sum("names more than 200 new ids; replay" in each.detail for each in rejected) == 3801


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXTS["Forecast"], "TelemetrySample"),
        (variant(('"double"', '"string"')), "power_kw"),
        ('syntax = "proto3";', "no Avro schema"),
    ],
    ids=["another record", "unresolvable", "no Avro"],
)
async def test_a_registered_schema_of_no_use_is_an_unknown_schema(registry, text, why):
    registry.schemas[7] = text
    ((telemetry, rejected),) = await decoded(registry, [sample(), confluent(7)])
    assert telemetry.positions.tolist() == [0]
    assert rejected[0].reason is Reason.UNKNOWN_SCHEMA
    assert why in rejected[0].detail


async def test_a_registry_that_is_away_for_a_moment_is_asked_again(registry):
    registry.schemas[7] = TEXTS["TelemetrySample"]
    registry.failures = [503, 500, 429]
    ((telemetry, rejected),) = await decoded(registry, [confluent(7)])
    assert (len(telemetry), rejected) == (1, [])


async def test_a_registry_that_stays_away_rejects_no_record_but_raises(registry):
    registry.failures = [503] * 100
    with pytest.raises(RegistryError, match="GRIDFEED_SCHEMA_REGISTRY_URL"):
        await decoded(registry, [confluent(7)])
    assert registry.asked == {"/schemas/ids/7": 5}


async def test_an_address_where_nothing_listens_raises_without_telling_the_password(registry):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        registry.url = f"http://user:secret@127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(RegistryError, match="does not answer") as caught:
            await decoded(registry, [confluent(7)])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 404, 200])
async def test_an_answer_that_is_no_registry_s_raises(registry, status):
    """A proxy's 404 must not make dead letters of good records."""
    registry.failures = [status]
    with pytest.raises(RegistryError, match=f"status {status} and no schema"):
        await decoded(registry, [confluent(7)])


@pytest.fixture
def https_registry(tmp_path):
    """A registry behind a certificate of a CA of its own, and the file of that CA."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    with running(context) as server:
        server.schemas[7] = TEXTS["TelemetrySample"]
        yield server, tmp_path / "ca.pem"


async def text_with(registry, **given):
    """Ask for schema 7 as settings say."""
    settings = load(schema_registry_url=registry.url, **given)
    access = registry_access(settings)
    client = SchemaRegistry(str(settings.schema_registry_url), attempts=1, access=access)
    try:
        return await client.text(7)
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"schema_registry_token": "a-token"}, "Bearer a-token"),
        (
            {"schema_registry_username": "me", "schema_registry_password": "a-password"},
            "Basic bWU6YS1wYXNzd29yZA==",  # me:a-password
        ),
    ],
    ids=["token", "user"],
)
async def test_over_tls_of_a_private_ca_it_signs_in(https_registry, given, sent):
    registry, ca = https_registry
    assert await text_with(registry, schema_registry_ca_file=ca, **given)
    assert registry.authorizations == [sent]


async def test_a_ca_that_is_not_trusted_is_named_with_its_setting(https_registry):
    with pytest.raises(RegistryError, match="check GRIDFEED_SCHEMA_REGISTRY_CA_FILE"):
        await text_with(https_registry[0])


async def test_a_refused_sign_in_names_its_settings(registry):
    registry.failures = [401]
    with pytest.raises(RegistryError, match="check GRIDFEED_SCHEMA_REGISTRY_USERNAME and _PASS"):
        await text_with(registry)


async def test_a_password_in_the_address_is_sent_and_logged_nowhere(registry, caplog):
    registry.schemas[7] = TEXTS["TelemetrySample"]
    registry.url = registry.url.replace("//", "//me:a-password@")
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="httpx")
    assert await text_with(registry)
    assert registry.authorizations == ["Basic bWU6YS1wYXNzd29yZA=="]
    assert "HTTP Request: GET" in caplog.text
    assert "a-password" not in caplog.text


async def test_of_more_unknown_ids_than_are_remembered_every_message_is_rejected(
    registry, monkeypatch
):
    monkeypatch.setattr("gridfeed.avro.writers._MOST_REMEMBERED", 100)
    batch = [*map(confluent, range(1, 302))]
    ((telemetry, rejected),) = await decoded(registry, batch)
    assert (len(telemetry), len(rejected)) == (0, 301)
    assert {each.reason for each in rejected} == {Reason.UNKNOWN_SCHEMA}
