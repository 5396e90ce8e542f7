"""Checks that the API answers and is ready."""

import httpx

from cli.doctor.check import Check
from cli.up.programs import api_url
from gridfeed.settings import Settings

_SECONDS = 3.0
_SETTINGS = ("api_url", "api_host", "api_port")
_START = (
    "Start `gridfeed serve`, or set GRIDFEED_API_URL to the API's address as seen from this machine"
    " (default: from GRIDFEED_API_HOST and GRIDFEED_API_PORT)."
)


async def look(settings: Settings) -> list[Check]:
    """Return the result of /readyz. No answer is a problem only if an address was configured."""
    url = (settings.api_url or api_url(settings)).rstrip("/")
    async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
        try:
            answer = await client.get(f"{url}/readyz")
        except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            seen = f"no answer from {url}: {error or type(error).__name__}"
            given = not settings.model_fields_set.isdisjoint(_SETTINGS)
            return [Check("api", seen, _START, is_note=not given)]
    return [_said(url, answer)]


def _said(url: str, answer: httpx.Response) -> Check:
    try:
        missing = answer.json()["missing"]
        reasons = [str(each) for each in missing]
    except (ValueError, KeyError, TypeError):
        seen = f"{url}/readyz answers {answer.status_code}, but not like Gridfeed's API"
        return Check("api", seen, "Set GRIDFEED_API_URL to the address of the API.")
    if answer.status_code == 200:
        return Check("api", f"ready at {url}")
    seen = f"{url} answers, but is not ready: {'; '.join(reasons)}"
    return Check("api", seen, "Do what the answer says; the API's log says more.")
