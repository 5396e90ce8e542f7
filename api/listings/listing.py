"""What the routes of the CDS listings share: a listing is declared, and answered in one way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request, Response

from api.listings.query import Statement
from api.reading.session import Grant
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.access.auth import database_of
from api.web.answers import json_response, links
from api.web.describe import described
from api.web.page import listing as envelope
from api.web.parameters import Given, Parameter

T = TypeVar("T")

#: A filter, or several spellings of one, of which the union counts.
Filter = Parameter[Any] | tuple[Parameter[tuple[str, ...]], Parameter[tuple[str, ...]]]

PREFIX = "/cds/v1"
PAGED = (
    " In pages of 100. Different parameters narrow together; unknown parameters are ignored, and"
    " unknown ids match nothing."
)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A listing of CDS-WG3-01 section 10.

    name: of its array. path: below PREFIX. filters: named as the statement's
    parameters. represent: what is listed, and to whom, to a JSON object. links: where its OpenAPI
    links lead.
    """

    name: str
    path: str
    title: str
    description: str
    filters: tuple[Filter, ...]
    body: Mapping[str, Any]
    statement: Statement[T]
    represent: Callable[[T, Grant], object]
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def router(self) -> APIRouter:
        """Return the router with the listing's route."""
        cursor = cds.cursor_parameter(*self.statement.shape.values())
        parameters = (*self._parameters(), cursor)

        async def answer(request: Request) -> Response:
            grant = await grant_of(request)
            given = Given(request.query_params, parameters)
            filters = dict(_argument(given, each) for each in self.filters)
            position = given[cursor]
            async with database_of(request).granted(grant) as session:
                page = await self.statement.page(session, filters, position)
            body = envelope(
                self.name, page, lambda item: self.represent(item, grant), links(request)
            )
            return json_response(body)

        router = APIRouter(prefix=PREFIX, tags=["CDS"])
        answered = described(
            self.title, self.description + PAGED, parameters, self.body, links=self.links
        )
        name = f"list_{self.name}"
        router.add_api_route(self.path, answer, methods=["GET"], name=name, **answered)
        return router

    def _parameters(self) -> tuple[Parameter[Any], ...]:
        return tuple(
            parameter
            for each in self.filters
            for parameter in (each if isinstance(each, tuple) else (each,))
        )


def _argument(given: Given, each: Filter) -> tuple[str, Any]:
    """Return the first spelling's name and the value."""
    if isinstance(each, tuple):
        return each[0].name, cds.together(*(given[parameter] for parameter in each))
    return each.name, given[each]
