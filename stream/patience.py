"""Waits for a database or a broker that is away, and tries again."""

import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import structlog
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from gridfeed.avro.registry import RegistryError
from gridfeed.clock import ClockDriftError
from gridfeed.kafka.trouble import BrokerRefusesError, grant_cause
from gridfeed.storage.connect import will_pass
from gridfeed.storage.trouble import database_cause, database_fix
from stream.observe import RETRIES
from stream.refused import ValuesRefusedError
from stream.waits import waiting

log = structlog.get_logger()
Result = TypeVar("Result")

_PASSING = (
    ClockDriftError,
    KafkaError,
    RegistryError,
    ValuesRefusedError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
)

#: Refusals of a reachable broker that last until somebody changes its configuration.
_REFUSALS = (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)


def passes(error: BaseException) -> bool:
    """Tell whether trying again makes sense, because the service is only away for a while."""
    return isinstance(error, _PASSING) or will_pass(error)


async def patiently(work: Callable[[], Awaitable[Result]], asked: str = "database") -> Result:
    """Run `work` until it succeeds, with backoff; raise at once an error that does not pass.

    asked: the service that has to answer; `waits` reports it while it does not.
    """
    with waiting(asked) as wait:

        def report(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            RETRIES.labels(type(error).__name__).inc()
            wait.asked, wait.cause = _asked(error), cause_of(error)
            log.warning("waiting", work=wait.work, attempt=state.attempt_number, cause=wait.cause)

        async for attempt in AsyncRetrying(
            retry=retry_if_exception(passes),
            wait=wait_exponential_jitter(multiplier=0.1, max=5.0),
            before_sleep=report,
        ):
            with attempt:
                return await work()
    raise AssertionError("unreachable: the retry loop returns")


def cause_of(error: BaseException | None) -> str:
    """Return which service is away or refuses, the setting that names it, and its own words."""
    if isinstance(error, BrokerRefusesError | ClockDriftError | RegistryError | ValuesRefusedError):
        return str(error)
    if isinstance(error, KafkaError) and (cause := grant_cause(error, "the worker")):
        return f"broker: {cause}"
    return f"{_away(error)} ({str(error) or type(error).__name__})"


def _away(error: BaseException | None) -> str:
    if isinstance(error, _REFUSALS):
        return "broker: refuses the request; grant the right, or change the topic's configuration"
    if isinstance(error, UnknownTopicOrPartitionError):
        return "broker: a topic is missing; run `gridfeed topics --create`"
    if isinstance(error, asyncpg.LockNotAvailableError):
        return "database: another session locks rows; see pg_locks and pg_stat_activity"
    if isinstance(error, ssl.SSLError):
        return f"database: {database_cause(error)}; {database_fix(error)}"
    settings = {
        "broker": "GRIDFEED_KAFKA_BOOTSTRAP",
        "schema registry": "GRIDFEED_SCHEMA_REGISTRY_URL",
        "database": "GRIDFEED_DATABASE_URL",
    }
    return f"{_asked(error)}: away; check {settings[_asked(error)]}"


def _asked(error: BaseException | None) -> str:
    if isinstance(error, KafkaError):
        return "broker"
    if isinstance(error, ClockDriftError):
        return "clock"
    return "schema registry" if isinstance(error, RegistryError) else "database"
