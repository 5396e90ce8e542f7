"""Tables asked for over HTTP, and their rows."""

from decimal import Decimal
from typing import Any

import httpx

from api.segments.tables.encoders import ARROW
from tests.api.application import SEGMENTS, Application
from tests.api.segments.table_rows import rows_of


async def ask(
    api: Application, accept: str, token: str = "all", method: str = "GET", tag: str = "",
    **parameters: object,
) -> httpx.Response:  # fmt: skip
    url = httpx.URL(SEGMENTS, params={name: str(each) for name, each in parameters.items()})
    conditional = {"if-none-match": tag} if tag else {}
    return await api.raw(
        method, str(url), authorization=f"Bearer {token}", accept=accept, **conditional
    )


async def rows(api: Application, accept: str = ARROW, **parameters: Any) -> list[dict[str, Any]]:
    answer = await ask(api, accept, **parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].split(";")[0] == accept
    return rows_of(accept, answer.content)


async def energies(api: Application, **parameters: Any) -> list[Decimal]:
    return [row["electric_usage"] for row in await rows(api, **parameters)]
