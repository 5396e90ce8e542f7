"""Ctrl-C, SIGTERM and a closed terminal: the first asks to stop, the next one hurries."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """What a signal does depends on what is going on.

    While `to_stop` is unset it raises KeyboardInterrupt, else it calls that, once. After
    `leaving()` it calls everything in `to_hurry`.
    """

    def __init__(self) -> None:
        """Expect signals while starting."""
        self.to_stop: Callable[[], object] | None = None
        self.to_hurry: list[Callable[[], object]] = []
        self._leaving = False

    def leaving(self) -> None:
        """Say that stopping has begun: who asks from now on, asks for more speed."""
        self._leaving = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take the signals over, but those that this process was told to ignore (nohup)."""
        former = {
            number: signal.signal(number, self._arrived)
            for number in ASKING
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._leaving:
            for hurry in self.to_hurry:
                hurry()
            return
        self._leaving = True
        if self.to_stop is None:
            raise KeyboardInterrupt
        self.to_stop()
