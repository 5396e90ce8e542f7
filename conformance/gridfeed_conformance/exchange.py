"""One request and its answer, kept as evidence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any


class NoJsonError(Exception):
    """A body that is not one JSON object with each key once."""


@dataclass(frozen=True)
class Answer:
    """What a server answered to a GET. `who` names the token that was sent, never the token."""

    url: str
    who: str | None
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return the JSON object; numbers are int or Decimal, as they were written.

        Raises NoJsonError.
        """
        try:
            found = json.loads(self.text, parse_float=Decimal, object_pairs_hook=_once)
        except ValueError as error:
            raise NoJsonError(f"the body is not JSON: {error}") from None
        if not isinstance(found, dict):
            raise NoJsonError(f"the body is a JSON {type(found).__name__}, not an object")
        return found

    def shown(self, most: int = 2000) -> dict[str, Any]:
        """Return the exchange for a report, a long body cut."""
        cut = f"... ({len(self.text)} characters)" if len(self.text) > most else ""
        return {
            "request": f"GET {self.url}",
            "token": self.who,
            "status": self.status,
            "body": self.text[:most] + cut,
        }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NoJsonError(f"key {twice!r} stands twice in one object")
    return found
