"""What follows a failed attempt."""

from datetime import timedelta

import pytest

from decisions.retries import Failure, GiveUp, Later, next_attempt, retry_after


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 1), (2, 16), (3, 81), (4, 256), (5, 625), (6, 1296), (7, 2401), (8, 3600), (9, 3600), (10**9, 3600)],
)
def test_the_waits(attempt, seconds):
    """The waits grow with the fourth power of the attempts, up to an hour."""
    assert retry_after(attempt) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("attempt", "failure", "follows"),
    [
        (1, Failure("503"), Later(timedelta(seconds=1), "503")),
        (2, Failure("429", wait=timedelta(seconds=30)), Later(timedelta(seconds=30), "429")),
        (3, Failure("429", wait=timedelta(seconds=30)), Later(timedelta(seconds=81), "429")),
        (1, Failure("is_archived", lasting=True), GiveUp("is_archived")),
        (5, Failure("503"), GiveUp("503, 5 times")),
    ],
)
def test_what_follows(attempt, failure, follows):
    """A passing failure is tried again, no sooner than asked; a lasting one, or one too many, ends it."""
    assert next_attempt(attempt, failure, most=5) == follows


def test_no_end():
    """Without a limit a passing failure is tried for ever."""
    assert isinstance(next_attempt(10_000, Failure("503")), Later)
