"""Asks the API repeatedly until its answers agree with the ledger, or the time is up."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from cli.proof.compare import Fault, Finding, compare_intervals, compare_samples
from cli.proof.expected import ExpectedSeries
from cli.proof.public_api import NotAnsweredError, PublicApi
from cli.proof.published import Published, read_segments
from gridfeed import clock
from gridfeed.domain.words import Channel

#: The number of series in one request: their segments of two days fit one page.
_TOGETHER = 50
_PAUSE_SECONDS = 2.0
#: A fault that stays the same for this long is final.
_SETTLED_SECONDS = 30.0


class Verification:
    """The differences from the ledger, as of the last request for each series."""

    def __init__(
        self, api: PublicApi, series: Sequence[ExpectedSeries], settled: Callable[[int], None]
    ) -> None:
        """settled: gets the number of series that newly agree with the ledger."""
        self._api = api
        self._settled = settled
        self._waiting = list(series)
        self._findings: dict[tuple[str, Channel], list[Finding]] = {}
        self._open: dict[tuple[str, Channel], int] = {}
        self.intervals = sum(len(each.intervals) for each in series)
        self.samples = sum(len(each.samples) for each in series)
        #: The end of the last expected interval, in microseconds since the epoch.
        self.last_end = max((each.window[1] for each in series), default=0)

    @property
    def open(self) -> int:
        """Return the number of intervals that had not ended when requested; they do not count."""
        return sum(self._open.values())

    @property
    def findings(self) -> list[Finding]:
        """Return all remaining differences."""
        return [finding for found in self._findings.values() for finding in found]

    def count(self, what: str) -> dict[str, int]:
        """Return the numbers of lost, doubled and wrong ones. what: "interval" or "sample"."""
        faults = Counter(finding.fault for finding in self.findings if finding.what == what)
        return {fault.value: faults[fault] for fault in Fault}

    async def run(self, until: float) -> None:
        """Compare until all series agree with the ledger, or the loop's clock says `until`.

        It ends early if nothing is lost, so that the worker is not behind, and nothing changes any
        more. Raises NotAnsweredError if the API does not answer at `until`, and
        public_api.RefusedError.
        """
        loop = asyncio.get_running_loop()
        seen, since = self.findings, loop.time()
        while True:
            try:
                await self._round()
            except NotAnsweredError:
                if loop.time() >= until:
                    raise
                since = loop.time()
            if self.findings != seen:
                seen, since = self.findings, loop.time()
            if not self._waiting or loop.time() >= until or self._is_settled(loop.time() - since):
                return
            await asyncio.sleep(min(_PAUSE_SECONDS, max(until - loop.time(), 0)))

    def _is_settled(self, unchanged_seconds: float) -> bool:
        lost = any(finding.fault is Fault.LOST for finding in self.findings)
        return not (lost or self.open) and unchanged_seconds >= _SETTLED_SECONDS

    async def _round(self) -> None:
        asked, self._waiting = self._waiting, []
        for first in range(0, len(asked), _TOGETHER):
            group = asked[first : first + _TOGETHER]
            try:
                settled = await self._group(group)
            except NotAnsweredError:
                self._waiting += asked[first:]
                raise
            self._settled(settled)

    async def _group(self, group: Sequence[ExpectedSeries]) -> int:
        windows = [each.window for each in group]
        window = min(first for first, _ in windows), max(end for _, end in windows)
        numbers = sorted({each.meter_number for each in group})
        now = clock.now_us()
        published = read_segments(await self._api.segments(numbers, window))
        found = await asyncio.gather(*(self._one(each, published, now) for each in group))
        before = len(self._waiting)
        for series, findings in zip(group, found, strict=True):
            self._findings[series.key] = findings
            self._open[series.key] = len(series.intervals) - len(_ended(series, now))
            if findings or self._open[series.key]:
                self._waiting.append(series)
        return len(group) - (len(self._waiting) - before)

    async def _one(self, series: ExpectedSeries, published: Published, now: int) -> list[Finding]:
        fetched = await self._api.samples(
            series.meter_number, series.channel, series.samples[0].at, series.samples[-1].at
        )
        where = f"{series.meter_number} {series.channel}"
        mine = published.get(series.key, {})
        return [
            *compare_intervals(series, mine, _ended(series, now)),
            *compare_samples(series.samples, fetched, where),
        ]


def _ended(series: ExpectedSeries, now: int) -> list[int]:
    return [start for start in series.intervals if start + series.rule.length <= now]
