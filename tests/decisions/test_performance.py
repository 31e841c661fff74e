"""What the numbers mean."""

import pytest

from decisions.performance import click_rate


@pytest.mark.parametrize(
    ("views", "clicks", "rate"), [(0, 0, None), (0, 3, None), (4, 1, 0.25), (4, 0, 0.0), (1, 2, 2.0)]
)
def test_click_rate(views, clicks, rate):
    """The click rate is clicks per view, and none without a view."""
    assert click_rate(views, clicks) == rate
