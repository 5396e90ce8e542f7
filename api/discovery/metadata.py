"""What the server says of itself (CDS-WG1-01 3.2, CDS-WG3-01 5); pure.

There is no OAuth server: tokens come from `gridfeed clients create`. So the capability `oauth` is
not claimed, and no endpoint, scope or field of CDS-WG1-02 is announced; `oauth_metadata` is, since
it names the document in which CDS-WG3-01 5 has a client look for the APIs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.discovery.value_types import OWN_TYPES
from api.discovery.value_types_page import PATH as VALUE_TYPES

SERVER_METADATA = "/.well-known/cds-server-metadata.json"
OAUTH_METADATA = "/.well-known/oauth-authorization-server"
DOCS = "/docs"

DESCRIPTION = "Power-production data: telemetry, settlement reads, forecasts, and who they are of."

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


def server_metadata(base: str, publisher: Publisher, created: datetime) -> dict[str, object]:
    """Return the metadata object; `base` is the public URL without a slash at its end."""
    return {
        "cds_metadata_version": "v1",
        "cds_metadata_url": base + SERVER_METADATA,
        "created": created,
        "updated": publisher.started_at,
        "name": publisher.name,
        "description": DESCRIPTION,
        "website": publisher.website or base + DOCS,
        "documentation": base + DOCS,
        "support": publisher.support or base + DOCS,
        "capabilities": [],
        "oauth_metadata": base + OAUTH_METADATA,
    }


def oauth_metadata(base: str, eac_formats: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Return the authorization server metadata, as far as there is one, with the APIs.

    eac_formats: id, name, description, documentation.
    """
    return {
        "issuer": base,
        "service_documentation": base + DOCS,
        "response_types_supported": [],
        "grant_types_supported": [],
        "scopes_supported": [],
        "cds_customerdata_version": "v1",
        **{key: base + path for key, path in APIS.items()},
        "cds_usagesegments_additional_value_types": {
            name: {
                "type": name,
                "name": kind.name,
                "description": kind.description,
                "documentation": f"{base}{VALUE_TYPES}#{name}",
            }
            for name, kind in OWN_TYPES.items()
        },
        "cds_eac_formats": {each["id"]: dict(each) for each in eac_formats},
    }
