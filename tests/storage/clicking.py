"""Clicks for the store's tests, as another signature tool reports them: the shortest way to leads and feed."""

import itertools
from datetime import datetime

from storage import Store
from storage.campaigns import CampaignsInForce
from storage.clicks_reported import ReportedClick, keep_clicks
from storage.fetch_arrived import Tracker
from storage.opt_outs import Hasher

TRACKER = Tracker(CampaignsInForce(), Hasher(b"k" * 32))
_numbers = itertools.count()


def click(
    store: Store,
    email: str,
    *moments: datetime,
    campaign: str = "Fair",
    now: datetime | None = None,
    user_agent: str | None = None,
) -> None:
    """`email` clicks at these moments, all told in one batch at `now` (else at the last of them)."""
    told = [
        ReportedClick(f"evt{next(_numbers)}", at, email, campaign, sender="anna@ours.example", user_agent=user_agent)
        for at in moments
    ]
    store.write_now(keep_clicks, told, tracker=TRACKER, now=now or max(moments))
