"""Those who catch up take turns, and whoever stops waiting holds up nobody."""

import asyncio

import pytest

from api.feed.reader import Reader
from api.feed.turns import Turns
from gridfeed.domain.published.feed_position import START
from tests.api.feed.feeds import audience

LONG = 60.0


class Course:
    """What readers do with their turns."""

    def __init__(self, *, yields: bool = False) -> None:
        self.turns = Turns(lambda: yields)
        self.done: list[Reader] = []
        self.at_once = self.most_at_once = 0

    async def take(self, reader: Reader, seconds: float = LONG, work: float = 0.01) -> bool:
        async with self.turns.one(reader, seconds) as mine:
            if mine:
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                await asyncio.sleep(work)
                self.at_once -= 1
                self.done.append(reader)
            return mine


def readers(count: int) -> list[Reader]:
    return [Reader(audience(), START) for _ in range(count)]


@pytest.fixture
def course() -> Course:
    return Course()


async def test_one_at_a_time_in_the_order_in_which_they_came(course: Course) -> None:
    some = readers(20)
    assert all(await asyncio.gather(*map(course.take, some)))
    assert course.done == some
    assert course.most_at_once == 1


@pytest.mark.parametrize("ending", ["closed", "cancelled", "too long"])
async def test_who_stops_waiting_is_passed_over(course: Course, ending: str) -> None:
    first, second, third = readers(3)
    seconds = 0.05 if ending == "too long" else LONG
    asked = [
        asyncio.create_task(course.take(first, work=0.5)),
        asyncio.create_task(course.take(second, seconds)),
        asyncio.create_task(course.take(third)),
    ]
    await asyncio.sleep(0.1)
    if ending == "closed":
        second.close()
    elif ending == "cancelled":
        asked[1].cancel()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert results[0] is True
    assert results[2] is True
    assert results[1] is not True
    assert course.done == [first, third]


async def test_who_is_cancelled_as_its_turn_comes_passes_it_on(course: Course) -> None:
    first, second, third = readers(3)
    begun = [asyncio.create_task(course.take(each)) for each in (first, second, third)]
    while first not in course.done:  # noqa: ASYNC110 - until the turn is about to be passed on
        await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(begun[1].cancel)
    await asyncio.gather(*begun, return_exceptions=True)
    assert third in course.done


async def test_all_who_wait_are_let_go_when_the_process_stops(course: Course) -> None:
    holder, *waiting = readers(10)
    held = asyncio.create_task(course.take(holder, work=0.2))
    asked = [asyncio.create_task(course.take(each)) for each in waiting]
    await asyncio.sleep(0.05)
    course.turns.dismiss()
    assert not any(await asyncio.gather(*asked))
    assert await held


async def test_between_two_turns_others_have_as_long_as_the_turn_took() -> None:
    course = Course(yields=True)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(course.take(each, work=0.05) for each in readers(5)))
    assert loop.time() - begun >= 5 * 0.05 + 4 * 0.05
