"""Many ask at once, and nobody is answered with what was true before they asked."""

import asyncio

import pytest

from api.web.transport.freshness import Freshness


async def test_no_answer_is_older_than_its_asking_and_many_share_one() -> None:
    """A question takes a while; whoever asks meanwhile gets an answer that began afterwards."""
    begun: list[int] = []

    async def ask_database() -> str:
        begun.append(len(begun))
        number = begun[-1]
        await asyncio.sleep(0.01)
        return str(number)

    freshness = Freshness(ask_database)
    asked = [asyncio.create_task(freshness.state())]
    await asyncio.sleep(0.005)
    asked += [asyncio.create_task(freshness.state()) for _ in range(50)]
    first, *later = await asyncio.gather(*asked)
    assert first == "0"
    assert set(later) == {"1"}
    assert begun == [0, 1]


async def test_a_question_that_fails_does_not_spoil_the_next() -> None:
    answers = iter([OSError("away"), "2"])

    async def ask_database() -> str:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    freshness = Freshness(ask_database)
    with pytest.raises(OSError, match="away"):
        await freshness.state()
    assert await freshness.state() == "2"
