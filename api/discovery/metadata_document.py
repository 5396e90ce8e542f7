"""What the server says of itself."""

from datetime import UTC, datetime
from typing import Any

import orjson

from api.discovery.metadata import APIS, Publisher, oauth_metadata, server_metadata
from api.web.schema import map_of, members

_BASE = "https://api.example.com"
_DESCRIBED = {
    "name": ("string", "for people"),
    "description": ("string", "what it is"),
    "documentation": ("string", "URL of a page about it"),
}
_VALUE_TYPE = members("ValueType", {"type": ("string", "as in a value format"), **_DESCRIBED})
_EAC_FORMAT = members("EacFormat", {"id": ("string", "as in eac_format"), **_DESCRIBED})


def _as_sent(document: dict[str, object]) -> Any:
    return orjson.loads(orjson.dumps(document, option=orjson.OPT_UTC_Z))


SERVER_BODY = {
    **members(
        "ServerMetadata",
        {
            "cds_metadata_version": ("string", "v1"),
            "cds_metadata_url": ("string", "of this object"),
            "created": ("datetime", "when the database was made"),
            "updated": ("datetime", "when this process read its settings"),
            "name": ("string", "GRIDFEED_API_NAME"),
            "description": ("string", "what is published"),
            "website": ("string", "GRIDFEED_API_WEBSITE"),
            "documentation": ("string", "for developers"),
            "support": ("string", "GRIDFEED_API_SUPPORT"),
            "capabilities": ("string[]", "none of CDS-WG1-01 and CDS-WG1-02"),
            "oauth_metadata": ("string", "where the APIs are announced"),
        },
    ),
    "example": _as_sent(
        server_metadata(
            _BASE,
            Publisher(
                "SERF Power",
                "https://www.example.com",
                "https://www.example.com/support",
                datetime(2026, 3, 2, tzinfo=UTC),
            ),
            datetime(2026, 1, 1, tzinfo=UTC),
        )
    ),
}
OAUTH_BODY = {
    **members(
        "ApiMetadata",
        {
            "issuer": ("string", "this server"),
            "service_documentation": ("string", "for developers"),
            "response_types_supported": ("string[]", "none: there is no OAuth server yet"),
            "grant_types_supported": ("string[]", "none: `gridfeed clients create` gives tokens"),
            "scopes_supported": ("string[]", "none: a token's client says what it opens"),
            "cds_customerdata_version": ("string", "v1"),
            **dict.fromkeys(APIS, ("string", "absolute URL of the listing")),
            "cds_usagesegments_additional_value_types": (map_of(_VALUE_TYPE), "by type"),
            "cds_eac_formats": (map_of(_EAC_FORMAT), "by eac_format"),
        },
    ),
    "example": _as_sent(
        oauth_metadata(
            _BASE,
            [
                {
                    "id": "registry_pdf",
                    "name": "Registry certificate",
                    "description": "Certificate as the registry prints it.",
                    "documentation": "https://registry.example.com/formats",
                }
            ],
        )
    ),
}
