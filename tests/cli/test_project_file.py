"""What a project file declares, and what is said of one that is wrong."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from cli.projects.file import BadProjectFileError, read_projects
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.declaration.declared import DeclaredMeter
from gridfeed.domain.words import Integration

DESIGN = """
tenant: default
projects:
  - id: serf-east                       # cds_productionproject_id
    name: SERF East
    timezone: America/Denver
    interval_seconds: 300               # base interval of telemetry segments
    contract: {type: PPA, rule: "100%", start: 2020-01-01, end: 2030-01-01}
    meters:
      - number: serf-east-1
        capacity_kw: 6
        integration: step               # or linear
        hold_limit_seconds: 120
"""


def denver(year):
    """Midnight of the first of January."""
    return datetime(year, 1, 1, 7, tzinfo=UTC)


def only(text):
    (declared,) = read_projects(text)
    return declared


def faults(text):
    with pytest.raises(BadProjectFileError) as caught:
        read_projects(text)
    return [(fault.line, fault.text) for fault in caught.value.faults]


def project(*lines):
    return "\n".join(["projects:", "  - id: p", "    timezone: UTC", *lines])


def test_the_example_of_the_design_is_read_to_the_letter():
    declared = only(DESIGN)
    assert declared.project == Project(
        cds_productionproject_id="serf-east",
        tenant="default",
        name="SERF East",
        timezone="America/Denver",
        interval_seconds=300,
        interval_anchor_seconds=0,
        units="kWh",
        contract_type="PPA",
        contract_rule="100%",
        contract_start=denver(2020),
        contract_end=denver(2030),
        shares=(ContractShare(Fraction(1), denver(2020), denver(2030)),),
    )
    assert declared.meters == (
        DeclaredMeter(
            meter_number="serf-east-1",
            capacity_kw=Decimal(6),
            integration=Integration.STEP,
            hold_limit_seconds=120,
            line=10,
        ),
    )
    assert declared.line == 4


def test_what_is_left_out_has_its_default():
    declared = only(project("    meters:", "      - {number: m, capacity_kw: 1}"))
    assert declared.project == Project(
        cds_productionproject_id="p",
        tenant="default",
        name="p",
        timezone="UTC",
        interval_seconds=300,
        interval_anchor_seconds=0,
        units="kWh",
    )
    assert declared.meters[0] == DeclaredMeter(
        meter_number="m",
        capacity_kw=Decimal(1),
        integration=Integration.STEP,
        hold_limit_seconds=120,
        line=5,
    )


def test_a_number_is_taken_as_it_is_written():
    declared = only(project("    meters:", "      - {number: 0071, capacity_kw: 6.10}"))
    assert declared.meters[0].meter_number == "0071"
    assert str(declared.meters[0].capacity_kw) == "6.10"


def test_intervals_of_a_zone_at_a_quarter_hour_are_anchored_to_its_midnight():
    # Kathmandu is 5 h 45 min ahead: midnight is at 18:15 UTC, 900 s past the hour.
    text = "projects: [{id: p, timezone: Asia/Kathmandu, interval_seconds: 3600}]"
    assert only(text).project.interval_anchor_seconds == 900


def test_intervals_that_cannot_fill_a_day_are_refused_with_those_that_can():
    assert faults(
        "projects:\n- id: p\n  timezone: Australia/Lord_Howe\n  interval_seconds: 3600"
    ) == [
        (
            4,
            (
                "projects[0].interval_seconds: '3600': interval_seconds=3600 cannot tile the"
                " 23.5-hour days of Australia/Lord_Howe; use 1800, 900, 300 or another divisor"
                " of 1800"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("line", "key", "cause"),
    [
        ("    timezon: UTC", "timezon", "did you mean timezone?"),
        ("    colour: red", "colour", "known are id, name, timezone, interval_seconds, units"),
    ],
)
def test_an_unknown_key_is_answered_with_a_known_one(line, key, cause):
    ((at, text),) = faults(project(line))
    assert at == 4
    assert text.startswith(f"projects[0].{key}: unknown key; {cause}")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("    interval_seconds: soon", "'soon': Input should be a valid integer"),
        ("    units: GWh", "'GWh': Input should be 'Wh', 'kWh' or 'MWh'"),
        ('    contract: {rule: "0.0%"}', "not a share above 0% and up to 100%"),
        ('    contract: {rule: "100.1%"}', "not a share above 0% and up to 100%"),
        ('    contract: {rule: "half"}', 'write one like "37.5%"'),
        ("    contract: {start: 2020-02-30}", "'2020-02-30': Input should be a valid date"),
        ("    contract: {start: 2020-01-01T00:00:00Z}", "write one like 2030-01-01"),
        ("    contract: {start: 2020-01-01, end: 2020-01-01}", "end is exclusive"),
        ("    meters: [{number: a b, capacity_kw: 1}]", "without white space"),
        ("    meters: [{number: a, capacity_kw: 0}]", "greater than 0"),
        ("    meters: [{number: a, capacity_kw: NaN}]", "finite number"),
        ("    meters: [{number: a, capacity_kw: 1, hold_limit_seconds: 86401}]", "86400"),
        ("    meters: [{number: a, capacity_kw: 1, integration: cubic}]", "'step' or 'linear'"),
        ("    meters: [m-1]", "must be a mapping of keys, not 'm-1'"),
        ("    meters: 3", "should be a valid list"),
    ],
)
def test_a_value_that_is_not_accepted_is_named_with_its_line(line, text):
    ((at, said),) = faults(project(line))
    assert at == 4
    assert text in said


@pytest.mark.parametrize("rule", ["100%", "100.00%", "37.5%", "0.1%", "99.999%", "1/3"])
def test_a_share_is_kept_as_it_is_written(rule):
    assert only(project(f"    contract: {{rule: {rule}}}")).project.contract_rule == rule


def test_all_faults_are_told_at_once_in_the_order_of_lines():
    text = "tenants: a\nprojects:\n  - id: p q\n    timezone: Mars/Base\n  - timezone: UTC\n"
    assert [line for line, _ in faults(text)] == [1, 3, 4, 5]
    assert faults(text)[3][1] == "projects[1].id: is required"


def test_a_misspelled_zone_is_answered_with_the_right_one():
    ((_, said),) = faults("projects: [{id: p, timezone: America/Denvr}]")
    assert said.endswith("write one like America/Denver")


def test_a_meter_in_two_projects_is_refused_with_both_lines():
    text = (
        "projects:\n"
        "  - {id: p, timezone: UTC, meters: [{number: m, capacity_kw: 1}]}\n"
        "  - {id: q, timezone: UTC, meters: [{number: m, capacity_kw: 1}]}\n"
    )
    assert faults(text) == [
        (
            3,
            (
                "meter m is declared on line 2 already, for the same time; keep one of the two, or"
                " date both: `to` in the project it leaves, `from` in the one it joins"
            ),
        )
    ]


def test_a_project_declared_twice_is_refused_with_both_lines():
    text = "projects:\n  - {id: p, timezone: UTC}\n  - {id: p, timezone: UTC}\n"
    assert faults(text) == [(3, "project p is declared on line 2 already; keep one of the two")]


def test_a_key_that_stands_twice_is_refused_with_both_lines():
    assert (5, "timezone is on line 3 already; keep one of the two") in faults(
        project("    name: x", "    timezone: UTC")
    )


def test_meters_may_share_keys_through_an_anchor():
    declared = only(
        project(
            "    meters:",
            "      - &first {number: a, capacity_kw: 5, integration: linear}",
            "      - {<<: *first, number: b}",
        )
    )
    assert [(meter.meter_number, meter.capacity_kw) for meter in declared.meters] == [
        ("a", Decimal(5)),
        ("b", Decimal(5)),
    ]
    assert declared.meters[1].integration is Integration.LINEAR


def test_an_anchor_may_be_used_as_often_as_there_are_meters():
    lines = (f"      - {{<<: *first, number: m{n}}}" for n in range(3000))
    first = "      - &first {number: a, capacity_kw: 5, integration: linear}"
    assert len(only(project("    meters:", first, *lines)).meters) == 3001


LEVELS = 12
BOMBS = {
    "lists": "a0: &a0 [x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, LEVELS)),
    "merges": "a0: &a0 {x: y}\n"
    + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, LEVELS)),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_file_whose_aliases_make_much_of_little_is_refused_at_once(text):
    ((line, cause),) = faults(text)
    assert (line, "its aliases (*) make more than" in cause) == (1, True)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "the file is empty"),
        ("projects: [a\nb: c", 2, "not YAML"),
        ("a: &x [*x]", 1, "an alias (*) stands inside its anchor"),
        ("projects: []\n---\nprojects: []\n", 2, "another document"),
        ("- a", 1, "must be a mapping of keys, not a list"),
        ('tenant: "a b"\nprojects: []', 1, "as in a Kafka topic's name"),
        ("tenant: a", 1, "projects: is required"),
    ],
)
def test_what_is_no_project_file_is_told_with_its_line(text, line, said):
    (at, cause), *_ = faults(text)
    assert at == line
    assert said in cause
