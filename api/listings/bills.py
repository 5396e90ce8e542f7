"""Bill statements and bill sections: no grant of this server gives access to them.

A listing that a scope gives access to answers 200, even if it is empty. A listing that no scope
gives access to answers insufficient_scope (RFC 6750 3.1), and the metadata announce it only if a
scope implies it (CDS-WG3-01 5). Production data has no bills, so bills are refused and not
announced.
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
        "No token of this server opens bills: it publishes production data, not charges."
        " /.well-known/oauth-authorization-server lists what it publishes."
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
