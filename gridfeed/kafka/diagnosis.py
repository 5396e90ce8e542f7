"""Finds out why brokers refuse a client; aiokafka only says that it cannot connect."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.conn import AIOKafkaConnection, collect_hosts, create_conn
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest

from gridfeed.kafka.security import client_options
from gridfeed.kafka.tokens import EndpointTokens
from gridfeed.kafka.trouble import BrokerRefusesError, Cause, cause_in
from gridfeed.settings import Settings

#: How long one broker may take to answer.
PROBE_SECONDS = 5.0
_PROBE_MS = int(PROBE_SECONDS * 1000)
#: Errors that end an attempt to connect.
_BROKEN = (OSError, KafkaError, TimeoutError, EOFError)


async def diagnosed(settings: Settings, error: KafkaError) -> KafkaError:
    """Return the error, or a better one that names the cause and the setting, if they are found.

    Asks the brokers again, each for a few seconds at most.
    """
    cause = cause_in(error, settings)
    if cause is None and (found := await _probed(settings)) is not None:
        cause = found
    return error if cause is None else BrokerRefusesError(cause)


async def _probed(settings: Settings) -> Cause | None:
    """Return why the first reachable broker refuses the client; bootstrap brokers come first."""
    asked: set[tuple[str, int]] = set()
    waiting = [(host, port) for host, port, _ in collect_hosts(settings.kafka_bootstrap)]
    while waiting:
        asked.update(waiting)
        answers = await asyncio.gather(*(_ask(settings, *place) for place in waiting))
        for answer in answers:
            if isinstance(answer, Cause):
                return answer
        told = {place for answer in answers if isinstance(answer, set) for place in answer}
        waiting = sorted(told - asked)
    return None


async def _ask(settings: Settings, host: str, port: int) -> Cause | set[tuple[str, int]] | None:
    """Return the brokers that a broker names, or why it names none; None: it is away."""
    options = {
        name: value
        for name, value in client_options(settings).items()
        if name != "bootstrap_servers"
    }
    try:
        async with _connected(host, port, options) as connection:
            answer = await connection.send(MetadataRequest([]))
        return {(each[1], each[2]) for each in answer.brokers}
    except _BROKEN as error:
        cause = cause_in(error, settings) or await _mistaken(settings, host, port)
        tokens = options.get("sasl_oauth_token_provider")
        if isinstance(tokens, EndpointTokens):
            tokens.forget()
        return cause and Cause(f"{host}:{port} {cause.seen}", cause.fix)


async def _mistaken(settings: Settings, host: str, port: int) -> Cause | None:
    """Return the cause if a broker is there but speaks another protocol at that port."""
    protocol = settings.kafka_security_protocol
    if protocol.endswith("SSL"):
        try:
            async with _connected(host, port, {}):
                return Cause(
                    "does not use TLS at that port",
                    "set GRIDFEED_KAFKA_SECURITY_PROTOCOL to"
                    f" {'SASL_PLAINTEXT' if protocol == 'SASL_SSL' else 'PLAINTEXT'},"
                    " or the port of a TLS listener in GRIDFEED_KAFKA_BOOTSTRAP",
                )
        except _BROKEN:
            return None
    if await _speaks_tls(host, port):
        return Cause(
            "expects TLS at that port",
            "set GRIDFEED_KAFKA_SECURITY_PROTOCOL to"
            f" {'SASL_SSL' if protocol == 'SASL_PLAINTEXT' else 'SSL or SASL_SSL'}",
        )
    try:
        async with _connected(host, port, {}):
            return Cause(
                "expects SASL at that port",
                "set GRIDFEED_KAFKA_SECURITY_PROTOCOL to SASL_PLAINTEXT"
                " and GRIDFEED_KAFKA_SASL_MECHANISM",
            )
    except _BROKEN:
        return None


@asynccontextmanager
async def _connected(
    host: str, port: int, options: dict[str, Any]
) -> AsyncIterator[AIOKafkaConnection]:
    """Connect, sign in (which includes a first question) and disconnect."""
    connection = await create_conn(host, port, request_timeout_ms=_PROBE_MS, **options)
    try:
        yield connection
    finally:
        connection.close()


async def _speaks_tls(host: str, port: int) -> bool:
    # The owner of the certificate does not matter: this connection carries no data.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
