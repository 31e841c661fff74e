"""The budget keeps all processes together below HubSpot's limits, whatever the order and length of requests."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.request_budget import LAPSE_SECONDS, Ask, BudgetTold, Day, Portion, Report, closed, initial, take


@dataclass
class Family:
    """Processes that share one budget of `most` calls in ten seconds; time passes only in `pass_time`."""

    most: int
    now: float = 0.0
    under_way: list[tuple[float, str]] = field(default_factory=list)
    answered: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.budget = initial(self.most)

    def pass_time(self, until: float) -> None:
        for end, holder in sorted(each for each in self.under_way if each[0] <= until):
            self.under_way.remove((end, holder))
            self.answered.setdefault(holder, []).append(end)
        self.now = until

    def ask(self, holder: str = "a", wanted: int = 1, *, told: BudgetTold | None = None, **more: bool) -> Portion:
        held = sum(1 for _, whose in self.under_way if whose == holder)
        report = Report(holder, held, tuple(self.answered.pop(holder, ())), told)
        self.budget, portion = take(self.budget, Ask("call", report, wanted, **more), self.now)
        return portion

    def send(self, holder: str = "a", wanted: int = 1, lasts: float = 0.0, **more: bool) -> int:
        """Wait for permits, and send as many requests."""
        while not (portion := self.ask(holder, wanted, **more)).requests:
            self.pass_time(self.now + portion.wait)
        self.under_way += [(self.now + lasts, holder)] * portion.requests
        self.pass_time(self.now)
        return portion.requests


Requests = st.tuples(
    st.sampled_from("abc"), st.integers(1, 4), st.floats(0, 3), st.floats(0, 4), st.floats(0, 1), st.booleans()
)


@given(most=st.integers(1, 12), requests=st.lists(Requests, max_size=80))
def test_never_more_than_the_limit_in_any_window(most, requests):
    """However long the requests of three processes last and whenever HubSpot counts them, no window holds too many."""
    family, counted = Family(most), []
    for holder, wanted, pause, lasts, counted_after, interactive in requests:
        family.pass_time(family.now + pause)
        sent = family.send(holder, wanted, lasts, interactive=interactive)
        counted += [family.now + lasts * counted_after] * sent

    counted.sort()
    # The millionth of a second is the rounding of the test's own sums.
    assert all(late - early > 10.0 - 1e-6 for early, late in zip(counted, counted[most:], strict=False))


@given(most=st.integers(10, 250), wanted=st.integers(1, 9))
def test_a_tenth_is_kept_for_people(most, wanted):
    """When jobs of any process may send no more, at least a tenth of the limit is still open to a person."""
    family, background, people = Family(most), 0, 0
    while requests := family.ask("ab"[background % 2], wanted).requests:
        family.under_way += [(1.0, "ab"[background % 2])] * requests
        background += requests
    while family.ask(f"bot {people}", interactive=True).requests:
        people += 1

    assert background + people == most
    assert people >= most // 10


def test_waits_exactly_until_a_portion_is_free():
    """The wait ends when as many requests as are wanted are ten seconds old, not later."""
    family = Family(3)
    for at in (100.0, 104.0, 105.0):
        family.pass_time(at)
        family.send(interactive=True)

    assert family.ask(interactive=True).wait == pytest.approx(5.0, abs=0.11)
    assert family.ask(wanted=2, interactive=True).wait == pytest.approx(9.0, abs=0.11)
    family.pass_time(110.2)
    assert family.ask(interactive=True).requests == 1


def test_requests_under_way_count():
    """A request that is not answered yet takes its place, in whatever process, and however long it lasts."""
    family = Family(2)
    family.send("a", lasts=12.0, interactive=True)
    family.send("b", lasts=12.0, interactive=True)

    family.pass_time(11.0)
    assert family.ask("c", interactive=True).requests == 0
    family.pass_time(12.0)
    family.ask("a", interactive=True)
    assert family.ask("c", interactive=True).wait == pytest.approx(10.0, abs=0.11)


def test_what_a_dead_process_held_lapses():
    """Permits of a process that died come back by themselves."""
    family = Family(1)
    assert family.ask("dead").requests == 1

    assert family.ask("b").requests == 0
    family.pass_time(LAPSE_SECONDS + 0.1)
    assert family.ask("b").requests == 1


def test_a_clock_that_was_set_back():
    """Requests that seem to lie in the future count as made just now, and nobody waits for that future."""
    family = Family(1, now=10_000.0)
    family.send()
    family.ask()

    family.now = 100.0
    assert family.ask("b").wait <= LAPSE_SECONDS
    family.now = 100.0 + LAPSE_SECONDS + 11
    assert family.ask("b").requests == 1


def test_follows_the_limit_that_hubspot_tells():
    """A higher tier's limit is used by all as soon as an answer to one tells it."""
    family = Family(100)
    family.send()

    assert family.ask(told=BudgetTold(190, 189, sent_at=0.0)).most == 190
    assert family.ask("b").most == 190


def test_counts_what_others_send_with_the_same_token():
    """Requests that HubSpot counts and none of us sent are taken off our share, once."""
    family = Family(100)
    family.send()

    granted = [family.ask(holder, told=BudgetTold(100, 12, sent_at=0.0)).requests for holder in "abc"]

    assert granted == [1, 1, 0]
    assert family.ask("bot", interactive=True).requests == 1


def test_nobody_asks_while_closed():
    """After a refusal all wait as long as HubSpot said, people too; other windows stay open."""
    budget = closed(initial(), "call", 50.0)

    for interactive in (True, False):
        _, portion = take(budget, Ask("call", Report("a"), interactive=interactive), 42.0)
        assert (portion.requests, portion.wait) == (0, pytest.approx(8.0))
    assert take(budget, Ask("search", Report("a")), 42.0)[1].requests == 1
    assert take(budget, Ask("call", Report("a")), 50.0)[1].requests == 1


def test_a_tenth_of_the_day_is_left():
    """When nine tenths of the day are used up, jobs stop, people do not; after a while one request looks again."""
    budget = initial()
    spent = Report("a", day=Day(1000, 99, told_at=0.0))

    budget, portion = take(budget, Ask("call", spent), 1.0)
    assert (portion.requests, portion.day_is_spent) == (0, True)
    assert take(budget, Ask("search", Report("b")), 1.0)[1].day_is_spent
    assert take(budget, Ask("call", Report("b"), interactive=True), 1.0)[1].requests == 1
    assert take(budget, Ask("call", Report("b")), portion.wait + 1.1)[1].requests == 1


def test_what_is_kept_stays_small():
    """However many requests are made, what must be kept of them has an upper bound."""
    family = Family(250)
    for number in range(3000):
        family.send("abc"[number % 3], 8)

    assert len(family.budget.windows["call"].answered) < 350
