"""Which leads and activities a channel wants, and why it is not told of the others."""

import pytest

from decisions.channel_filters import Filters, Happening, why_kept_back

HAPPENING = Happening(clicks=4, by_campaign={1: 3, 2: 1}, groups=frozenset({7}), owners=frozenset({"77"}))


@pytest.mark.parametrize(
    ("filters", "because"),
    [
        (Filters(), None),
        (Filters(campaigns=(1, 9)), None),
        (Filters(campaigns=(9,)), "no click on one of the campaigns"),
        (Filters(groups=(7, 8)), None),
        (Filters(groups=(8,)), "in none of the target groups"),
        (Filters(owners=("77",)), None),
        (Filters(owners=("78",)), "belongs to none of the owners"),
        (Filters(least_clicks=4), None),
        (Filters(least_clicks=5), "only 4 of 5 clicks"),
        (Filters(campaigns=(2,), least_clicks=2), "only 1 of 2 clicks"),
        (Filters(campaigns=(1,), groups=(7,), owners=("77",), least_clicks=3), None),
    ],
)
def test_filters(filters: Filters, because: str | None) -> None:
    """Each filter that names something must fit; with campaigns, only their clicks count."""
    assert why_kept_back(filters, HAPPENING) == because
