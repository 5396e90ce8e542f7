"""GET /v1/stream: the feed as server-sent events."""
