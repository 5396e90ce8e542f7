"""The one reader of the feed in this process, however many follow it.

It reads the newest changes every `poll_seconds` while anybody follows, keeps the last pages in
memory, and reads older ones when they are asked for: one page at a time, for everybody who waits in
its range. So there are never more than two statements under way, and none when nobody follows.
Polling, not LISTEN: a NOTIFY in the writers' transactions takes a lock on the whole database at
every commit, and a page may be read only when older transactions are through, which nothing tells.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import TypeVar

import structlog

from api.feed.audience import Audience
from api.feed.kept import KeptPages
from api.feed.page import Page
from api.feed.parts import in_parts
from api.reading.database import DatabaseAwayError
from api.reading.session import TooMuchWorkError
from api.web.transport.freshness import Freshness
from gridfeed.domain.published.feed_position import START, Position
from gridfeed.storage import feed
from gridfeed.storage.connect import Connection
from gridfeed.storage.feed import FeedChange, FeedValue, GoneError

log = structlog.get_logger()
T = TypeVar("T")

#: Changes that one statement reads.
PAGE_CHANGES = 500
#: Changes, roughly, by which one is far behind.
FAR = 20_000
#: How long nobody may follow before the window is begun anew.
IDLE_SECONDS = 5.0
#: While it is followed: how lately it was seen whether pages in memory still say whose they are.
SEEN_SECONDS = 1.0
AWAY_SECONDS = 1.0
#: Reading will work again; nothing is lost meanwhile.
PASSING = (DatabaseAwayError, TooMuchWorkError)

Connect = Callable[[], AbstractAsyncContextManager[Connection]]


class SharedFeed:
    """The feed from any position on.

    head: up to where it is followed; None: not yet. newest_read: up to where anybody has read it.
    catalogue: another one after each declaration.
    """

    def __init__(
        self, connect: Connect, poll_seconds: float, arrived: Callable[[Page | None], None]
    ) -> None:
        """connect: gives a connection that sees everything.

        arrived: called with every page as it becomes the newest, or None when `head` has jumped.
        """
        self.head: Position | None = None
        self.newest_read: Position = START
        self.catalogue: int | None = None
        self._connect = connect
        self._poll_seconds = poll_seconds
        self._arrived = arrived
        self._kept = KeptPages()
        self._asked: deque[tuple[Position, asyncio.Future[Page]]] = deque()
        self._question, self._followed = asyncio.Event(), asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._floor = Freshness(lambda: self._ask(feed.oldest))
        self._declared = Freshness(lambda: self._ask(feed.catalogue))
        self._followers = 0
        self._seen = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Start reading when somebody follows."""
        self._tasks = [
            asyncio.create_task(self._follow_for_ever(), name="read the feed"),
            asyncio.create_task(self._answer_for_ever(), name="read the feed's past"),
        ]

    async def close(self) -> None:
        """Stop reading."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Keep the newest changes coming for as long as this is entered."""
        self._followers += 1
        self._followed.set()
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                self._followed.clear()

    @property
    def following(self) -> bool:
        """Tell whether somebody follows, so that `head` is of this moment."""
        return self._followers > 0

    def in_memory(self, position: Position) -> Page | None:
        """Return the page that begins to be new at the position; None when it must be read."""
        return self._kept.at(position)

    async def look(self) -> None:
        """Forget pages that say wrongly whose the changes are. Raises as `read`."""
        now = asyncio.get_running_loop().time()
        if not self.following or now - self._seen > SEEN_SECONDS:
            self._forget_former(await self._declared.state())

    def _forget_former(self, catalogue: int) -> None:
        """Forget all pages once something was declared: they know projects as they were then."""
        if self.catalogue != catalogue:
            self.catalogue = catalogue
            self._kept.clear()
            self._arrived(None)

    async def read(self, position: Position) -> Page:
        """Return changes behind a position, as of now.

        Raises GoneError, and DatabaseAwayError or TooMuchWorkError.
        """
        future: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._asked.append((position, future))
        self._question.set()
        return await future

    async def behind(self, audience: Audience, position: Position) -> Page:
        """Return changes behind a position of which the audience misses none. Raises as `read`.

        Whoever is a little behind shares pages with all the others who are; whoever is far behind
        and sees little has its own, that hold nothing else.
        """
        page = self.in_memory(position)
        if page is not None:
            return page
        if not audience.narrow or self.head is None or self.head[1] - position[1] < FAR:
            return await self.read(position)
        async with self._one_at_a_time:
            found = await self._ask_now(
                lambda connection: feed.read_page_of(connection, position, PAGE_CHANGES, audience)
            )
        return Page(found, asyncio.get_running_loop().time())

    async def check(self, position: Position) -> None:
        """Raise GoneError when changes behind a position are no longer kept, and as `read`.

        All who come back at once, as from a server that stopped, share the question.
        """
        if position != self.head and self.in_memory(position) is None:
            oldest = await self._floor.state()
            if START < position < oldest:
                raise GoneError(position, oldest)

    def dismiss(self) -> None:
        """Let go whoever waits for a page: this process stops."""
        while self._asked:
            _, future = self._asked.popleft()
            if not future.done():
                future.set_exception(DatabaseAwayError("this process stops"))

    async def newest(self) -> Position:
        """Return the position behind which everything is new from now on. Raises as `read`."""
        return await self._ask(feed.newest)

    async def load_values(self, page: Page, audience: Audience, position: Position) -> None:
        """Read the values that an audience sees behind a position, unless that was done.

        What others wait for on this page is read with them. Raises as `read`.
        """
        places = [place for place, _ in page.seen(audience, position)]
        if not (lacking := page.lacking(places)):
            return
        page.wanted |= lacking
        async with page.loading:
            if page.lacking(places):
                wanted = sorted(page.wanted.union(places))
                page.load(wanted, await self._values([page.changes[place] for place in wanted]))
                page.wanted = page.lacking(page.wanted)

    async def _values(self, changes: Sequence[FeedChange]) -> list[list[FeedValue] | None]:
        found: list[list[FeedValue] | None] = []
        for part in in_parts(changes):
            found += await self._ask(lambda c, part=part: feed.read_values(c, part))  # type: ignore[misc]
        return found

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._one_at_a_time:
            return await self._ask_now(question)

    async def _ask_now(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._connect() as connection:
            return await question(connection)

    async def _follow_for_ever(self) -> None:
        while True:
            await self._followed.wait()
            try:
                async with self._connect() as connection:
                    await self._follow(connection)
            except GoneError:
                self.head = None
            except PASSING:
                await asyncio.sleep(AWAY_SECONDS)
            except Exception:  # one fault must not silence everybody's streams
                log.exception("the feed could not be read")
                await asyncio.sleep(AWAY_SECONDS)

    async def _follow(self, connection: Connection) -> None:
        """Read what is new as long as somebody follows, on one connection."""
        loop = asyncio.get_running_loop()
        if self.head is None or loop.time() - self._seen > IDLE_SECONDS:
            await self._begin(connection)
        while self._followers:
            pause = await self._step(connection)
            self._seen = loop.time()
            await asyncio.sleep(pause)

    async def _begin(self, connection: Connection) -> None:
        """Begin at the feed's end, with nothing in memory."""
        self.head = self.newest_read = await feed.newest(connection)
        self._kept.clear()
        self._arrived(None)

    async def _step(self, connection: Connection) -> float:
        """Read what is new; return how long to wait before the next look."""
        assert self.head is not None
        self._forget_former(await feed.catalogue(connection))
        page = await _page(connection, self.head)
        if page.end == self.head:
            return self._poll_seconds
        self._kept.add_newest(page)
        self.head = self.newest_read = page.end
        self._arrived(page)
        return 0.0 if page.full else self._poll_seconds

    async def _answer_for_ever(self) -> None:
        while True:
            await self._question.wait()
            self._question.clear()
            while self._asked:
                await self._answer()

    async def _answer(self) -> None:
        """Read one page for the one who waits longest, and for all who can use it.

        Not for those who asked while it was read: they want to know what is new by then.
        """
        position, future = self._asked.popleft()
        if future.done():
            return
        waiting, known = len(self._asked), self.catalogue
        try:
            async with self._one_at_a_time:
                page = await self._ask_now(lambda connection: _page(connection, position))
        except Exception as error:  # noqa: BLE001 - who asked hears of it, the next is answered
            if not future.done():
                future.set_exception(error)
            return
        self.newest_read = max(self.newest_read, page.end)
        if page.full and known == self.catalogue:
            self._kept.add_older(page)
        if not future.done():
            future.set_result(page)
        self._share(page, position, waiting)

    def _share(self, page: Page, position: Position, waiting: int) -> None:
        kept = []
        for _ in range(min(waiting, len(self._asked))):
            other, future = self._asked.popleft()
            if not (page.covers(other) or other == position):
                kept.append((other, future))
            elif not future.done():
                future.set_result(page)
        self._asked.extendleft(reversed(kept))


async def _page(connection: Connection, position: Position) -> Page:
    page = await feed.read_page(connection, position, PAGE_CHANGES)
    return Page(page, asyncio.get_running_loop().time())
