"""WebSocket /v1/ws: the feed, subscribed by messages."""
