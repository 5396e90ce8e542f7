"""The metrics of all API processes that share a port. Any of the processes can answer for all.

Each process serves its own metrics at a socket file that only this user can reach. Every series has
a label `process`, so that each counter only grows, and a sum over the label is the installation's
total.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

PATIENCE_SECONDS = 2.0
LABEL = "process"


class Processes:
    """This process and its siblings; by default there are no siblings."""

    def __init__(self, directory: Path | None = None, number: int = 0, count: int = 1) -> None:
        """Be process `number` of `count`; `open` lets the siblings ask."""
        self._directory, self._number, self.count = directory, number, count
        self._server: asyncio.Server | None = None

    async def open(self, registry: CollectorRegistry) -> None:
        """Start serving the registry's metrics to the siblings."""

        async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(generate_latest(registry))
            writer.close()

        if self._directory:
            self._server = await asyncio.start_unix_server(tell, self._path(self._number))

    async def close(self) -> None:
        """Stop serving the metrics."""
        if self._server:
            self._server.close()

    async def metrics(self, registry: CollectorRegistry) -> bytes:
        """Return the metrics of the registry and of the siblings in Prometheus' text format."""
        if self._directory is None:
            return generate_latest(registry)
        numbers = [number for number in range(self.count) if number != self._number]
        told = await asyncio.gather(*(self._ask(number) for number in numbers))
        texts = dict(zip(numbers, told, strict=True)) | {self._number: generate_latest(registry)}
        return generate_latest(_together(texts))

    async def _ask(self, number: int) -> bytes | None:
        """Return a sibling's metrics, or None if it does not answer."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._path(number))
                try:
                    return await reader.read()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return None

    def _path(self, number: int) -> Path:
        assert self._directory
        return self._directory / f"{number}.sock"


class _Collected(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _together(texts: Mapping[int, bytes | None]) -> CollectorRegistry:
    families: dict[str, Metric] = {}
    for number, text in sorted(texts.items()):
        for family in text_string_to_metric_families((text or b"").decode()):
            found = families.setdefault(
                family.name, Metric(family.name, family.documentation, family.type)
            )
            for sample in family.samples:
                found.add_sample(sample.name, {**sample.labels, LABEL: str(number)}, sample.value)
    registry = CollectorRegistry()
    answers = Gauge(
        "gridfeed_api_process_answers",
        "Whether the API process answered the last request for its metrics",
        (LABEL,),
        registry=registry,
    )
    for number, text in texts.items():
        answers.labels(str(number)).set(text is not None)
    registry.register(_Collected(families.values()))
    return registry
