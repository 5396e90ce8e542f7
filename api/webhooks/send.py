"""One signed POST to a judged address, within bounds of time and size; says how it went."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

import httpx
import structlog
from standardwebhooks import Webhook

import gridfeed
from api.webhooks.address import RefusedTargetError, Resolve, Rule, Target, target
from api.webhooks.schedule import read_retry_after
from api.webhooks.transport import BoundedTransport

log = structlog.get_logger()

CONNECT_SECONDS = 5.0
#: Of an answer's body no more is read: what counts is its status.
MOST_ANSWER_BYTES = 64 * 1024
LONGEST_ERROR = 300


class Result(StrEnum):
    """How an attempt went; a label of the metrics."""

    DELIVERED = "delivered"
    ANSWERED = "answered"  # with a status that is not 2xx
    GONE = "gone"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # by us: there is no address, or one that is not allowed


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. message_id: the same at every attempt (`webhook-id`)."""

    message_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt. status: the answer's; error: what went wrong, None when nothing did."""

    result: Result
    status: int | None
    error: str | None
    duration: timedelta
    retry_after: timedelta | None = None


def signed_headers(message: Message, secrets: Sequence[bytes], at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks: one signature for each secret, newest first.

    at: the attempt's instant, aware, in UTC (the library does not convert it).
    """
    assert at.utcoffset() == timedelta(0)
    text = message.body.decode()
    signatures = (Webhook(secret).sign(message.message_id, at, text) for secret in secrets)
    return {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"Gridfeed/{gridfeed.__version__}",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class Sender:
    """Posts messages. Every attempt resolves, judges and connects anew."""

    def __init__(
        self, rule: Rule, resolve: Resolve, total_seconds: float, monotonic: Callable[[], float]
    ) -> None:
        """total_seconds: of one attempt, from resolving to the end of the answer."""
        self._rule = rule
        self._resolve = resolve
        self._total = total_seconds
        self._monotonic = monotonic

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Most installations send nothing, and reading every authority's certificate takes a while.
        return httpx.create_ssl_context()

    async def send(
        self, url: str, secrets: Sequence[bytes], message: Message, at: datetime
    ) -> Outcome:
        """Send once; at: now, aware, in UTC. Raises nothing that a receiver could cause."""
        began = self._monotonic()
        result, status, error, wait = Result.DELIVERED, None, None, None
        headers = signed_headers(message, secrets, at)
        try:
            async with asyncio.timeout(self._total):
                where = await target(url, self._rule, self._resolve)
                status, retry_after = await self._post(where, headers, message.body)
                result, error = _judged(status)
                wait = read_retry_after(retry_after, at) if error else None
        except TimeoutError:
            result, error = Result.TIMED_OUT, f"no complete answer within {self._total:g} s"
        except RefusedTargetError as refused:
            result, error = Result.REFUSED, str(refused)
        except (httpx.HTTPError, OSError) as fault:
            result, error = Result.UNREACHABLE, f"{type(fault).__name__}: {fault}"
        except Exception as fault:  # what nobody thought of is a failure that is noted, too
            log.exception("an answer of a webhook's receiver was not understood")
            result, error = (
                Result.UNREACHABLE,
                f"{type(fault).__name__}: the answer was not understood",
            )
        duration = timedelta(seconds=self._monotonic() - began)
        return Outcome(result, status, error and error[:LONGEST_ERROR], duration, wait)

    async def _post(
        self, where: Target, headers: dict[str, str], body: bytes
    ) -> tuple[int, str | None]:
        """Return the answer's status and Retry-After, of the first address that connects."""
        *others, last = where.addresses
        for address in others:
            try:
                return await self._post_to(address, where, headers, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._post_to(last, where, headers, body)

    async def _post_to(
        self, address: str, where: Target, headers: dict[str, str], body: bytes
    ) -> tuple[int, str | None]:
        timeout = httpx.Timeout(self._total, connect=CONNECT_SECONDS)
        # No environment: a proxy of the environment would resolve the name once more.
        transport = BoundedTransport(self._tls)
        async with (
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout) as client,
            client.stream(
                "POST",
                where.url.copy_with(host=address),
                content=body,
                headers=headers | {"host": where.url.netloc.decode()},
                # The certificate is judged by the name, though the connection goes to an address.
                extensions={"sni_hostname": where.url.raw_host.decode()},
            ) as answer,
        ):
            await _read_within_bounds(answer)
            return answer.status_code, answer.headers.get("retry-after")


async def _read_within_bounds(answer: httpx.Response) -> None:
    read = 0
    async for part in answer.aiter_raw():
        read += len(part)
        if read > MOST_ANSWER_BYTES:
            return


def _judged(status: int) -> tuple[Result, str | None]:
    if 200 <= status < 300:
        return Result.DELIVERED, None
    if status == 410:
        return Result.GONE, "410 Gone: the receiver wants no more messages"
    redirect = "; redirects are not followed" if 300 <= status < 400 else ""
    return Result.ANSWERED, f"answered {status} instead of 2xx{redirect}"
