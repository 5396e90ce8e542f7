"""Sets up logging of every process, including Faust, aiokafka and uvicorn; only roots call it.

No line contains a secret: each line passes `gridfeed.redact` last, before it is written.
"""

import logging
import sys
from collections.abc import Sequence
from traceback import format_exception
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

from gridfeed.redact import Redaction
from gridfeed.settings import Settings, secret_values

#: Libraries that log. Their own handlers are removed, so that a line is printed once.
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

#: At INFO these libraries describe their own work: 50 lines before a worker has its partitions. The
#: worker itself logs what a person should know of it.
_ABOUT_THEMSELVES = ("aiokafka", "faust", "mode")
#: aiokafka logs this error and raises it, too. The code that catches it knows whether it is a
#: fault.
_RAISED_TOO = "Unexpected error during InitProducerIdRequest: %s"

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def set_up(settings: Settings, *, silent: Sequence[str] = ()) -> None:
    """Send every log line to stderr, at `log_level` and above, as text or (`log_json`) as JSON.

    `silent`: libraries whose lines would only repeat the program's own messages; their lines appear
    only at DEBUG. Calling this again replaces the former set-up.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    handler = logging.StreamHandler(sys.stderr)
    redaction = Redaction(secret_values(settings))
    handler.setFormatter(_formatter(redaction, as_json=settings.log_json))
    handler.addFilter(_signs_nobody_in)
    handler.addFilter(lambda record: record.msg != _RAISED_TOO)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _print_uncaught(redaction)
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)
    for name in _ABOUT_THEMSELVES:
        at_least = level if level == logging.DEBUG else max(level, logging.WARNING)
        logging.getLogger(name).setLevel(at_least)
    # httpx logs the address of each request, and a receiver's address is a secret.
    logging.getLogger("httpx").setLevel(max(level, logging.WARNING))
    # botocore logs the data that it signs.
    logging.getLogger("botocore").setLevel(max(level, logging.INFO))
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


def _signs_nobody_in(record: logging.LogRecord) -> bool:
    """Tell whether a line is not one of aiokafka's sign-in lines, which contain the password."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any(type(each).__name__.startswith("Sasl") for each in arguments)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Removes secrets from every line of any logger, including its traceback."""

    def __init__(self, redaction: Redaction, **options: Any) -> None:
        """Take the function that masks secrets."""
        super().__init__(**options)
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return self._redaction(super().format(record))


def _print_uncaught(redaction: Redaction) -> None:
    """Remove secrets also from the error that ends the process."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(redaction("".join(format_exception(kind, error, trace))))

    sys.excepthook = hook


def _formatter(redaction: Redaction, *, as_json: bool) -> logging.Formatter:
    rendering: tuple[Processor, ...] = (
        (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
        if as_json
        else (
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        )
    )
    return _Redacting(
        redaction,
        foreign_pre_chain=list(_SHARED),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
