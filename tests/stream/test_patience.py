"""What passes is waited out, and said; what does not pass is raised at once."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from gridfeed import clock
from gridfeed.avro.registry import RegistryError
from stream import waits
from stream.patience import passes, patiently
from tests.stream.plant import until

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
PASSING = [
    (ConnectionRefusedError("refused"), "database: away; check GRIDFEED_DATABASE_URL (refused)"),
    (
        asyncpg.DeadlockDetectedError("deadlock"),
        "database: away; check GRIDFEED_DATABASE_URL (deadlock)",
    ),
    (
        KafkaConnectionError("no broker"),
        "broker: away; check GRIDFEED_KAFKA_BOOTSTRAP (KafkaConnectionError: no broker)",
    ),
    (RegistryError("the registry answers 503"), "the registry answers 503"),
]


def waiting_for() -> list[str]:
    """Return the cause of each wait, without what waits and since when."""
    return [each.partition("; waiting: ")[0] for each in waits.waiting_for(clock.now())]


def failing(error: Exception, times: int) -> Callable[[], Awaitable[str]]:
    """Return work that fails so often and then succeeds."""
    left = [error] * times

    async def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


@pytest.mark.parametrize(("error", "sentence"), PASSING)
async def test_what_is_away_is_named_with_its_setting_while_it_is_waited_for(
    error: Exception, sentence: str
) -> None:
    waiting = asyncio.create_task(patiently(failing(error, 3)))
    await until(waiting_for)
    assert waiting_for() == [sentence]
    assert await waiting == "done"
    assert waiting_for() == []


async def test_a_database_that_comes_is_taken_up(database_url: str) -> None:
    urls = [NOWHERE, NOWHERE, database_url]

    async def connect() -> int:
        connection = await asyncpg.connect(urls.pop(0))
        answer: int = await connection.fetchval("SELECT 42")
        await connection.close()
        return answer

    assert await patiently(connect) == 42
    assert urls == []


async def test_a_statement_that_is_wrong_is_tried_once(database: asyncpg.Connection) -> None:
    tried = []

    async def ask() -> None:
        tried.append(1)
        await database.fetch("SELECT nothing FROM nowhere")

    with pytest.raises(asyncpg.UndefinedTableError):
        await patiently(ask)
    assert (len(tried), waiting_for()) == (1, [])


async def test_arguments_that_do_not_fit_a_statement_are_no_outage(
    database: asyncpg.Connection,
) -> None:
    with pytest.raises(asyncpg.InterfaceError) as misfit:
        await database.fetch("SELECT $1::integer")
    assert not passes(misfit.value)


async def test_two_that_wait_for_the_same_are_one_sentence_and_one_that_gives_up_is_none() -> None:
    away = ConnectionRefusedError("refused")
    waiting = [asyncio.create_task(patiently(failing(away, 1_000))) for _ in range(2)]
    await asyncio.sleep(0.1)
    assert len(waiting_for()) == 1
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)
    assert waiting_for() == []


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), AssertionError("x")])
def test_a_fault_of_the_program_does_not_pass(error: Exception) -> None:
    assert not passes(error)
