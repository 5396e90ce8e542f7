"""Reads segments and raw samples over HTTP, page by page; decimals stay exact."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx

from cli.proof.compare import FetchedSample
from cli.proof.published import instant_us
from gridfeed.domain.calendar.instants import DAY_US, instant, rfc3339
from gridfeed.domain.telemetry.samples import QUANTA_PER_KW
from gridfeed.domain.words import ProductionFormat

_CONNECTIONS = 8
#: The longest range of raw samples that the API answers, in microseconds.
_LONGEST_RANGE = 7 * DAY_US


class NotAnsweredError(Exception):
    """The API did not answer, or cannot answer now; a later attempt may succeed."""


class RefusedError(Exception):
    """The API refused the request: a token, an address or a version is wrong."""


class PublicApi:
    """A client of one API with one token. Use as an asynchronous context manager."""

    def __init__(self, url: str, token: str) -> None:
        """Connect at the first request. url: base URL without a path."""
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(60, pool=None),
            limits=httpx.Limits(max_connections=_CONNECTIONS),
        )

    async def __aenter__(self) -> "PublicApi":
        """Return the client."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def segments(
        self, meter_numbers: Sequence[str], window: tuple[int, int]
    ) -> list[Mapping[str, Any]]:
        """Return the meters' telemetry segments that touch a window, in microseconds."""
        page = await self._get(
            "/cds/v1/usage-segments",
            {
                "meter_numbers": " ".join(meter_numbers),
                "production_formats": ProductionFormat.SCADA.value,
                "after": rfc3339(instant(window[0])),
                "before": rfc3339(instant(window[1])),
            },
        )
        found = list(page["usage_segments"])
        while page["next"]:
            page = await self._get(page["next"], None)
            found += page["usage_segments"]
        return found

    async def samples(
        self, meter_number: str, channel: str, first: int, last: int
    ) -> list[FetchedSample]:
        """Return the raw samples of a channel from `first` to `last`, both included."""
        found: list[FetchedSample] = []
        for start in range(first, last + 1, _LONGEST_RANGE):
            end = min(start + _LONGEST_RANGE, last + 1)
            page = await self._get(
                "/v1/telemetry",
                {
                    "meter_number": meter_number,
                    "start": rfc3339(instant(start)),
                    "end": rfc3339(instant(end)),
                },
            )
            found += _samples(page, channel)
            while page["next"]:
                page = await self._get(page["next"], None)
                found += _samples(page, channel)
        return found

    async def _get(self, url: str, parameters: Mapping[str, str] | None) -> Any:
        try:
            answer = await self._client.get(url, params=parameters)
        except httpx.TransportError as error:
            raise NotAnsweredError(f"no answer from {self._client.base_url}: {error}") from error
        said = f"{url.partition('?')[0]} answers {answer.status_code}: {answer.text[:300]}"
        if answer.status_code >= 500 or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise NotAnsweredError(said)
        if answer.status_code != 200:
            raise RefusedError(said)
        return json.loads(answer.text, parse_float=Decimal)


def _samples(page: Mapping[str, Any], channel: str) -> list[FetchedSample]:
    return [
        FetchedSample(
            instant_us(sample["observed_at"]),
            Decimal(sample["power_kw"]) * QUANTA_PER_KW,
            sample["quality"],
        )
        for sample in page["samples"]
        if sample["channel"] == channel
    ]
