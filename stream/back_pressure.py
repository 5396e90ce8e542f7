"""Holds up the fetching of single partitions while their batches wait, and of no other."""

from aiokafka import AIOKafkaConsumer
from faust.types import TP

from gridfeed import clock

#: While partitions are held up, a broker that has nothing of the others answers after so long: it
#: is asked for nothing else before, also not for a partition that may go on again.
HELD_FETCH_MS = 50
#: The same while none is held up. The watermark of a log in which nothing comes lags by as much.
USUAL_FETCH_MS = 500


class HeldPartitions:
    """Which partitions are not fetched."""

    def __init__(self) -> None:
        """Hold none."""
        self._held: set[TP] = set()
        self._released_us: dict[TP, int] = {}

    def __contains__(self, tp: TP) -> bool:
        """Tell whether the partition is held up."""
        return tp in self._held

    def hold(self, tp: TP) -> bool:
        """Hold a partition up; tell whether that is news."""
        is_news = tp not in self._held
        self._held.add(tp)
        return is_news

    def release(self, tp: TP) -> bool:
        """Let a partition go on; tell whether that is news."""
        is_news = tp in self._held
        if is_news:
            self._held.discard(tp)
            self._released_us[tp] = clock.now_us()
        return is_news

    def forget(self, tp: TP) -> bool:
        """Know nothing more of a partition that is given up; tell whether it was held up."""
        self._released_us.pop(tp, None)
        was_held = tp in self._held
        self._held.discard(tp)
        return was_held

    def is_news(self, tp: TP, answered_us: int) -> bool:
        """Tell whether what a broker answered then says how far the partition's log goes now."""
        return tp not in self._held and answered_us >= self._released_us.get(tp, 0)

    def snapshot(self) -> frozenset[TP]:
        """Return those that are held up."""
        return frozenset(self._held)


def apply_holds(consumer: AIOKafkaConsumer, held: frozenset[TP]) -> None:
    """Fetch all assigned partitions but those; to be called in the consumer's own thread."""
    fetcher, subscription = consumer._fetcher, consumer._subscription.subscription  # noqa: SLF001
    if fetcher is None or subscription is None or subscription.assignment is None:
        return
    fetcher._fetch_max_wait_ms = HELD_FETCH_MS if held else USUAL_FETCH_MS  # noqa: SLF001
    for tp in subscription.assignment.tps:
        state = subscription.assignment.state_value(tp)
        if tp in held:
            state.pause()
        else:
            state.resume()
