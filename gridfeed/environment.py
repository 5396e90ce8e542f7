"""Variables `GRIDFEED_*` that nothing reads: most often a setting's name, misspelled."""

import os
from collections.abc import Iterable
from difflib import get_close_matches

import structlog

from gridfeed.settings import Settings

log = structlog.get_logger()

_PREFIX = "GRIDFEED_"
#: What commands read beside the settings.
_OPTIONS = frozenset({"TOKEN"})
#: These belong to the project's tests and its build.
_ELSEWHERE = ("TEST_", "CI_")


def forget_settings(kept: Iterable[str]) -> list[str]:
    """Take every setting out of the environment but those kept; return the names of what was there.

    kept: names of settings, such as api_port.
    """
    stay = {_PREFIX + name.upper() for name in kept}
    gone = sorted(name for name in os.environ if name.upper().startswith(_PREFIX))
    gone = [name for name in gone if name.upper() not in stay]
    for name in gone:
        del os.environ[name]
    return gone


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """Return each variable GRIDFEED_* that nothing reads, and the one that may be meant.

    names: of the environment. Case does not matter, as for settings.
    """
    known = {name.upper() for name in Settings.model_fields} | _OPTIONS
    unknown: dict[str, str | None] = {}
    for name in sorted(names):
        upper = name.upper()
        word = upper.removeprefix(_PREFIX)
        if word == upper or word in known or word.startswith(_ELSEWHERE):
            continue
        # Without the prefix, which makes all of them look alike.
        meant = get_close_matches(word, known, n=1, cutoff=0.5)
        unknown[name] = f"{_PREFIX}{meant[0]}" if meant else None
    return unknown


def warn_of_unknown_variables() -> None:
    """Log each variable GRIDFEED_* of this process that nothing reads; logging is set up."""
    for name, meant in unknown_variables(os.environ).items():
        log.warning("nothing reads this variable", variable=name, did_you_mean=meant)
