"""What holds the change feed up, and a schema that the program does not know."""

from datetime import timedelta

import asyncpg
import pytest

from cli.doctor import feed
from gridfeed.settings import Settings
from gridfeed.storage import held
from tests.cli.doctor.conftest import checked


async def test_a_transaction_that_stays_open_is_named_with_its_process(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "LONGEST_TRANSACTION", timedelta(0))
    names = {"application_name": "a-forgotten-window"}
    writing = await asyncpg.connect(database_url, server_settings=names)
    async with writing.transaction():
        await writing.execute("SELECT pg_current_xact_id()")
        (check,) = await feed.look(settings)
    await writing.close()
    assert not check.ok
    assert f"process {writing.get_server_pid()} of postgres" in check.seen
    assert "(a-forgotten-window)" in check.seen


async def test_a_transaction_of_less_than_a_minute_holds_nothing_up(
    settings: Settings, connection: asyncpg.Connection
) -> None:
    async with connection.transaction():
        await connection.execute("SELECT pg_current_xact_id()")
        (check,) = await feed.look(settings)
    assert check.ok


async def test_a_database_newer_than_the_program_is_a_problem_that_names_both(
    settings: Settings, connection: asyncpg.Connection
) -> None:
    await connection.execute("INSERT INTO schema_migration VALUES (9999, 'of_tomorrow')")
    check = (await checked(settings))["migrations"]
    assert not check.ok
    assert "9999_of_tomorrow, newer than 00" in check.seen
