"""Checklist 7.2: metadata and scopes."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

from gridfeed_conformance.ground import some
from gridfeed_conformance.listings import EACS, SEGMENTS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import VALUE_TYPES

VALUE_TYPE_MAP = "cds_usagesegments_additional_value_types"
SCOPE_KEYS = (
    "id", "type", "name", "description", "documentation", "registration_requirements",
    "registration_optional", "response_types_supported", "grant_types_supported",
    "token_endpoint_auth_methods_supported", "code_challenge_methods_supported",
    "coverages_supported", "grant_admin_scope", "authorization_details_types_supported",
    "authorization_details_fields_supported",
)  # fmt: skip
#: Which listing a scope's implied include opens.
OPENS = {
    "cds_query_accounts": ("cds_accounts_api",),
    "cds_query_service_contracts": ("cds_accounts_api", "cds_servicecontracts_api"),
    "cds_query_service_points": ("cds_servicepoints_api",),
    "cds_query_meter_devices": ("cds_meterdevices_api",),
    "cds_query_aggregations": ("cds_aggregations_api",),
    "cds_query_usage": ("cds_usagesegments_api",),
}
OBJECT_SCOPES = tuple(name for name in OPENS if name not in {"cds_query_usage",
                                                             "cds_query_aggregations"})  # fmt: skip


@check(9, "5", 'cds_customerdata_version is "v1"')
def version_is_v1(server: Server) -> None:
    seen = server.metadata.get("cds_customerdata_version")
    expect(seen == "v1", f"cds_customerdata_version is {seen!r}")


@check(10, "5", "Every scope's APIs are announced")
def scopes_have_apis(server: Server) -> None:
    for scope in _scopes(server):
        for key in OPENS.get(scope.get("type", ""), ()):
            url = server.metadata.get(key)
            expect(_is_url(url), f"scope {scope.get('id')}: {key} is {url!r}")


@check(11, "5", "With a usage API there is a map of additional value types")
def value_types_are_a_map(server: Server) -> None:
    if SEGMENTS.metadata_key not in server.metadata:
        raise NotApplicableError("the metadata announces no usage segments")
    seen = server.metadata.get(VALUE_TYPE_MAP)
    expect(isinstance(seen, dict), f"{VALUE_TYPE_MAP} is {seen!r}")


@check(12, "10.8.6", "Every additional value type is described under its own name")
def value_types_are_described(server: Server) -> None:
    found = server.metadata.get(VALUE_TYPE_MAP)
    if not isinstance(found, dict) or not found:
        raise NotApplicableError("there are no additional value types")
    for key, entry in found.items():
        expect(entry.get("type") == key, f"{key}: type is {entry.get('type')!r}")
        _texts(key, entry, ("name", "description"))
        expect(_is_url(entry.get("documentation")), f"{key}: documentation is no URL")


@check(13, "5, 10.9.3", "With an EAC API there is a map of EAC formats")
def eac_formats_are_described(server: Server) -> None:
    if EACS.metadata_key not in server.metadata:
        raise NotApplicableError("the metadata announces no certificates")
    found = server.metadata.get("cds_eac_formats")
    expect(isinstance(found, dict), f"cds_eac_formats is {found!r}")
    for key, entry in (found or {}).items():
        expect(entry.get("id") == key, f"{key}: id is {entry.get('id')!r}")
        _texts(key, entry, ("name", "description"))
        expect(_is_url(entry.get("documentation")), f"{key}: documentation is no URL")


@check(14, "W2 3.2", "cds_timezone is an IANA zone and cds_oauth_version is v1", "I")
def zone_and_version(server: Server) -> None:
    if "cds_oauth_version" not in server.metadata and "cds_timezone" not in server.metadata:
        raise NotApplicableError("the server has no authorization server metadata")
    zone, version = (server.metadata.get(key) for key in ("cds_timezone", "cds_oauth_version"))
    expect(zone in available_timezones(), f"cds_timezone is {zone!r}")
    expect(version == "v1", f"cds_oauth_version is {version!r}")


@check(15, "W2 3.2", "Every scope description stands under its id, which is supported", "I")
def scopes_are_supported(server: Server) -> None:
    _scopes(server)
    supported = server.metadata.get("scopes_supported", [])
    for key, scope in server.metadata["cds_scope_descriptions"].items():
        expect(scope.get("id") == key, f"{key}: id is {scope.get('id')!r}")
        expect(key in supported, f"{key} is not in scopes_supported")


@check(16, "W2 3.4", "Every scope description has its fifteen keys", "I")
def scopes_are_complete(server: Server) -> None:
    for scope in _scopes(server):
        missing = [key for key in SCOPE_KEYS if key not in scope]
        expect(not missing, f"{scope.get('id')} lacks {', '.join(missing)}")


@check(17, "6.2", "Query scopes support no response type")
def query_scopes_have_no_response_type(server: Server) -> None:
    for scope in _query_scopes(server):
        seen = scope.get("response_types_supported")
        expect(seen == [], f"{scope.get('id')}: response_types_supported is {seen!r}")


@check(18, "6.2", "Query scopes support client_credentials")
def query_scopes_support_client_credentials(server: Server) -> None:
    for scope in _query_scopes(server):
        seen = scope.get("grant_types_supported", [])
        expect("client_credentials" in seen, f"{scope.get('id')}: grant types are {seen}")


@check(19, "6.2.1-6.2.4", "Scopes of accounts, contracts, points and meters offer sync_until")
def object_scopes_offer_sync_until(server: Server) -> None:
    scopes = [each for each in _scopes(server) if each.get("type") in OBJECT_SCOPES]
    if not scopes:
        raise NotApplicableError("there is no scope of accounts, contracts, points or meters")
    for scope in scopes:
        expect("sync_until" in _fields(scope), f"{scope.get('id')} offers no sync_until")


@check(20, "6.2.8", "cds_query_usage offers sync_until, segment_start and segment_end")
def usage_scope_offers_its_bounds(server: Server) -> None:
    scopes = [each for each in _scopes(server) if each.get("type") == "cds_query_usage"]
    if not scopes:
        raise NotApplicableError("there is no scope cds_query_usage")
    for scope in scopes:
        missing = {"sync_until", "segment_start", "segment_end"} - set(_fields(scope))
        expect(not missing, f"{scope.get('id')} offers no {', '.join(sorted(missing))}")


@check(21, "7.1.13", "Direct scopes have no field addresses")
def direct_scopes_have_no_addresses(server: Server) -> None:
    _lack(server, ("addresses",))


@check(22, "7.4", "Direct scopes have no fields of a consent form")
def direct_scopes_have_no_form(server: Server) -> None:
    _lack(server, ("merge_selection_with", "purpose", "allow_scope_modifications"))


@check(23, "5.2", "Only choices of value types carry a usagesegment_format, and all of them do")
def choices_carry_formats(server: Server) -> None:
    for scope in _scopes(server):
        for field in _fields(scope).values():
            wanted = field.get("id") == "include_usage_segment_value_types"
            for choice in field.get("choices") or ():
                found = choice.get("usagesegment_format")
                expect((found is not None) == wanted, f"{field.get('id')}: {choice.get('id')}")
                expect(not wanted or {"id", "type"} <= set(found), f"{choice.get('id')}: {found}")


@check(24, "7.2, 7.3", "Fields have their formats")
def fields_have_their_formats(server: Server) -> None:
    instants = {"segment_start", "segment_end", "sync_until", "expires"}
    for scope in _scopes(server):
        for name, field in _fields(scope).items():
            wanted = None
            if name == "include_usage_segment_value_types":
                wanted = "choice_list_or_null"
            elif name.startswith("include_"):
                wanted = "boolean"
            elif name in instants:
                wanted = "relative_or_absolute_datetime"
            seen = field.get("format")
            expect(wanted in {None, seen}, f"{name} has format {seen!r}, not {wanted!r}")


@check(25, "10.8.5", "Every value type in use is standard or described in the metadata")
def value_types_in_use_are_known(server: Server) -> None:
    described = server.metadata.get(VALUE_TYPE_MAP) or {}
    for segment in some(server, SEGMENTS):
        for value_format in segment.get("formats", []):
            seen = value_format.get("type")
            expect(
                seen in VALUE_TYPES or seen in described, f"value type {seen!r} is not described"
            )


def _scopes(server: Server) -> list[dict[str, Any]]:
    found = server.metadata.get("cds_scope_descriptions")
    if not isinstance(found, dict) or not found:
        raise NotApplicableError("the server describes no scopes (CDS-WG1-02)")
    return list(found.values())


def _query_scopes(server: Server) -> list[dict[str, Any]]:
    found = [
        scope for scope in _scopes(server) if str(scope.get("type", "")).startswith("cds_query_")
    ]
    if not found:
        raise NotApplicableError("there is no scope of type cds_query_*")
    return found


def _fields(scope: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        field.get("id", ""): field
        for field in scope.get("authorization_details_fields_supported") or ()
    }


def _lack(server: Server, names: tuple[str, ...]) -> None:
    for scope in _direct(server):
        found = [name for name in names if name in _fields(scope)]
        expect(not found, f"{scope.get('id')} has {', '.join(found)}")


def _direct(server: Server) -> Iterator[dict[str, Any]]:
    return (scope for scope in _scopes(server) if scope.get("response_types_supported") == [])


def _texts(key: str, entry: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        text = entry.get(name)
        expect(isinstance(text, str) and text, f"{key}: {name} is {text!r}")


def _is_url(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("https://", "http://"))
