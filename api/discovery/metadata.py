"""What the server says of itself (CDS-WG1-01 3.2, CDS-WG3-01 5); pure.

There is no OAuth server: tokens come from `gridfeed clients create`. So the capability `oauth` is
not claimed, and no endpoint, scope or field of CDS-WG1-02 is announced; `oauth_metadata` is, since
it names the document in which CDS-WG3-01 5 has a client look for the APIs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from api.discovery.value_types import OWN_TYPES
from api.discovery.value_types_page import PATH as VALUE_TYPES
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant

SERVER_METADATA = "/.well-known/cds-server-metadata.json"
OAUTH_METADATA = "/.well-known/oauth-authorization-server"
DOCS = "/docs"

DESCRIPTION = (
    "Power-production data: telemetry, settlement reads and forecasts, with their producers."
)

#: The listings that a grant of this server can open; bills are not among them.
APIS: Mapping[str, str] = {
    "cds_accounts_api": "/cds/v1/accounts",
    "cds_servicecontracts_api": "/cds/v1/service-contracts",
    "cds_servicepoints_api": "/cds/v1/service-points",
    "cds_meterdevices_api": "/cds/v1/meter-devices",
    "cds_aggregations_api": "/cds/v1/aggregations",
    "cds_usagesegments_api": "/cds/v1/usage-segments",
    "cds_eacs_api": "/cds/v1/eacs",
    "cds_productionprojects_api": "/cds/v1/production-projects",
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, as settings say, and since when this process does.

    A page that is None is the API's own documentation.
    """

    name: str
    website: str | None
    support: str | None
    started_at: datetime


class ServerMetadata(Shape):
    """The publisher and links to its APIs (CDS-WG1-01 3.2)."""

    cds_metadata_version: Annotated[str, means("v1")]
    cds_metadata_url: Annotated[str, means("URL of this object")]
    created: Annotated[Time, means("when the database was created")]
    updated: Annotated[Time, means("when this process read its settings")]
    name: Annotated[str, means("GRIDFEED_API_NAME")]
    description: Annotated[str, means("published data")]
    website: Annotated[str, means("GRIDFEED_API_WEBSITE")]
    documentation: Annotated[str, means("for developers")]
    support: Annotated[str, means("GRIDFEED_API_SUPPORT")]
    capabilities: Annotated[list[str], means("empty: none of CDS-WG1-01 and CDS-WG1-02")]
    oauth_metadata: Annotated[str, means("URL of the API metadata")]


class _Explained(Shape, kw_only=True):
    name: Annotated[str, means("name for people")]
    description: Annotated[str, means("one sentence")]
    documentation: Annotated[str, means("URL of a page that explains it")]


class ValueType(_Explained):
    """A value type of this server's own (CDS-WG3-01 10.8.5)."""

    type: Annotated[str, means("as in a value format")]


class EacFormat(_Explained):
    """A format of certificates."""

    id: Annotated[str, means("as in eac_format")]


_Listing = Annotated[str, means("absolute URL of the listing")]


class ApiMetadata(Shape):
    """The listings, their value types and their certificate formats (CDS-WG3-01 5)."""

    issuer: Annotated[str, means("this server")]
    service_documentation: Annotated[str, means("for developers")]
    response_types_supported: Annotated[list[str], means("none: there is no OAuth server yet")]
    grant_types_supported: Annotated[
        list[str], means("none: `gridfeed clients create` makes tokens")
    ]
    scopes_supported: Annotated[list[str], means("none: the operator sets what a token opens")]
    cds_customerdata_version: Annotated[str, means("v1")]
    cds_accounts_api: _Listing
    cds_servicecontracts_api: _Listing
    cds_servicepoints_api: _Listing
    cds_meterdevices_api: _Listing
    cds_aggregations_api: _Listing
    cds_usagesegments_api: _Listing
    cds_eacs_api: _Listing
    cds_productionprojects_api: _Listing
    cds_usagesegments_additional_value_types: Annotated[dict[str, ValueType], means("by type")]
    cds_eac_formats: Annotated[dict[str, EacFormat], means("by eac_format")]


def server_metadata(base: str, publisher: Publisher, created: datetime) -> ServerMetadata:
    """Return the metadata object; `base` is the public URL without a slash at its end."""
    return ServerMetadata(
        cds_metadata_version="v1",
        cds_metadata_url=base + SERVER_METADATA,
        created=created,
        updated=publisher.started_at,
        name=publisher.name,
        description=DESCRIPTION,
        website=publisher.website or base + DOCS,
        documentation=base + DOCS,
        support=publisher.support or base + DOCS,
        capabilities=[],
        oauth_metadata=base + OAUTH_METADATA,
    )


def oauth_metadata(base: str, eac_formats: Sequence[EacFormat]) -> ApiMetadata:
    """Return the authorization server metadata, as far as there is one, with the APIs."""
    apis: dict[str, Any] = {name: base + path for name, path in APIS.items()}
    return ApiMetadata(
        issuer=base,
        service_documentation=base + DOCS,
        response_types_supported=[],
        grant_types_supported=[],
        scopes_supported=[],
        cds_customerdata_version="v1",
        **apis,
        cds_usagesegments_additional_value_types={
            name: ValueType(
                type=name,
                name=kind.name,
                description=kind.description,
                documentation=f"{base}{VALUE_TYPES}#{name}",
            )
            for name, kind in OWN_TYPES.items()
        },
        cds_eac_formats={each.id: each for each in eac_formats},
    )


_BASE = "https://api.example.com"
SERVER_EXAMPLE = server_metadata(
    _BASE,
    Publisher(
        "SERF Power",
        "https://www.example.com",
        "https://www.example.com/support",
        read_instant("2026-03-02T00:00:00Z"),
    ),
    read_instant("2026-01-01T00:00:00Z"),
)
OAUTH_EXAMPLE = oauth_metadata(
    _BASE,
    [
        EacFormat(
            id="registry_pdf",
            name="Registry certificate",
            description="Certificate as the registry prints it.",
            documentation="https://registry.example.com/formats",
        )
    ],
)
