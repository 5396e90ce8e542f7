"""What the delivery of webhooks counts."""

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.webhooks.send import Outcome

CONDITIONS = ("active", "failing", "paused", "disabled", "ended")
LAG_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 86400.0)


class WebhookMetrics:
    """Attempts of this process; conditions of every subscription."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare them in a registry."""
        self._attempts = Counter(
            "gridfeed_webhook_attempts", "Attempts to deliver", ["result"], registry=registry
        )
        self._seconds = Histogram(
            "gridfeed_webhook_attempt_seconds", "Duration of an attempt", registry=registry
        )
        self._lag = Histogram(
            "gridfeed_webhook_lag_seconds",
            "Time from the record of a message's oldest change to its delivery",
            buckets=LAG_BUCKETS,
            registry=registry,
        )
        self._webhooks = Gauge(
            "gridfeed_webhooks", "Subscriptions by condition", ["condition"], registry=registry
        )
        self._failing = Gauge(
            "gridfeed_webhook_failing_seconds",
            "How long the active subscription with the longest failure has failed",
            registry=registry,
        )

    def attempted(self, outcome: Outcome) -> None:
        """Count an attempt."""
        self._attempts.labels(outcome.result.value).inc()
        self._seconds.observe(outcome.duration.total_seconds())

    def delivered(self, recorded_at: datetime, at: datetime) -> None:
        """Note how late the oldest change of a message was."""
        self._lag.observe(max((at - recorded_at).total_seconds(), 0.0))

    def counted(
        self, counts: Mapping[str, int], failing_since: datetime | None, now: datetime
    ) -> None:
        """Show how many subscriptions are in which condition."""
        for condition in CONDITIONS:
            self._webhooks.labels(condition).set(counts.get(condition, 0))
        late = (now - failing_since).total_seconds() if failing_since else 0.0
        self._failing.set(max(late, 0.0))
