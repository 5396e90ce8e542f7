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
from stream.refused import ValuesRefusedError

log = structlog.get_logger()
Result = TypeVar("Result")

_PASSING = (
    KafkaError,
    RegistryError,
    ValuesRefusedError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
)


#: What the process waits for at this moment, by the work that waits.
_waiting: dict[int, str] = {}


def passes(error: BaseException) -> bool:
    """Tell whether trying again makes sense: the error is of something that is away."""
    return isinstance(error, _PASSING) or will_pass(error)


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run `work` until it succeeds, with backoff; what will not pass is raised at once."""
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(passes),
            wait=wait_exponential_jitter(multiplier=0.1, max=5.0),
            before_sleep=lambda state: _report(state, id(work)),
        ):
            with attempt:
                return await work()
    finally:
        _waiting.pop(id(work), None)
    raise AssertionError("unreachable: the retry loop returns")


def waiting_for() -> list[str]:
    """Return what the process waits for at this moment, a sentence each."""
    return sorted(set(_waiting.values()))


def _report(state: RetryCallState, work: int) -> None:
    error = state.outcome.exception() if state.outcome else None
    RETRIES.labels(type(error).__name__).inc()
    _waiting[work] = cause_of(error)
    log.warning("waiting", attempt=state.attempt_number, cause=_waiting[work])


def cause_of(error: BaseException | None) -> str:
    """Return what is away and which setting names it, with the error's own words."""
    if isinstance(error, ValuesRefusedError):
        return str(error)
    return f"{_away(error)} ({str(error) or type(error).__name__})"


def _away(error: BaseException | None) -> str:
    if isinstance(error, KafkaError):
        return "broker: away; check GRIDFEED_KAFKA_BOOTSTRAP"
    if isinstance(error, RegistryError):
        return "schema registry: away; check GRIDFEED_SCHEMA_REGISTRY_URL"
    return "database: away; check GRIDFEED_DATABASE_URL"
