"""The limiter of one process takes its turns in the budget that all share, and asks for it seldom."""

from datetime import timedelta

import pytest

from decisions.request_budget import Ask, Portion
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.trouble import RateLimited

NO_HEADERS: dict[str, str] = {}


def test_long_closures_are_told_instead_of_waited_out(clock):
    """When HubSpot wants to be left alone for more than a minute, the caller hears it at once."""
    limiter = Limiter(InMemory(clock), clock.sleep)
    limiter.close(limiter.enter("call", interactive=False), timedelta(seconds=120))

    with pytest.raises(RateLimited) as limited:
        limiter.enter("call", interactive=False)

    assert limited.value.wait == timedelta(seconds=120)
    assert clock.slept == []
    assert limiter.enter("search", interactive=False).budget == "search"


def test_searches_have_their_own_limit(clock):
    """Searches stay below five a second, and do not hold up other calls."""
    limiter = Limiter(InMemory(clock), clock.sleep)
    at = []
    for _ in range(12):
        ticket = limiter.enter("search", interactive=False)
        at.append(ticket.sent_at)
        limiter.leave(ticket, NO_HEADERS)

    assert all(late - early >= 1.0 - 1e-9 for early, late in zip(at, at[5:], strict=False))
    assert at[-1] - at[0] < 4
    slept = len(clock.slept)
    limiter.enter("call", interactive=False)
    assert len(clock.slept) == slept


def test_knows_what_is_left_of_the_day(clock):
    """The calls left until midnight are known after any answer that tells them, and stay known."""
    limiter = Limiter(InMemory(clock), clock.sleep)
    assert limiter.daily_remaining is None

    limiter.leave(limiter.enter("exempt", interactive=False), {"x-hubspot-ratelimit-daily-remaining": "249000"})
    limiter.leave(limiter.enter("search", interactive=False), NO_HEADERS)

    assert limiter.daily_remaining == 249_000
    assert limiter.requests == 2


def test_rubbish_in_the_headers_changes_nothing(clock):
    """Headers that are no numbers are passed over."""
    limiter = Limiter(InMemory(clock, per_ten_seconds=1), clock.sleep)
    rubbish = {"x-hubspot-ratelimit-max": "many", "x-hubspot-ratelimit-remaining": "-1"}

    limiter.leave(limiter.enter("call", interactive=True), rubbish)
    limiter.enter("call", interactive=True)

    assert sum(clock.slept) == pytest.approx(10.0)


class Counting(InMemory):
    """Counts how often it is asked."""

    asked = 0

    def take(self, ask: Ask) -> Portion:
        self.asked += 1
        return super().take(ask)


def test_asks_seldom_while_it_is_busy(clock):
    """A process that sends at full speed asks for a portion at a time, and one that rests for one request."""
    keeper = Counting(clock, per_ten_seconds=250)
    limiter = Limiter(keeper, clock.sleep)

    for _ in range(1000):
        limiter.leave(limiter.enter("call", interactive=False), NO_HEADERS)
    assert keeper.asked < 1000 / 4

    clock.sleep(11)
    keeper.asked = 0
    for _ in range(3):
        clock.sleep(5)
        limiter.leave(limiter.enter("call", interactive=False), NO_HEADERS)
        assert sum(each.requests for each in keeper.budget.windows["call"].held) == 1


def test_two_processes_stay_below_one_limit(clock):
    """Two limiters on one budget send together what nine tenths of the limit allow, and no more."""
    keeper = InMemory(clock, per_ten_seconds=100)
    limiters = [Limiter(keeper, clock.sleep) for _ in range(2)]
    began, at = clock.now, []

    for number in range(900):
        ticket = limiters[number // 7 % 2].enter("call", interactive=False)
        at.append(ticket.sent_at)
        limiters[number // 7 % 2].leave(ticket, NO_HEADERS)

    assert all(late - early >= 10.0 - 1e-9 for early, late in zip(at, at[90:], strict=False))
    assert clock.now - began < 1.1 * 900 / 9


def test_all_processes_stand_back(clock):
    """A refusal that one process met holds up the other, too, and what it had in its hands."""
    keeper = InMemory(clock)
    one, other = Limiter(keeper, clock.sleep), Limiter(keeper, clock.sleep)
    ticket = one.enter("call", interactive=False)

    one.close(ticket, timedelta(seconds=7))
    other.enter("call", interactive=True)

    assert sum(clock.slept) == pytest.approx(7.0)


def test_the_last_tenth_of_the_day(clock):
    """When nine tenths of the day are used up, jobs are told so at once; a person's look-up goes through."""
    limiter = Limiter(InMemory(clock), clock.sleep)
    headers = {"x-hubspot-ratelimit-daily": "1000", "x-hubspot-ratelimit-daily-remaining": "99"}
    limiter.leave(limiter.enter("call", interactive=False), headers)

    with pytest.raises(RateLimited) as limited:
        limiter.enter("search", interactive=False)

    assert (limited.value.is_daily, clock.slept) == (True, [])
    assert limiter.enter("call", interactive=True).budget == "call"
