"""The children of `gridfeed up`: other commands of this program, with their own settings."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cli.local.child import Program
from cli.local.service import free_port, port_is_free
from cli.trouble import TroubleError
from gridfeed.settings import Settings

#: The time that each may take to stop before it is killed. A worker still stores its data.
GRACE_SECONDS = {"worker": 8.0, "serve": 3.0, "demo": 2.0}


def programs(
    settings: Settings, directory: Path, commands: Iterable[tuple[str, str]]
) -> Iterator[Program]:
    """Yield the program of each (name, command). Its environment has the settings."""
    environment = {
        # By default a receiver of webhooks may run on this machine, too.
        "GRIDFEED_WEBHOOK_ALLOW_HTTP": "true",
        "GRIDFEED_WEBHOOK_ALLOW_PRIVATE": "true",
        **os.environ,
        "GRIDFEED_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "GRIDFEED_DATABASE_URL": settings.database_url.get_secret_value(),
        "GRIDFEED_API_PORT": str(settings.api_port),
        # Temporary files of a killed child are removed with the directory.
        "TMPDIR": str(directory),
    }
    for name, command in commands:
        # -P: the working directory may contain packages with the names of ours.
        line = [sys.executable, "-P", "-m", "cli.tethered", command]
        yield Program(name, line, environment, directory / f"{name}.log", GRACE_SECONDS[command])


def api_port(settings: Settings) -> int:
    """Return the port for the API; 0 becomes a free port. Raises TroubleError if it is taken."""
    if settings.api_port and not port_is_free(settings.api_port):
        raise TroubleError(
            f"port {settings.api_port} is in use, so the API cannot listen on it",
            "Choose another with --port or GRIDFEED_API_PORT; 0 picks a free one.",
        )
    return settings.api_port or free_port()


def api_url(settings: Settings) -> str:
    """Return the API's URL on this machine."""
    everywhere = settings.api_host in ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound
    return f"http://{'127.0.0.1' if everywhere else settings.api_host}:{settings.api_port}"
