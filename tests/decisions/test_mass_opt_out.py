"""Opt-outs that come by themselves: few are carried out once no more come, many wait for a yes."""

from datetime import timedelta

import pytest

from decisions.mass_opt_out import Next, needs_a_yes, next_for


@pytest.mark.parametrize(
    ("people", "seconds", "expected"),
    [
        (1, 0, Next.COUNT_ON),
        (1, 10, Next.CARRY_OUT),
        (50, 9, Next.COUNT_ON),
        (50, 60, Next.CARRY_OUT),
        (51, 0, Next.ASK),
        (51, 60, Next.ASK),
    ],
)
def test_next(people: int, seconds: int, expected: Next) -> None:
    """Up to fifty wait ten seconds for more; one more, and somebody is asked at once."""
    assert next_for(people, timedelta(seconds=seconds)) is expected
    assert needs_a_yes(people) == (expected is Next.ASK)
