"""Finds variables `GRIDFEED_*` that nothing reads: most often misspelled settings."""

import os
from collections.abc import Iterable
from difflib import get_close_matches

import structlog

from gridfeed.settings import Settings

log = structlog.get_logger()

_PREFIX = "GRIDFEED_"
#: Variables that commands read, beside the settings.
_OPTIONS = frozenset({"TOKEN"})
#: Prefixes of variables of the project's tests and its build.
_ELSEWHERE = ("TEST_", "CI_")


def forget_settings(kept: Iterable[str]) -> list[str]:
    """Remove every setting from the environment except those kept; return the removed names.

    kept: names of settings, such as api_port.
    """
    stay = {_PREFIX + name.upper() for name in kept}
    gone = sorted(name for name in os.environ if name.upper().startswith(_PREFIX))
    gone = [name for name in gone if name.upper() not in stay]
    for name in gone:
        del os.environ[name]
    return gone


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """Return each variable GRIDFEED_* that nothing reads, and the one that was probably meant.

    names: of the environment. Case does not matter, as for settings.
    """
    known = {name.upper() for name in Settings.model_fields} | _OPTIONS
    unknown: dict[str, str | None] = {}
    for name in sorted(names):
        upper = name.upper()
        word = upper.removeprefix(_PREFIX)
        if word == upper or word in known or word.startswith(_ELSEWHERE):
            continue
        # Compared without the prefix, which makes all names look similar.
        meant = get_close_matches(word, known, n=1, cutoff=0.5)
        unknown[name] = f"{_PREFIX}{meant[0]}" if meant else None
    return unknown


def warn_of_unknown_variables() -> None:
    """Log each GRIDFEED_* variable of this process that nothing reads; set up logging before."""
    for name, meant in unknown_variables(os.environ).items():
        log.warning("this variable is not a setting", variable=name, did_you_mean=meant)
