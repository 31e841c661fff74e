"""The limiter keeps below HubSpot's limits, whatever the order and length of requests."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.hubspot.limiter import Limiter, Window, closed, decide, ended, sent, told
from jobs.hubspot.trouble import RateLimited

NO_HEADERS: dict[str, str] = {}


@given(
    most=st.integers(1, 12),
    requests=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 4), st.floats(0, 1), st.booleans()), max_size=120),
)
def test_never_more_than_the_limit_in_any_window(most, requests):
    """However long requests last and whenever HubSpot counts them, no ten seconds hold more than the limit."""
    now, window = 0.0, Window(most, 10.0)
    under_way: list[float] = []
    counted: list[float] = []

    def pass_time(until):
        nonlocal now, window
        for end in sorted(each for each in under_way if each <= until):
            window = ended(window, end)
            under_way.remove(end)
        now = until

    for pause, lasts, counted_after, interactive in requests:
        pass_time(now + pause)
        while (wait := decide(window, now, interactive=interactive)) > 0:
            pass_time(now + wait)
        window = sent(window)
        under_way.append(now + lasts)
        counted.append(now + lasts * counted_after)

    counted.sort()
    # The millionth of a second is the rounding of the test's own sums.
    assert all(late - early > 10.0 - 1e-6 for early, late in zip(counted, counted[most:], strict=False))


@given(most=st.integers(10, 250), others=st.integers(0, 100))
def test_a_tenth_is_kept_for_people(most, others):
    """When jobs may send no more, at least a tenth of the limit is still open to a person's look-up."""
    window = Window(most, 10.0)
    while decide(window, 0.0) == 0:
        window = ended(sent(window), 0.0)
    background = len(window.answered)
    while decide(window, 0.0, interactive=True) == 0:
        window = ended(sent(window), 0.0)

    assert len(window.answered) == most
    assert most - background == most // 10


def test_waits_exactly_until_a_slot_is_free():
    """The wait ends when the oldest request is ten seconds old, not later."""
    window = Window(2, 10.0)
    for at in (100.0, 104.0):
        window = ended(sent(window), at)

    assert decide(window, 105.0, interactive=True) == pytest.approx(5.0)
    assert decide(window, 110.0, interactive=True) == 0.0


def test_requests_under_way_count():
    """A request that is not answered yet takes its place, however long it lasts."""
    window = sent(sent(Window(2, 10.0)))

    assert decide(window, 100.0, interactive=True) > 0
    assert decide(ended(ended(window, 100.0), 100.0), 105.0, interactive=True) == pytest.approx(5.0)


def test_follows_the_limit_that_hubspot_tells():
    """A higher tier's limit is used as soon as an answer tells it."""
    window = ended(sent(Window(100, 10.0)), 1.0)

    window = told(window, most=190, remaining=189, sent_at=0.5, now=1.0)

    assert window.most == 190
    assert len(window.answered) == 1


def test_counts_what_others_send_with_the_same_token():
    """Requests that HubSpot counts and we did not send are taken off our share."""
    window = ended(sent(Window(100, 10.0)), 1.0)

    window = told(window, most=100, remaining=3, sent_at=0.5, now=1.0)

    assert decide(window, 1.1) > 0
    assert decide(window, 1.1, interactive=True) == 0


@given(requests=st.lists(st.tuples(st.floats(0, 25), st.floats(0, 2), st.floats(0, 2)), max_size=60))
def test_our_own_requests_are_never_taken_for_others(requests):
    """What HubSpot counts of our own, however long it travels, does not narrow our share."""
    arrivals = sorted(start + there for start, there, _ in requests)

    def counted_at(moment):
        return sum(1 for each in arrivals if moment - 10.0 < each <= moment)

    steps = [(start, "sent", start, start + there) for start, there, _ in requests]
    steps += [(start + there + back, "ended", start, start + there) for start, there, back in requests]
    window, answers = Window(100, 10.0), 0
    for now, step, sent_at, arrived_at in sorted(steps, key=lambda each: (each[0], each[1] == "ended")):
        if step == "sent":
            window = sent(window)
            continue
        answers += 1
        window = told(ended(window, now), 100, 100 - counted_at(arrived_at), sent_at, now)

    assert len(window.answered) <= answers


def test_nobody_asks_while_closed():
    """After a refusal all wait as long as HubSpot said, people too."""
    window = closed(Window(100, 10.0), 50.0)

    assert decide(window, 42.0, interactive=True) == pytest.approx(8.0)
    assert decide(window, 50.0) == 0.0


def test_long_closures_are_told_instead_of_waited_out(clock):
    """When HubSpot wants to be left alone for more than a minute, the caller hears it at once."""
    limiter = Limiter(clock, clock.sleep)
    limiter.close(limiter.enter("call", interactive=False), timedelta(seconds=120))

    with pytest.raises(RateLimited) as limited:
        limiter.enter("call", interactive=False)

    assert limited.value.wait == timedelta(seconds=120)
    assert clock.slept == []
    assert limiter.enter("search", interactive=False).budget == "search"


def test_searches_have_their_own_limit(clock):
    """Searches stay below five a second, and do not hold up other calls."""
    limiter = Limiter(clock, clock.sleep)
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
    limiter = Limiter(clock, clock.sleep)
    assert limiter.daily_remaining is None

    limiter.leave(limiter.enter("exempt", interactive=False), {"x-hubspot-ratelimit-daily-remaining": "249000"})
    limiter.leave(limiter.enter("search", interactive=False), NO_HEADERS)

    assert limiter.daily_remaining == 249_000
    assert limiter.requests == 2


def test_rubbish_in_the_headers_changes_nothing(clock):
    """Headers that are no numbers are passed over."""
    limiter = Limiter(clock, clock.sleep, per_ten_seconds=1)
    rubbish = {"x-hubspot-ratelimit-max": "many", "x-hubspot-ratelimit-remaining": "-1"}

    limiter.leave(limiter.enter("call", interactive=True), rubbish)
    limiter.enter("call", interactive=True)

    assert sum(clock.slept) == pytest.approx(10.0)
