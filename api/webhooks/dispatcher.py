"""Delivers webhooks: each subscription in order, none waiting for another."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from api.feed.shared import PASSING, SharedFeed
from api.webhooks import message as messages
from api.webhooks.claims import Claims, Noted, Prepared
from api.webhooks.cuts import cut
from api.webhooks.metrics import WebhookMetrics
from api.webhooks.schedule import GIVE_UP, next_attempt
from api.webhooks.send import Outcome, Result, Sender
from api.webhooks.shapes import Claim, State
from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.feed import GoneError

log = structlog.get_logger()

POLL_SECONDS = 0.5
AWAY_SECONDS = 2.0
#: How long deliveries under way may take when the process stops.
LEAVING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Means:
    """What a dispatcher works with. now: aware, UTC; chance: random in [0, 1)."""

    claims: Claims
    feed: SharedFeed
    sender: Sender
    metrics: WebhookMetrics
    now: Callable[[], datetime]
    chance: Callable[[], float]


class Dispatcher:
    """One process's share: takes what is due, delivers it, notes what came of it."""

    def __init__(self, means: Means, most_at_once: int) -> None:
        """Nothing runs yet."""
        self._means = means
        self._most = most_at_once
        self._under_way: set[asyncio.Task[None]] = set()
        self._more = asyncio.Event()
        self._following = ExitStack()
        self._follows = False

    async def run(self) -> None:
        """Deliver until cancelled, whatever the database does meanwhile."""
        while True:
            pause = POLL_SECONDS
            try:
                await self.round()
            except PASSING as error:
                log.warning("webhooks wait for the database", error=str(error))
                pause = AWAY_SECONDS
            except Exception:  # one fault must not end everybody's deliveries
                log.exception("a round of webhooks failed")
                pause = AWAY_SECONDS
            self._more.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._more.wait()

    async def round(self) -> None:
        """Take in hand what is due and begin to deliver it. Raises PASSING."""
        now = self._means.now()
        counts, failing_since = await self._means.claims.counts()
        self._means.metrics.counted(counts, failing_since, now)
        if not self._follow(wanted=bool(counts.get("active") or counts.get("failing"))):
            return
        newest = self._means.feed.head or await self._means.feed.newest()
        free = self._most - len(self._under_way)
        for claim in await self._means.claims.due(now, newest, free) if free > 0 else ():
            task = asyncio.create_task(self._deliver(claim), name=f"deliver {claim.webhook_id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery failed", task=task.get_name(), exc_info=error)

    async def settled(self) -> None:
        """Wait for the deliveries under way."""
        await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        """End deliveries under way, after a moment for those that are almost through."""
        self._following.close()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=LEAVING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        with suppress(*PASSING):
            await self._means.claims.release_all()

    def _follow(self, *, wanted: bool) -> bool:
        """Have the feed read for as long as somebody is to be told of it."""
        if wanted and not self._follows:
            self._following.enter_context(self._means.feed.followed())
        elif not wanted:
            self._following.close()
        self._follows = wanted
        return wanted

    async def _deliver(self, claim: Claim) -> None:
        # What is not given back comes free when its lease ends.
        try:
            await self._try(claim)
        except PASSING as error:
            log.warning("a delivery waits", webhook_id=claim.webhook_id, error=str(error))

    async def _try(self, claim: Claim) -> None:
        prepared = await self._means.claims.kept(claim) or await self._prepared(claim)
        if prepared is None:
            return
        outcome = await self._send(claim, prepared)
        if outcome and not outcome.error and prepared.recorded_at:
            self._means.metrics.delivered(prepared.recorded_at, self._means.now())

    async def _prepared(self, claim: Claim) -> Prepared | None:
        """Cut a message and take it in hand; None: there is none, or the claim is not ours."""
        try:
            found = await cut(self._means.feed, claim)
        except GoneError as gone:
            return await self._loss(claim, gone)
        if not found.changes:
            await self._means.claims.skip(claim, found.through)
            if found.through < (self._means.feed.head or found.through):
                self._more.set()
            return None
        message_id = claim.message_id or messages.new_id(messages.CHANGED)
        message = messages.changed(message_id, found.changes, found.through)
        prepared = Prepared(message, len(found.changes), found.recorded_at)
        return await self._taken(claim, prepared, found.through)

    async def _loss(self, claim: Claim, gone: GoneError) -> Prepared | None:
        """Say what can no longer be sent; a message of changes in hand gives way to that."""
        message_id, through = claim.message_id, claim.through
        if message_id is None or through is None or not messages.tells_loss(message_id):
            message_id, through = messages.new_id(messages.LOST), gone.oldest
        message = messages.lost(message_id, claim.after, through, self._means.now())
        return await self._taken(claim, Prepared(message, 0, None), through)

    async def _taken(self, claim: Claim, prepared: Prepared, through: Position) -> Prepared | None:
        if await self._means.claims.cut(claim, prepared, through):
            return prepared
        await self._means.claims.release(claim)
        return None

    async def _send(self, claim: Claim, prepared: Prepared) -> Outcome | None:
        """Send what is in hand and note it; None: nobody may be sent it any more."""
        began = self._means.now()
        secrets = await self._means.claims.secrets(claim, began)
        if not secrets:
            return None
        message = prepared.message
        outcome = await self._means.sender.send(claim.url, secrets, message, began)
        self._means.metrics.attempted(outcome)
        at, state, reason = self._what_follows(claim, outcome)
        noted = Noted(
            message.message_id,
            messages.LOST if messages.tells_loss(message.message_id) else messages.CHANGED,
            prepared.changes,
            began,
            outcome,
            self._means.now(),
            at,
            state,
            reason,
        )
        if not await self._means.claims.note(claim, noted):
            log.warning("a delivery took too long to be noted", webhook_id=claim.webhook_id)
        elif outcome.error is None:
            self._more.set()
        return outcome

    def _what_follows(self, claim: Claim, outcome: Outcome) -> tuple[datetime, State, str | None]:
        """Return when it goes on, or why it does not."""
        now = self._means.now()
        if outcome.error is None:
            return now, State.ACTIVE, None
        if outcome.result is Result.GONE:
            return now, State.ENDED, outcome.error
        at = next_attempt(
            now,
            claim.failing_since or now,
            claim.failures + 1,
            retry_after=outcome.retry_after,
            chance=self._means.chance(),
        )
        if at is None:
            text = f"failed for {GIVE_UP.days} days; the last attempt: {outcome.error}"
            return now, State.DISABLED, text
        return at, State.ACTIVE, None
