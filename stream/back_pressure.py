"""Stops fetching a partition while its batches wait; all other partitions are still fetched."""

from aiokafka import AIOKafkaConsumer
from faust.types import TP

from gridfeed import clock

#: While a partition is held, a broker without new messages answers a fetch after this time. Until
#: it answers, it is asked for no other partition, not even for one that was released meanwhile.
HELD_FETCH_MS = 50
#: The same time while no partition is held. The watermark of a log without new messages lags by as
#: much.
USUAL_FETCH_MS = 500


class HeldPartitions:
    """The partitions that are not fetched."""

    def __init__(self) -> None:
        """Hold none."""
        self._held: set[TP] = set()
        self._released_us: dict[TP, int] = {}

    def __contains__(self, tp: TP) -> bool:
        """Tell whether the partition is held."""
        return tp in self._held

    def hold(self, tp: TP) -> bool:
        """Hold a partition; tell whether it was not held before."""
        is_news = tp not in self._held
        self._held.add(tp)
        return is_news

    def release(self, tp: TP) -> bool:
        """Release a partition; tell whether it was held before."""
        is_news = tp in self._held
        if is_news:
            self._held.discard(tp)
            self._released_us[tp] = clock.now_us()
        return is_news

    def forget(self, tp: TP) -> bool:
        """Forget a partition that is given up; tell whether it was held."""
        self._released_us.pop(tp, None)
        was_held = tp in self._held
        self._held.discard(tp)
        return was_held

    def is_news(self, tp: TP, answered_us: int) -> bool:
        """Tell whether an answer of `answered_us` says where the log ends now."""
        return tp not in self._held and answered_us >= self._released_us.get(tp, 0)

    def snapshot(self) -> frozenset[TP]:
        """Return the partitions that are held."""
        return frozenset(self._held)


def apply_holds(consumer: AIOKafkaConsumer, held: frozenset[TP]) -> None:
    """Fetch all assigned partitions except the held ones; runs in the consumer's own thread."""
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
