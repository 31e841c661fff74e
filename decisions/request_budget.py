"""The request budget: how many requests one of several processes may send now, so that no window holds too many."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

Budget = Literal["call", "search", "exempt"]
"""`call`: the ten-second limit of the app; `search`: the account's per second; `exempt`: only the day counts."""

# Permits that their holder does not report on any more were held by a process that died.
LAPSE_SECONDS: Final = 30.0
# When every permit is held by requests under way, nobody knows when the first one ends.
LOOK_AGAIN: Final = 0.05
# HubSpot's highest limit is 250; a larger difference is no count of requests.
MOST_OF_OTHERS: Final = 1000
# So many windows an answered request is remembered, to tell our own requests from those of others.
REMEMBERED: Final = 3
# Answers that close together are kept as one number.
TICK: Final = 0.1
# What HubSpot said of the day so long ago says little about now: one request may look again.
DAY_TOLD_FOR: Final = 900.0


@dataclass(frozen=True, slots=True)
class Held:
    """Permits in one process's hands: their requests were not answered yet, or not even sent."""

    holder: str
    requests: int
    until: float


@dataclass(frozen=True, slots=True)
class Window:
    """
    A rolling window: at most `most` requests in any `seconds`.

    A request counts from its permit until `seconds` after its answer: when HubSpot counted it in between, nobody
    knows. `answered` holds (moment, requests). Times are those of one clock for all processes, in seconds.
    """

    most: int
    seconds: float
    answered: tuple[tuple[float, int], ...] = ()
    held: tuple[Held, ...] = ()
    closed_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """What HubSpot said last of the portal's day: calls allowed, calls left, and when it said so."""

    most: int
    remaining: int
    told_at: float


@dataclass(frozen=True, slots=True)
class RequestBudget:
    """All windows of one token, and its day; `day` is None until HubSpot told of it."""

    windows: Mapping[Budget, Window]
    day: Day | None = None


def initial(per_ten_seconds: int = 100) -> RequestBudget:
    """Before HubSpot told its limits: those of its smallest tier."""
    return RequestBudget(
        {
            "call": Window(per_ten_seconds, 10.0),
            # The limit is the whole account's, and search answers carry no headers: one of five is left to others.
            "search": Window(4, 1.0),
            # No limit is known for these; the window is there to be closed by a refusal.
            "exempt": Window(1000, 10.0),
        }
    )


@dataclass(frozen=True, slots=True)
class BudgetTold:
    """What an answer to a request sent at `sent_at` told: the window's limit, and what is left of it."""

    most: int
    remaining: int
    sent_at: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a holder did since it last asked: `held` permits are still in its hands, others were answered then."""

    holder: str
    held: int = 0
    answered: tuple[float, ...] = ()
    told: BudgetTold | None = None
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """`requests` may be sent now; when there are none: ask again after `wait` seconds. `most` is the window's limit."""

    requests: int
    wait: float
    most: int
    day_is_spent: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish for `wanted` requests; a tenth of the limit is kept for `interactive` ones and for other tools."""

    budget: Budget
    report: Report
    wanted: int = 1
    interactive: bool = False


def take(budget: RequestBudget, ask: Ask, now: float) -> tuple[RequestBudget, Portion]:
    """The budget after a holder reported and took its portion."""
    day = ask.report.day or budget.day
    window = _reported(budget.windows[ask.budget], ask.report, now)
    if day is not None and not ask.interactive and _is_spent(day, now):
        portion = Portion(0, day.told_at + DAY_TOLD_FOR - now, window.most, day_is_spent=True)
    else:
        portion = _portion(window, ask, now)
    if portion.requests:
        window = _handed(window, ask.report.holder, portion.requests, now)
    return RequestBudget({**budget.windows, ask.budget: window}, day), portion


def closed(budget: RequestBudget, name: Budget, until: float) -> RequestBudget:
    """The budget after a refusal: nobody sends before `until`."""
    window = budget.windows[name]
    window = replace(window, closed_until=max(window.closed_until, until))
    return replace(budget, windows={**budget.windows, name: window})


def _portion(window: Window, ask: Ask, now: float) -> Portion:
    if now < window.closed_until:
        return Portion(0, window.closed_until - now, window.most)
    allowed = window.most if ask.interactive else max(1, window.most - window.most // 10)
    wanted = min(ask.wanted, allowed)
    counted = sorted((at, requests) for at, requests in window.answered if at > now - window.seconds)
    missing = sum(each.requests for each in window.held) + sum(requests for _, requests in counted) + wanted - allowed
    for at, requests in counted:
        if missing <= 0:
            break
        missing, free_at = missing - requests, at + window.seconds
        if missing <= 0:
            return Portion(0, max(free_at - now, 0.001), window.most)
    return Portion(wanted, 0.0, window.most) if missing <= 0 else Portion(0, LOOK_AGAIN, window.most)


def _reported(window: Window, report: Report, now: float) -> Window:
    others = tuple(each for each in window.held if each.holder != report.holder and each.until > now)
    own = (Held(report.holder, report.held, now + LAPSE_SECONDS),) if report.held else ()
    answered: dict[float, int] = {}
    for at, requests in (*window.answered, *((_tick(at), 1) for at in report.answered)):
        # A clock that was set back must not leave requests in the future.
        at = min(at, _tick(now))
        if at > now - REMEMBERED * window.seconds:
            answered[at] = answered.get(at, 0) + requests
    reported = replace(window, held=(*others, *own), answered=tuple(answered.items()))
    return _with_others(reported, report.told, now) if report.told else reported


def _with_others(window: Window, told: BudgetTold, now: float) -> Window:
    """With the limit as HubSpot told it, and what it counts beyond our own: others sent that with the same token."""
    ours = sum(each.requests for each in window.held)
    ours += sum(requests for at, requests in window.answered if at > told.sent_at - window.seconds)
    others = min(max(told.most - told.remaining - ours, 0), MOST_OF_OTHERS)
    return replace(
        window, most=told.most, answered=(*window.answered, (_tick(now), others)) if others else window.answered
    )


def _handed(window: Window, holder: str, requests: int, now: float) -> Window:
    own = sum(each.requests for each in window.held if each.holder == holder)
    others = tuple(each for each in window.held if each.holder != holder)
    return replace(window, held=(*others, Held(holder, own + requests, now + LAPSE_SECONDS)))


def _is_spent(day: Day, now: float) -> bool:
    """A tenth of the day is left to people and to other tools, too."""
    return day.remaining < day.most // 10 and now - day.told_at < DAY_TOLD_FOR


def _tick(at: float) -> float:
    return math.ceil(at / TICK) * TICK
