"""Checklist 7.11: the production-projects extension."""

from typing import Any
from zoneinfo import available_timezones

from gridfeed_conformance.ground import filters_exactly, in_order, keys_of, some
from gridfeed_conformance.listings import METERS, PROJECTS, SEGMENTS
from gridfeed_conformance.server import Server
from gridfeed_conformance.verdict import NotApplicableError, check, expect
from gridfeed_conformance.words import PRODUCTION_FORMATS, READING_VALIDITIES, RULE, VALUE_TYPES

REQUIRED = (
    "cds_productionproject_id", "cds_created", "cds_modified", "cds_synced", "contract_start_date",
    "contract_end_date", "meter_number", "available_formats", "contract_rule", "contract_type",
    "available_reading_validity", "timezone", "related_accounts", "related_servicecontracts",
    "related_servicepoints", "related_meterdevices",
)  # fmt: skip


@check(105, "seed", "Production projects are a listing as the others are", "R")
def projects_are_a_listing(server: Server) -> None:
    some(server, PROJECTS)
    answer = server.get(server.url(PROJECTS))
    for key in (PROJECTS.name, "next", "previous"):
        expect(key in answer.body, f"the answer lacks {key}", answer)


@check(106, "seed", "Every project has its sixteen fields", "R")
def projects_are_complete(server: Server) -> None:
    keys_of(some(server, PROJECTS), REQUIRED)


@check(107, "seed", "Every meter number of a project is one visible meter", "R")
def meter_numbers_are_meters(server: Server) -> None:
    for each in some(server, PROJECTS):
        numbers = each["meter_number"]
        expect(isinstance(numbers, list), f"meter_number is {numbers!r}")
        expect(len(numbers) == len(set(numbers)), "a meter number stands twice")
        for number in numbers[:20]:
            found = server.objects(METERS, "all", meter_number=number)
            expect(len(found) == 1, f"meter {number} is {len(found)} meter devices")
    if server.token("one_meter") is not None:
        seen = {n for e in server.objects(PROJECTS, "one_meter") for n in e["meter_number"]}
        expect(len(seen) <= 1, f"a token for one meter sees {sorted(seen)}")


@check(108, "seed, 11.7", "Formats and validities are known words", "R")
def offers_are_known_words(server: Server) -> None:
    for each in some(server, PROJECTS):
        for word in each["available_formats"]:
            expect(server.knows(word, PRODUCTION_FORMATS), f"format {word!r}")
        for word in each["available_reading_validity"]:
            expect(server.knows(word, READING_VALIDITIES), f"validity {word!r}")


@check(109, "seed", "Contract rule, end and time zone have their form", "R")
def contracts_have_their_form(server: Server) -> None:
    for each in some(server, PROJECTS):
        rule, zone = each["contract_rule"], each["timezone"]
        start, end = each["contract_start_date"], each["contract_end_date"]
        expect(rule is None or RULE.fullmatch(str(rule)), f"contract_rule is {rule!r}")
        expect(end is None or start is None or end > start, f"ends {end}, starts {start}")
        expect(zone in available_timezones(), f"timezone is {zone!r}")


@check(110, "seed, 10.2.7", "Formats and meters select projects, and narrow together", "R")
def filters_select(server: Server) -> None:
    found = some(server, PROJECTS)
    words = sorted({word for each in found for word in each["available_formats"]})[:2]
    if words:
        filters_exactly(
            server,
            PROJECTS,
            {"available_formats": " ".join(words)},
            lambda each: bool(set(words) & set(each["available_formats"])),
        )
    numbers = [number for each in found for number in each["meter_number"]]
    if not numbers:
        raise NotApplicableError("no project has a meter")
    for others in ({}, {"cds_productionproject_ids": found[-1]["cds_productionproject_id"]}):
        own = set(others.values())
        filters_exactly(
            server,
            PROJECTS,
            {"meter_numbers": numbers[0], **others},
            lambda each, own=own: (
                numbers[0] in each["meter_number"]  # type: ignore[misc]
                and (not own or each["cds_productionproject_id"] in own)
            ),
        )


