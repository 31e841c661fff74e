"""One budget of requests for all processes, on both databases."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from decisions.request_budget import Ask, Day, Report
from storage import Store, open_store, request_budgets
from storage.request_budgets import SharedBudget


@pytest.fixture
def other_process(database_url: str) -> Iterator[Store]:
    store = open_store(database_url)
    yield store
    store.close_now()


async def test_one_budget_for_two_processes(store: Store, other_process: Store) -> None:
    """Processes that ask at the same moment are never given more than the limit together."""
    budgets = [SharedBudget(each, lambda: 1000.0) for each in (store, other_process)]

    def take(number: int) -> int:
        return budgets[number % 2].take(Ask("call", Report(f"thread {number}"), 3)).requests

    given = await asyncio.gather(*(asyncio.to_thread(take, number) for number in range(40)))

    assert sum(given) == 90


async def test_a_refusal_holds_up_all(store: Store, other_process: Store) -> None:
    """After one process met a refusal, the other waits too, also one that starts later."""
    await asyncio.to_thread(SharedBudget(store, lambda: 1000.0).close, "call", 8.0)

    portion = await asyncio.to_thread(SharedBudget(other_process, lambda: 1003.0).take, Ask("call", Report("b")))

    assert (portion.requests, timedelta(seconds=portion.wait)) == (0, timedelta(seconds=5))


async def test_the_day_is_known(store: Store) -> None:
    """What HubSpot told of its day is there for whoever asks; before, nothing is."""
    assert await store.read(request_budgets.day) is None

    day = Day(250_000, 249_000, told_at=1000.0)
    await asyncio.to_thread(SharedBudget(store, lambda: 1000.0).take, Ask("exempt", Report("a", day=day)))

    assert await store.read(request_budgets.day) == day
