"""Chooses an answer's media type: the client's favourite among the types that the path offers."""

from collections.abc import Mapping, Sequence

from fastapi import Request

from api.web.problems import MEDIA_TYPE, ProblemError


async def require_acceptable(request: Request) -> None:
    """Raise ProblemError 406 unless the client accepts a media type of the route's 200.

    Routes that do not document a 406, such as probes, answer every client with their only type.
    """
    if 406 not in request.scope["route"].responses:
        return
    offered = offered_types(request)
    if not chosen(request.headers.get("accept"), offered):
        detail = f"This path answers {', '.join(offered)}; send one of these as Accept, or */*."
        raise ProblemError(406, detail, parameter="Accept", example=offered[0])


def offered_types(request: Request) -> list[str]:
    """Return the media types that the route declares for its 200, the default first."""
    responses: Mapping[int | str, Mapping[str, object]] = request.scope["route"].responses
    content = responses.get(200, {}).get("content", {})
    assert isinstance(content, Mapping)
    return [kind for kind in content if kind != MEDIA_TYPE]


def chosen_type(request: Request) -> str:
    """Return the media type of the answer. `require_acceptable` has let the request pass before."""
    offered = offered_types(request)
    return chosen(request.headers.get("accept"), offered) or offered[0]


def chosen(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the offered type with the highest quality, the first of equals (RFC 9110 12.5.1).

    The most specific range that matches a type gives its quality. Returns None if all types have
    quality 0. A missing or empty header accepts everything.
    """
    ranges = [_range(part) for part in (accept or "").split(",") if part.strip()]
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda kind: _quality(kind, ranges))
    return best if _quality(best, ranges) > 0 else None


def _range(part: str) -> tuple[str, float]:
    """Return a media range and its quality. Parameters other than q are ignored."""
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    for name, _, value in (word.partition("=") for word in parameters):
        if name.strip() == "q":
            try:
                return kind, float(value)
            except ValueError:
                return kind, 0.0
    return kind, 1.0


def _quality(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    family = kind.partition("/")[0]
    for wanted in (kind, f"{family}/*", "*/*"):
        found = [quality for named, quality in ranges if named == wanted]
        if found:
            return max(found)
    return 0.0
