"""gzip and zstd for answers that are worth it, never for streams that have to arrive at once."""

import starlette_compress
from fastapi import FastAPI
from starlette_compress import CompressMiddleware

#: Below this an answer travels in one packet anyway.
MINIMUM_BYTES = 1_000
#: A page of segments becomes eight times smaller in a few milliseconds.
ZSTD_LEVEL, GZIP_LEVEL = 3, 4

#: Server-sent events have to arrive one by one; metrics are scraped inside a cluster.
NEVER = ("text/event-stream", "text/plain")
ALSO = ("application/problem+json", "text/csv", "application/vnd.apache.arrow.stream")

for _media_type in NEVER:
    starlette_compress.remove_compress_type(_media_type)
for _media_type in ALSO:
    starlette_compress.add_compress_type(_media_type)


def install(app: FastAPI) -> None:
    """Compress what the application answers, as the client accepts it."""
    app.add_middleware(
        CompressMiddleware,
        minimum_size=MINIMUM_BYTES,
        brotli=False,
        zstd_level=ZSTD_LEVEL,
        gzip_level=GZIP_LEVEL,
    )
