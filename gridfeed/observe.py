"""Logging of every process, Faust's, aiokafka's and uvicorn's included; called by roots only."""

import logging
import sys
from collections.abc import Sequence

import structlog
from structlog.typing import Processor

from gridfeed.settings import Settings

#: Libraries that log. Handlers of their own go, so that a line is printed once.
_LIBRARIES = (
    "aiokafka",
    "asyncio",
    "faust",
    "httpcore",
    "httpx",
    "mode",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.error",
)

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def set_up(settings: Settings, *, silent: Sequence[str] = ()) -> None:
    """Send every log line to stderr, at `log_level` and above, as text or (`log_json`) as JSON.

    `silent` names libraries whose lines would only repeat what the program says itself; they speak
    at DEBUG. Calling it again replaces the former set-up.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(as_json=settings.log_json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)
    # Says the same line for every consumer, several times.
    logging.getLogger("aiokafka.consumer.subscription_state").setLevel(max(level, logging.WARNING))
    for name in silent:
        quiet = level if level == logging.DEBUG else logging.CRITICAL
        logging.getLogger(name).setLevel(quiet)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _formatter(*, as_json: bool) -> structlog.stdlib.ProcessorFormatter:
    rendering: tuple[Processor, ...] = (
        (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
        if as_json
        else (
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
