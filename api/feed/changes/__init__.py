"""GET /v1/changes: the feed, polled."""
