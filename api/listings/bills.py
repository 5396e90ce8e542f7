"""Bill statements and bill sections: no grant of this server opens them.

A listing that a scope opens answers 200, empty if need be; one that no scope opens is
insufficient_scope (RFC 6750 3.1), and is announced in the metadata only if a scope implies it
(CDS-WG3-01 5). Production data has no bills, so they are refused and not announced.
"""

from fastapi import APIRouter, Request, Response

from api.listings.listing import PREFIX
from api.web.access.admission import grant_of
from api.web.describe import refused
from api.web.problems import insufficient

router = APIRouter(prefix=PREFIX, tags=["CDS"])


async def _refuse(request: Request) -> Response:
    await grant_of(request)
    raise insufficient(
        "No token of this server opens bills: it publishes production data, not charges. What there"
        " is stands in /.well-known/oauth-authorization-server."
    )


for _name, _title in (("bill-statements", "Bill statements"), ("bill-sections", "Bill sections")):
    router.add_api_route(
        f"/{_name}",
        _refuse,
        methods=["GET"],
        name=f"list_{_name.replace('-', '_')}",
        response_class=Response,
        **refused(
            _title,
            "Refused: no grant of this server opens bills, and the metadata announces none.",
            401,
            403,
            503,
        ),
    )
