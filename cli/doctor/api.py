"""Checks that the API answers and is ready."""

import httpx

from cli.doctor.check import Check
from cli.up.programs import api_url
from gridfeed.settings import Settings

_SECONDS = 3.0
_SETTINGS = ("api_url", "api_host", "api_port")
_START = (
    "Start `gridfeed serve`, or set GRIDFEED_API_URL to where the API is reached from here"
    " (else GRIDFEED_API_HOST and GRIDFEED_API_PORT say it)."
)


async def look(settings: Settings) -> list[Check]:
    """Return the result of /readyz. No answer is a problem only if an address was configured."""
    url = (settings.api_url or api_url(settings)).rstrip("/")
    async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
        try:
            answer = await client.get(f"{url}/readyz")
        except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            seen = f"nobody answers at {url}: {error or type(error).__name__}"
            given = not settings.model_fields_set.isdisjoint(_SETTINGS)
            return [Check("api", seen, _START, is_note=not given)]
    return [_said(url, answer)]


def _said(url: str, answer: httpx.Response) -> Check:
    try:
        missing = answer.json()["missing"]
        reasons = [str(each) for each in missing]
    except (ValueError, KeyError, TypeError):
        seen = f"{url}/readyz answers {answer.status_code}, but not as Gridfeed's API does"
        return Check("api", seen, "Set GRIDFEED_API_URL to the address of the API.")
    if answer.status_code == 200:
        return Check("api", f"ready at {url}")
    seen = f"{url} answers, but is not ready: {'; '.join(reasons)}"
    return Check("api", seen, "Do what it says; its log says more.")
