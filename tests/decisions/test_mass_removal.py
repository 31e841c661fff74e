"""Which removals are believed, and which first imports."""

import pytest

from decisions.mass_removal import judge, judge_first_import, judge_removals


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


@pytest.mark.parametrize(
    ("listed", "size", "believable"),
    [
        (0, None, True),
        (0, 0, True),
        (5, 5, True),
        (0, 50, True),
        (0, 51, False),
        (51, 102, True),
        (51, 103, False),
        (500_000, 1_000_000, True),
        (499_999, 1_000_000, False),
        (1000, 10, True),
    ],
)
def test_first_import(listed, size, believable):
    """A first import of fewer than half of the list's size, and more than 50 fewer, is not believed; later ones are."""
    assert judge_first_import(listed, size).believable is believable
    assert judge(0, 0, listed, size, is_first=True).believable is believable
    assert judge(0, 0, listed, size, is_first=False).believable