@check(111, "seed, 10.8.8", "before and after bound contracts, both inclusive", "R")
def bounds_select(server: Server) -> None:
    found = some(server, PROJECTS)
    for each in found:
        start, end = each["contract_start_date"], each["contract_end_date"]
        if start:
            filters_exactly(server, PROJECTS, {"before": start}, _starts_by(start))
        if end:
            filters_exactly(server, PROJECTS, {"after": end}, _ends_from(end))
            break


@check(112, "seed, 10.1.10", "Projects come last modified first, then by id", "R")
def projects_are_in_order(server: Server) -> None:
    found = some(server, PROJECTS)
    in_order([each["cds_modified"] for each in found], "cds_modified", newest_first=True)
    for stamp in {each["cds_modified"] for each in found}:
        same = [e["cds_productionproject_id"] for e in found if e["cds_modified"] == stamp]
        in_order(same, f"ids modified at {stamp}")


@check(113, "seed, 10.8.5", "Every available format of a project has segments of it", "R")
def offers_are_kept(server: Server) -> None:
    for each in some(server, PROJECTS)[:10]:
        own = each["cds_productionproject_id"]
        for word in each["available_formats"]:
            asked = {"cds_productionproject_ids": own, "production_formats": word}
            answer = server.get(server.url(SEGMENTS), "all", **asked)
            segments = answer.body.get(SEGMENTS.name, [])
            expect(segments, f"{own} offers {word} and has no segment of it", answer)
            for segment in segments:
                fine = segment.get("gridfeed_production_format") == word and own in segment.get(
                    "related_productionprojects", []
                )
                expect(fine, f"{segment.get('cds_usagesegment_id')} is not {word} of {own}", answer)


@check(114, "10.8.5, 11.6", "What was not measured has a value type of its own", "R")
def forecasts_have_their_own_types(server: Server) -> None:
    described = server.metadata.get("cds_usagesegments_additional_value_types") or {}
    for segment in some(server, SEGMENTS):
        production_format = str(segment.get("gridfeed_production_format"))
        forecast = production_format.startswith("forecast_")
        for each in segment["formats"]:
            contracted = each.get("gridfeed_reading_validity") == "contracted"
            if forecast or contracted:
                seen = each.get("type")
                expect(seen not in VALUE_TYPES, f"{each.get('id')} has the standard type {seen}")
                expect(seen in described, f"{seen} is not described in the metadata")
        if forecast and segment.get("gridfeed_issued_at") is None:
            expect(False, f"{segment.get('cds_usagesegment_id')} lacks gridfeed_issued_at")


@check(115, "10.8.2, 11.6", "Standard formats differ in what the specification names", "R")
def standard_formats_differ(server: Server) -> None:
    for segment in some(server, SEGMENTS):
        bare = [_bare(each) for each in segment["formats"] if each.get("type") in VALUE_TYPES]
        twice = [each for each in bare if bare.count(each) > 1]
        expect(
            not twice, f"{segment.get('cds_usagesegment_id')}: {dict(twice[0]) if twice else ''}"
        )


@check(116, "11.5, 11.6", "A client of the specification alone can read every segment")
def base_clients_can_read(server: Server) -> None:
    for segment in some(server, SEGMENTS):
        for place, values in enumerate(segment["values"]):
            for each, value in zip(segment["formats"], values, strict=False):
                if each.get("type") == "electric_usage" and value is not None:
                    expect("eu" in value, f"{segment['cds_usagesegment_id']}: value {place}")
                if each.get("type") == "electric_demand" and value is not None:
                    expect("ed" in value, f"{segment['cds_usagesegment_id']}: value {place}")


def _bare(value_format: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(
        (key, str(value))
        for key, value in value_format.items()
        if key != "id" and not key.startswith("gridfeed_")
    )


def _starts_by(bound: str) -> Any:
    return lambda each: each["contract_start_date"] is None or each["contract_start_date"] <= bound


def _ends_from(bound: str) -> Any:
    return lambda each: each["contract_end_date"] is None or each["contract_end_date"] >= bound
