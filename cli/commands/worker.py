"""`gridfeed worker`: rolls up messages from Kafka."""

import asyncio
from typing import Annotated

import typer

from cli import session, terminal
from gridfeed.settings import load
from stream.worker import run

app = terminal.commands()


@app.command()
def worker(
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of /metrics. Default: GRIDFEED_WORKER_METRICS_PORT."
        ),
    ] = None,
) -> None:
    """Read Kafka messages, compute values and store them until SIGINT or SIGTERM.

    Start several workers to share the partitions of the topics. A worker may be killed at any time:
    the next one reads again what was not stored. A database newer than this program is refused.

    \b
    Examples:
      gridfeed worker
      gridfeed worker --metrics-port 9100
    """
    settings = load(worker_metrics_port=metrics_port)
    asyncio.run(session.refuse_newer_schema(settings))
    run(settings)
