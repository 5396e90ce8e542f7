"""Pages of the feed in memory: the newest, and older ones that were asked for."""

from collections import deque

from api.feed.page import Page
from gridfeed.domain.published.feed_position import Position

#: What is kept of the newest pages, in changes, and how many of the older ones.
WINDOW_WEIGHT = 20_000
HISTORY_PAGES = 40
#: Pages are older than this only when nothing new has come.
WINDOW_SECONDS = 60.0


class KeptPages:
    """The window follows without a gap up to the newest page; the history is any pages."""

    def __init__(self) -> None:
        """Begin with none."""
        self._window: deque[Page] = deque()
        self._history: deque[Page] = deque(maxlen=HISTORY_PAGES)

    def at(self, position: Position) -> Page | None:
        """Return the page that begins to be new at the position; None when it must be read."""
        window = self._window
        if window and window[0].after <= position < window[-1].end:
            low, high = 0, len(window)
            while low < high:
                middle = (low + high) // 2
                if window[middle].end <= position:
                    low = middle + 1
                else:
                    high = middle
            return window[low]
        return next((page for page in self._history if page.covers(position)), None)

    def add_newest(self, page: Page) -> None:
        """Keep the page that follows the window, and less of what is old by then."""
        self._window.append(page)
        weight = sum(page.weight for page in self._window)
        while len(self._window) > 1 and (
            weight > WINDOW_WEIGHT or page.read_at - self._window[0].read_at > WINDOW_SECONDS
        ):
            weight -= self._window.popleft().weight
        while self._history and page.read_at - self._history[0].read_at > WINDOW_SECONDS:
            self._history.popleft()

    def add_older(self, page: Page) -> None:
        """Keep a page that was asked for."""
        self._history.append(page)

    def clear(self) -> None:
        """Keep none."""
        self._window.clear()
        self._history.clear()
