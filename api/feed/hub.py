"""Hands the feed to whoever follows it, each from its own position, each with its own grant.

A reader has no queue: it takes what comes behind its position when it is ready for it, from pages
that all readers share. One that falls behind costs no memory and misses nothing. Those who are far
behind take turns, so that however many they are, what is new waits for one of them at most.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from api.feed.audience import Audience
from api.feed.batches import gathered, plain
from api.feed.events import Batch, Event
from api.feed.kept import WINDOW_SECONDS
from api.feed.page import Page
from api.feed.reader import Reader
from api.feed.shared import AWAY_SECONDS, PAGE_CHANGES, PASSING, Connect, SharedFeed
from api.feed.turns import Turns
from api.reading.session import TooMuchWorkError
from gridfeed.domain.published.feed_position import START, Position
from gridfeed.storage.feed import FeedChange

#: Changes of one batch that is pushed.
BATCH_CHANGES = 1000
#: Pages that coalesced updates of one batch come from, and that one poll goes through.
PAGES_AT_ONCE = 20
#: Batches kept for others who stand where somebody stood.
KEPT_BATCHES = 128
#: Who is more changes behind, roughly, takes turns with the others who are.
BEHIND_CHANGES = 2 * PAGE_CHANGES
#: How long one request waits for its turn.
TURN_SECONDS = 30.0


class Hub:
    """The feed for every audience of this process; it waits while the database is away."""

    def __init__(
        self,
        connect: Connect,
        poll_seconds: float,
        pushed: Callable[[Sequence[FeedChange]], None] = lambda _: None,
    ) -> None:
        """connect: gives a connection that sees everything. `feed.open` starts reading.

        pushed: told the changes of every new page once its readers are woken.
        """
        self._pushed = pushed
        self.feed = SharedFeed(connect, poll_seconds, self._arrived)
        #: Readers who have seen everything up to `_checked`, which moves with every page.
        self._at_head: defaultdict[Audience, set[Reader]] = defaultdict(set)
        self._checked: Position = START
        #: Readers whose cursor comes from a process that has read further.
        self._ahead: set[Reader] = set()
        self._cleared = 0.0
        self._batches: OrderedDict[tuple[Audience, Position], Batch] = OrderedDict()
        self._turns = Turns(lambda: bool(self._at_head))

    @contextmanager
    def reading(self, audience: Audience, position: Position) -> Iterator[Reader]:
        """Give a reader, for whom the newest changes keep coming until this is left."""
        with self.feed.followed():
            yield Reader(audience, position)

    async def next(self, reader: Reader, seconds: float) -> Batch:
        """Return what the reader sees behind its position, as soon as there is something.

        An empty batch when there was nothing for so long, or when it was closed; its `end` may be
        further on. Raises GoneError.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        position = reader.position
        while not reader.closing and (left := until - loop.time()) > 0:
            batch = await self._one(reader, position, left)
            if batch.events or not batch.more:
                return batch
            position = batch.end
        return Batch(position)

    async def poll(self, audience: Audience, position: Position, limit: int) -> Batch:
        """Return what is behind the position as of now, at most `limit` changes.

        It goes through a bounded number of pages: without events, `more` tells whether to go on.
        Raises GoneError, DatabaseAwayError or TooMuchWorkError.
        """
        if not self._is_behind(position):
            return await self._polled(audience, position, limit)
        async with self._turns.one(Reader(audience, position), TURN_SECONDS) as mine:
            if not mine:
                raise TooMuchWorkError("too many clients catch up with the feed")
            return await self._polled(audience, position, limit)

    def dismiss(self) -> None:
        """Let go whoever waits for a page: this process stops."""
        self._turns.dismiss()
        self.feed.dismiss()

    async def _polled(self, audience: Audience, position: Position, limit: int) -> Batch:
        events: list[Event] = []
        await self.feed.look()
        for _ in range(PAGES_AT_ONCE):
            page = self.feed.in_memory(position)
            if page is None or not page.full:
                page = await self.feed.read(position)
            batch = await self._batch(page, position, audience, limit - len(events))
            events += batch.events
            position = batch.end
            if not batch.more or len(events) == limit or audience.coalesce:
                break
        return Batch(position, events, more=batch.more)

    async def _one(self, reader: Reader, position: Position, seconds: float) -> Batch:
        """Return a batch; an empty one with `more` says that one has to look again behind it."""
        head = self.feed.head
        if head is None or position > head:
            return await self._wait(reader, self._ahead, seconds, lambda: position)
        if position == head:
            readers = self._at_head[reader.audience]
            return await self._wait(reader, readers, seconds, lambda: self._checked)
        try:
            if self._is_behind(position):
                async with self._turns.one(reader, seconds) as mine:
                    if not mine:
                        return Batch(position)
                    batch = await self._behind(reader.audience, position)
            else:
                batch = await self._behind(reader.audience, position)
        except PASSING:
            batch = Batch(position)
        if batch.end == position:
            await asyncio.sleep(min(seconds, AWAY_SECONDS))
        return Batch(batch.end, batch.events, more=True) if not batch.events else batch

    def _is_behind(self, position: Position) -> bool:
        return self.feed.newest_read[1] - position[1] > BEHIND_CHANGES

    async def _wait(
        self, reader: Reader, others: set[Reader], seconds: float, where: Callable[[], Position]
    ) -> Batch:
        others.add(reader)
        try:
            return await reader.wait(seconds, where)
        finally:
            others.discard(reader)
            if not others and others is not self._ahead:
                self._at_head.pop(reader.audience, None)

    async def _behind(self, audience: Audience, position: Position) -> Batch:
        known = self._batches.get((audience, position))
        if known:
            return known
        declared = self.feed.catalogue
        page = await self.feed.behind(audience, position)
        batch = await self._batch(page, position, audience, BATCH_CHANGES)
        lasts = page.full or self.feed.in_memory(position) is page
        if lasts and declared == self.feed.catalogue:
            self._batches[audience, position] = batch
            while len(self._batches) > KEPT_BATCHES:
                self._batches.popitem(last=False)
        return batch

    async def _batch(self, page: Page, position: Position, audience: Audience, limit: int) -> Batch:
        pages = self._following(page) if audience.coalesce else [page]
        if audience.values:
            for each in pages:
                await self.feed.load_values(each, audience, position)
        if audience.coalesce:
            return gathered(pages, position, audience, limit)
        return plain(page, position, audience, limit)

    def _following(self, page: Page) -> list[Page]:
        """Return the page and those behind it that are in memory, so far as they go into one."""
        pages = [page]
        while len(pages) < PAGES_AT_ONCE and (page := self.feed.in_memory(page.end)):  # type: ignore[assignment]
            pages.append(page)
        return pages

    def _arrived(self, page: Page | None) -> None:
        """Give a new page to who waits for it. Whoever sees nothing of it goes on waiting."""
        for audience, readers in self._at_head.items():
            batch = self._checked_by(audience, page)
            if batch:
                for reader in readers:
                    reader.wake(batch)
        for reader in self._ahead:
            reader.wake(Batch(reader.position, more=True))
        self._checked = page.end if page else self.feed.head or START
        now = asyncio.get_running_loop().time()
        if page is None or now - self._cleared > WINDOW_SECONDS:
            self._batches.clear()
            self._cleared = now
        if page:
            self._pushed(page.changes)

    def _checked_by(self, audience: Audience, page: Page | None) -> Batch | None:
        if page is None:
            return Batch(self._checked, more=True)
        if audience.values and page.lacking(place for place, _ in page.seen(audience, page.after)):
            return Batch(page.after, more=True)
        batch = plain(page, page.after, audience, BATCH_CHANGES)
        return batch if batch.events else None
