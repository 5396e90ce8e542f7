"""Register readings and supply mixes: each of their rules is caught when it is broken."""

import pytest

from gridfeed_conformance.report import text
from gridfeed_conformance.verdict import Status
from tests.conformance.conftest import verdicts_of
from tests.conformance.good_data import Item
from tests.conformance.good_server import GoodServer, Mutation
from tests.conformance.wrongs import Change, drop, formats, put, values


def of_type(name: str, change: Change) -> Mutation:
    return formats(lambda each: change(each) if each["type"] == name else None)


def mix(change: Change) -> Mutation:
    return of_type("electric_supply_mix", change)


def reading(change: Change) -> Mutation:
    return of_type("meter_readings", change)


def ratio(new: object) -> Mutation:
    def change(item: Item | None) -> Item | None:
        return item | {"sm": new} if item and "sm" in item else item

    return values(lambda every: [[change(each) for each in sets] for sets in every])


WRONG = [
    (87, reading(drop("register")), "register"),
    (87, reading(put(register=7)), "register 7"),
    (87, reading(put(units="dials")), "units 'dials'"),
    (87, reading(put(related_meterdevice=None)), "related_meterdevice None"),
    (121, mix(put(supply_type="sun")), "supply_type 'sun'"),
    (121, mix(drop("attribution")), "attribution None"),
    (121, mix(drop("indexes")), "indexes None"),
    (121, mix(put(indexes=[2])), "indexes [2]"),
    (121, mix(put(indexes=[-1])), "indexes [-1]"),
    (121, ratio(1.01), "'sm': Decimal('1.01')"),
    (121, ratio("0.5"), "'sm': '0.5'"),
    (121, ratio(None), "'sm': None"),
]


@pytest.mark.parametrize(("number", "mutation", "said"), WRONG)
def test_a_broken_rule_is_named(number: int, mutation: Mutation, said: str) -> None:
    wrong = GoodServer()
    mutation(wrong)
    verdict = verdicts_of(wrong, number)[number]
    assert verdict.status is Status.FAIL
    assert said in verdict.reason


def test_indexes_of_no_column_are_right() -> None:
    server = GoodServer()
    mix(put(indexes=[]))(server)
    assert verdicts_of(server, 121)[121].status is Status.PASS


def test_a_failure_shows_its_request_and_the_answer_and_all_requests_are_kept() -> None:
    wrong = GoodServer()
    mix(put(supply_type="sun"))(wrong)
    verdict = verdicts_of(wrong, 121)[121]
    first, *_, request, answer = text(verdict).splitlines()
    assert first.startswith("121  fail")
    assert request.strip().startswith("GET https://good.test/usage_segments")
    assert request.endswith("with token all")
    assert answer.strip().startswith('200 {"usage_segments"')
    assert {each.url.split("?")[0] for each in verdict.asked} == {
        "https://good.test/usage_segments"
    }
    assert len(verdict.asked) == 3


def test_a_check_that_passes_shows_its_exchange_when_asked() -> None:
    verdict = verdicts_of(GoodServer(), 9)[9]
    assert len(text(verdict).splitlines()) == 1
    assert "GET https://good.test/.well-known/cds-server" in text(verdict, verbose=True)
