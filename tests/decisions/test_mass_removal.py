"""Which removals are believed."""

import pytest

from decisions.mass_removal import judge_removals


@pytest.mark.parametrize(
    ("members", "leaving", "believable"),
    [
        (0, 0, True),
        (50, 50, True),
        (51, 51, False),
        (100, 50, True),
        (101, 51, False),
        (102, 51, True),
        (100_000, 50_000, True),
        (100_000, 50_001, False),
        (100_000, 100_000, False),
    ],
)
def test_removals(members, leaving, believable):
    """More than half gone, and more than 50, is not believed, and the numbers are named."""
    belief = judge_removals(members, leaving)

    assert belief.believable is believable
    assert str(leaving) in belief.because
