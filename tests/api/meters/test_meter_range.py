"""One meter and a range of time, as all paths that ask for them refuse what they cannot answer."""

import pytest

from tests.api.application import Application
from tests.api.builders import Store

START = "2026-03-01T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "too_late"),
    [
        ("/v1/telemetry", "2026-03-08T00:00:01Z"),
        ("/v1/registers", "2027-04-05T00:00:01Z"),
        ("/v1/validation", "2026-06-09T00:00:01Z"),
    ],
)
async def test_a_range_that_is_none_or_too_long_is_refused(
    store: Store, api: Application, path: str, too_late: str
) -> None:
    await store.project()
    await store.meter()
    await store.client()
    whole = {"meter_number": "m", "start": START, "end": "2026-03-02T00:00:00Z"}

    async def refused(**change: str | None) -> tuple[int, str]:
        asked = {name: text for name, text in (whole | change).items() if text}
        answer = await api.get(path, **asked)
        return answer.status_code, answer.json().get("parameter")

    assert await refused() == (200, None)
    for name in whole:
        assert await refused(**{name: None}) == (400, name)
    for end in (START, "2026-02-28T23:59:59Z", too_late):
        assert await refused(end=end) == (400, "end")
