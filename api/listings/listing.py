"""The common route of the CDS listings: each listing is a declaration, and all answer alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Query, Request, Response

from api.listings.query import Statement
from api.reading.session import Grant
from api.web import cds_parameters as cds
from api.web.access.admission import Admitted
from api.web.access.auth import database_of
from api.web.answers import json_response, links
from api.web.describe import described
from api.web.page import envelope, neighbours
from api.web.shapes import Shape, answer, as_json

PREFIX = "/cds/v1"
PAGED = (
    " In pages of 100. An object must match every parameter; unknown parameters are ignored, and"
    " unknown ids match nothing."
)


class ListingParameters(cds.Listed):
    """The query parameters of a listing, named like the parameters of its statement."""

    cursor: cds.AgeCursor = None

    def filters(self) -> dict[str, Any]:
        """Return the filters by name. Two spellings of one list become their union."""
        found = {name: getattr(self, name) for name in type(self).model_fields if name != "cursor"}
        if "meter_number" in found:
            both = found["meter_numbers"], found.pop("meter_number")
            found["meter_numbers"] = cds.together(*both)
        return found


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing of CDS-WG3-01 section 10.

    name: the name of its array. path: its path below PREFIX. represent: makes the JSON object of a
    row for a grant. links: its OpenAPI links.
    """

    name: str
    path: str
    title: str
    description: str
    parameters: type[ListingParameters]
    example: Shape
    statement: Statement[asyncpg.Record]
    represent: Callable[[asyncpg.Record, Grant], Shape]
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def router(self) -> APIRouter:
        """Return the router with the listing's route."""
        shape = envelope(self.name, type(self.example))
        example = shape(**{self.name: [self.example]}, next=None, previous=None)

        async def listed(request: Request, grant: Admitted, asked: ListingParameters) -> Response:
            filters = asked.filters()
            async with database_of(request).granted(grant) as session:
                page = await self.statement.page(session, filters, asked.cursor)
            items = [self.represent(row, grant) for row in page.items]
            urls = neighbours(page, links(request))
            return json_response(as_json(shape(**{self.name: items}, **urls)))

        listed.__annotations__["asked"] = Annotated[self.parameters, Query()]
        router = APIRouter(prefix=PREFIX, tags=["CDS"])
        answered = described(
            self.title,
            self.description + PAGED,
            answer(example),
            links=self.links,
        )
        name = f"list_{self.name}"
        router.add_api_route(self.path, listed, methods=["GET"], name=name, **answered)
        return router
