"""Many ask at once, and nobody is answered with what was true before they asked."""

import asyncio
from collections.abc import Iterator

import pytest

from api.transport.freshness import Freshness


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def test_no_answer_is_older_than_its_asking_and_many_share_one(runner: asyncio.Runner) -> None:
    """A question takes a while; whoever asks meanwhile gets an answer that began afterwards."""
    begun: list[int] = []

    async def ask_database() -> str:
        begun.append(len(begun))
        number = begun[-1]
        await asyncio.sleep(0.01)
        return str(number)

    async def scenario() -> list[str]:
        freshness = Freshness(ask_database)
        first = asyncio.create_task(freshness.state())
        await asyncio.sleep(0.005)
        later = [asyncio.create_task(freshness.state()) for _ in range(50)]
        return list(await asyncio.gather(first, *later))

    first, *later = runner.run(scenario())
    assert first == "0"
    assert set(later) == {"1"}
    assert begun == [0, 1]


def test_a_question_that_fails_does_not_spoil_the_next(runner: asyncio.Runner) -> None:
    answers = iter([OSError("away"), "2"])

    async def ask_database() -> str:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    async def scenario() -> str:
        freshness = Freshness(ask_database)
        with pytest.raises(OSError, match="away"):
            await freshness.state()
        return await freshness.state()

    assert runner.run(scenario()) == "2"
