"""What the server says of itself."""

from datetime import UTC, datetime
from typing import Any

import orjson

from api.documents.schema import members
from api.represent.metadata import APIS, Publisher, oauth_metadata, server_metadata

_BASE = "https://api.example.com"
_DESCRIBED = "each with name, description and documentation"


def _as_sent(document: dict[str, object]) -> Any:
    return orjson.loads(orjson.dumps(document, option=orjson.OPT_UTC_Z))


SERVER_BODY = {
    **members(
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
        }
    ),
    "example": _as_sent(
        server_metadata(
            _BASE,
            Publisher("SERF Power", "https://www.example.com", "https://www.example.com/support"),
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 3, 2, tzinfo=UTC),
        )
    ),
}
OAUTH_BODY = {
    **members(
        {
            "issuer": ("string", "this server"),
            "service_documentation": ("string", "for developers"),
            "response_types_supported": ("string[]", "none: there is no OAuth server yet"),
            "grant_types_supported": ("string[]", "none: `gridfeed clients create` gives tokens"),
            "scopes_supported": ("string[]", "none: a token's client says what it opens"),
            "cds_customerdata_version": ("string", "v1"),
            **dict.fromkeys(APIS, ("string", "absolute URL of the listing")),
            "cds_usagesegments_additional_value_types": ("object", f"by type, {_DESCRIBED}"),
            "cds_eac_formats": ("object", f"by eac_format, {_DESCRIBED}"),
        }
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
