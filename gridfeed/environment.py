"""Variables `GRIDFEED_*` that nothing reads: most often a setting's name, misspelled."""

import os
from collections.abc import Iterable
from difflib import get_close_matches

import structlog

from gridfeed.settings import Settings

log = structlog.get_logger()

_PREFIX = "GRIDFEED_"
#: What commands read beside the settings.
_OPTIONS = frozenset({"GRIDFEED_TOKEN"})
#: These belong to the project's tests and its build.
_ELSEWHERE = ("GRIDFEED_TEST_", "GRIDFEED_CI_")


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """Return each variable GRIDFEED_* that nothing reads, and the one that may be meant.

    names: of the environment. Case does not matter, as for settings.
    """
    known = _OPTIONS | {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    ours = [name for name in names if name.upper().startswith(_PREFIX)]
    unknown = [name for name in ours if not _is_known(name.upper(), known)]
    return {
        name: next(iter(get_close_matches(name.upper(), known, n=1)), None)
        for name in sorted(unknown)
    }


def warn_of_unknown_variables() -> None:
    """Log each variable GRIDFEED_* of this process that nothing reads; logging is set up."""
    for name, meant in unknown_variables(os.environ).items():
        log.warning("nothing reads this variable", variable=name, did_you_mean=meant)


def _is_known(name: str, known: frozenset[str]) -> bool:
    return name in known or name.startswith(_ELSEWHERE)
