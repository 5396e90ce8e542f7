"""Ctrl-C, SIGTERM and a closed terminal: the first signal asks to stop, the next one hurries."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Handles signals. Their effect depends on the state of the program.

    While `to_stop` is None, a signal raises KeyboardInterrupt; otherwise it calls `to_stop`, once.
    After that, or after `leaving()`, a signal calls everything in `to_hurry`.
    """

    def __init__(self) -> None:
        """Begin in the state of a program that is starting."""
        self.to_stop: Callable[[], object] | None = None
        self.to_hurry: list[Callable[[], object]] = []
        self._leaving = False

    def leaving(self) -> None:
        """Note that stopping has begun: from now on a signal asks for more speed."""
        self._leaving = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Handle the signals, except those that this process was told to ignore (nohup)."""
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
