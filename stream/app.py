"""Builds the Faust app of a worker with a factory: importing this module opens nothing."""

from collections.abc import Callable
from pathlib import Path

import faust
from faust.auth import Credentials, OAuthCredentials, SASLCredentials, SSLCredentials
from faust.types import StreamT

from gridfeed.kafka.clients import REQUEST_SECONDS
from gridfeed.kafka.security import client_options
from gridfeed.kafka.topics import input_topics
from gridfeed.settings import Settings
from stream.batch_app import BatchApp, BatchSchema
from stream.batch_transport import Batch
from stream.ingestion import Ingestion
from stream.unpacked import bound_unpacking

#: Limits a batch: the bytes that one fetch reads from one partition.
FETCH_BYTES = 1_048_576
#: How soon the consumer notices topics and partitions that are created while it runs.
METADATA_MS = 3_000
#: Batches that may wait for an agent, which only passes them on to their partitions.
BUFFERED_BATCHES = 16


def build_app(settings: Settings, directory: Path) -> BatchApp:
    """Return an app that reads batches and commits only for lag metrics; no web server, no tables.

    directory: without it Faust creates a directory where the process runs. Nothing is kept in it.
    """
    bound_unpacking()
    return BatchApp(
        settings.kafka_group,
        datadir=directory,
        broker=";".join(f"kafka://{host.strip()}" for host in settings.kafka_bootstrap.split(",")),
        broker_credentials=credentials(settings),
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MS,
        consumer_max_fetch_size=FETCH_BYTES,
        stream_buffer_maxsize=BUFFERED_BATCHES,
        stream_wait_empty=False,
        # Faust refuses a request timeout that is shorter than a session.
        broker_request_timeout=max(REQUEST_SECONDS, settings.kafka_session_seconds),
        broker_session_timeout=settings.kafka_session_seconds,
        broker_heartbeat_interval=settings.kafka_session_seconds / 5,
        autodiscover=False,
    )


def credentials(settings: Settings) -> Credentials | None:
    """Return the credentials of Faust's consumer; None for a broker that asks for none.

    Raises BadSettingsError, which names every file that cannot be used.
    """
    options = client_options(settings)
    context = options.get("ssl_context")
    if "sasl_oauth_token_provider" in options:
        return OAuthCredentials(oauth_cb=options["sasl_oauth_token_provider"], ssl_context=context)
    if "sasl_mechanism" in options:
        return SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=options["sasl_mechanism"],
            ssl_context=context,
        )
    return None if context is None else SSLCredentials(context)


def add_agents(app: BatchApp, settings: Settings, ingestion: Callable[[], Ingestion]) -> None:
    """Give every input topic an agent that passes its batches to the ingestion.

    The ingestion acknowledges the batches.
    """
    for topic in input_topics(settings):
        app.agent(app.topic(topic, schema=BatchSchema()), name=f"gridfeed.{topic}")(
            _funnel(ingestion)
        )


def _funnel(ingestion: Callable[[], Ingestion]) -> Callable[[StreamT[Batch]], object]:
    async def agent(stream: StreamT[Batch]) -> None:
        async for event in stream.noack().events():
            ingestion().receive(event.message.tp, event)

    return agent


def follow_assignment(app: faust.App, ingestion: Callable[[], Ingestion]) -> None:
    """Open and give up partitions as the consumer group assigns and revokes them."""

    async def assigned(_: faust.App, tps: set[object], **__: object) -> None:
        ingestion().assigned(tps)

    async def revoked(_: faust.App, tps: set[object], **__: object) -> None:
        await ingestion().revoked(tps)

    app.on_partitions_assigned.connect(assigned, weak=False)
    app.on_partitions_revoked.connect(revoked, weak=False)
