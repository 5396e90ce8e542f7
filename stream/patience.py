"""Waiting out what comes back: a database or a broker that is away."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import structlog
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from gridfeed.storage.connect import will_pass
from gridfeed.wire.registry import RegistryError
from stream.observe import RETRIES

log = structlog.get_logger()
Result = TypeVar("Result")

_PASSING = (
    KafkaError,
    RegistryError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
)


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run `work` until it succeeds, with backoff; what will not pass is raised at once."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, _PASSING) or will_pass(error)),
        wait=wait_exponential_jitter(multiplier=0.1, max=5.0),
        before_sleep=_report,
    ):
        with attempt:
            return await work()
    raise AssertionError("unreachable: the retry loop returns")


def _report(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    RETRIES.labels(type(error).__name__).inc()
    log.warning(
        "database, broker or registry away, retrying",
        attempt=state.attempt_number,
        error=repr(error),
        settings="GRIDFEED_DATABASE_URL, GRIDFEED_KAFKA_BOOTSTRAP, GRIDFEED_SCHEMA_REGISTRY_URL",
    )
