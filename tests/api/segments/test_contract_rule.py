"""A project's contract_rule is the share of now as a percentage; digest 1.5."""

import pytest

from tests.api.application import PROJECTS, Application
from tests.api.builders import Store, utc

PAST, FUTURE = utc("2024-01-01"), utc("2990-01-01")


async def rule(api: Application) -> object:
    (project,) = await api.items(PROJECTS)
    return project["contract_rule"]


@pytest.mark.parametrize(
    ("declared", "shown"),
    [(None, None), ("100%", "100%"), ("37.50%", "37.50%"), ("1/3", None)],
)
async def test_a_rule_is_shown_as_it_is_written_where_it_is_a_percentage(
    store: Store, api: Application, declared: str | None, shown: str | None
) -> None:
    await store.project(contract_rule=declared)
    await store.client()
    assert await rule(api) == shown


@pytest.mark.parametrize(("now", "shown"), [("2/5", "40%"), ("0.1%", "0.1%"), ("1/3", None)])
async def test_of_several_shares_the_one_of_now_is_shown(
    store: Store, api: Application, now: str, shown: str | None
) -> None:
    await store.project()
    await store.share("10%", ends_at=PAST)
    await store.share(now, PAST, FUTURE)
    await store.share("20%", FUTURE)
    await store.client()
    assert await rule(api) == shown


async def test_where_no_share_is_valid_now_there_is_none(store: Store, api: Application) -> None:
    await store.project()
    await store.share("10%", ends_at=PAST)
    await store.client()
    assert await rule(api) is None
