"""What follows a failed attempt: another one later, or none."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed. `lasting`: it would fail again; `wait`: how long the other side asked us to wait."""

    because: str
    lasting: bool = False
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Try again after this time."""

    after: timedelta
    because: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not try again."""

    because: str


def next_attempt(attempt: int, failure: Failure, *, most: int | None = None) -> Later | GiveUp:
    """What follows failed attempt `attempt` (1 = first); `most` is the number of attempts allowed, None: no end."""
    if failure.lasting:
        return GiveUp(failure.because)
    if most is not None and attempt >= most:
        return GiveUp(f"{failure.because}, {attempt} times")
    return Later(max(retry_after(attempt), failure.wait or timedelta(0)), failure.because)


def retry_after(attempt: int) -> timedelta:
    """How long to wait after failed attempt `attempt` (1 = first): 1 s, 16 s, 81 s ... at most 1 h; without jitter."""
    # The 8th wait is the first to pass an hour; larger powers would overflow.
    return min(timedelta(seconds=min(attempt, 8) ** 4), LONGEST_WAIT)
