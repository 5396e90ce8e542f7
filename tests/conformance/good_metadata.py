"""What the good server says of itself."""

from typing import Any

from tests.conformance.good_data import BASE

PATHS = {
    "accounts": "accounts", "service_contracts": "servicecontracts",
    "service_points": "servicepoints", "meter_devices": "meterdevices",
    "usage_segments": "usagesegments", "eacs": "eacs", "production_projects": "productionprojects",
}  # fmt: skip
INSTANT = "relative_or_absolute_datetime"


def described(name: str) -> dict[str, Any]:
    return {"type": name, "name": name, "description": "What it is.",
            "documentation": f"{BASE}/docs/{name}"}  # fmt: skip


def field(name: str, form: str, **others: object) -> dict[str, Any]:
    return {"id": name, "format": form, "name": name, "description": name} | others


def scope(kind: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{kind}_1", "type": kind, "name": kind, "description": kind,
        "documentation": f"{BASE}/docs/{kind}", "registration_requirements": [],
        "registration_optional": [], "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": [], "coverages_supported": [],
        "grant_admin_scope": None, "authorization_details_types_supported": [f"{kind}_1"],
        "authorization_details_fields_supported": [field("sync_until", INSTANT), *fields],
    }  # fmt: skip


def metadata() -> dict[str, Any]:
    choice = {"id": "g", "name": "g", "usagesegment_format": {"id": "g", "type": "electric_usage"}}
    usage = scope(
        "cds_query_usage", field("segment_start", INSTANT), field("segment_end", INSTANT),
        field("include_usage_segment_value_types", "choice_list_or_null", choices=[choice]),
        field("include_meter_devices", "boolean"),
    )  # fmt: skip
    scopes = [usage, scope("cds_query_accounts"), scope("cds_query_service_contracts")]
    return {
        "cds_metadata_version": "v1", "oauth_metadata": f"{BASE}/oauth-metadata",
        "cds_customerdata_version": "v1", "cds_oauth_version": "v1", "cds_timezone": "UTC",
        **{f"cds_{word}_api": f"{BASE}/{name}" for name, word in PATHS.items()},
        "cds_usagesegments_additional_value_types": {
            name: described(name) for name in ("good_contracted", "good_forecast")},
        "cds_eac_formats": {"good_pdf": described("good_pdf") | {"id": "good_pdf"}},
        "scopes_supported": [each["id"] for each in scopes],
        "cds_scope_descriptions": {each["id"]: each for each in scopes},
    }  # fmt: skip
