"""The change feed: polled, streamed, over a WebSocket."""
