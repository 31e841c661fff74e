"""A deleted campaign is seen and listed no more; its numbers stay under its name, and its links lead where they led."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from decisions.filter_rules import TODAY
from storage import Store, audit
from storage.banner_files import find_file, keep_file
from storage.campaign_changes import (
    CampaignRefused,
    Fault,
    NewCampaign,
    archive_campaign,
    campaign_id,
    change_campaign,
    create_campaign,
    duplicate_campaign,
    resume_campaign,
)
from storage.campaign_choice import who_sees
from storage.campaign_deleted import delete_campaign
from storage.campaign_list import list_campaigns
from storage.campaigns import CampaignsInForce
from storage.clicks_replayed import Place, replay_page
from storage.fetch_arrived import Fetched, Tracker
from storage.performance_report import report
from storage.recount import recount
from storage.selections import ALL, of_campaign
from storage.tracking import EventKind
from tests.storage.clicking import click
from tests.storage.people import HASHER
from tests.storage.test_banner_files import picture
from tests.webhooks.conftest import BROWSER

FAIR = NewCampaign(name="Fair", target_url="https://ours.de/fair", is_default=True, accounts=("firma.de",))


def test_what_is_left(store: Store, now: datetime) -> None:
    """Links of old mails still lead to its target and count; numbers, by its name, equal a recount."""
    digest = store.write_now(keep_file, picture("PNG"))
    store.write_now(create_campaign, replace(FAIR, banner_digest=digest), now=now)
    tracker = Tracker(CampaignsInForce(), HASHER)

    def fetch(kind: EventKind, seconds: int) -> str | None:
        at = now + timedelta(seconds=seconds)
        fetched = Fetched(kind, at, "mail", "anna@ours.de", "max@firma.de", user_agent=BROWSER)
        (led_to,) = store.write_now(tracker.keep, [fetched])
        return led_to.decided.target_url if led_to else None

    fetch(EventKind.VIEW, 0)
    store.write_now(archive_campaign, "Fair", now=now)
    assert store.write_now(delete_campaign, "fair", now=now, actor="cli") == "Fair"

    assert (fetch(EventKind.VIEW, 50), fetch(EventKind.CLICK, 60)) == (None, "https://ours.de/fair")
    click(store, "eva@acme.example", now, campaign="Fair")  # as another tool still calls it
    numbers = store.read_now(report, of_campaign(store.read_now(campaign_id, "Fair")))
    assert (numbers.counts.views, numbers.counts.clicks) == (1, 2)
    (popular,) = store.read_now(report, ALL).popular_campaigns
    assert (popular.campaign, popular.clicks) == ("Fair", 2)
    assert store.read_now(recount).differences == ()
    assert {one.campaign for one in store.read_now(replay_page, Place(), now, TODAY).clicks} == {"Fair"}
    assert store.read_now(list_campaigns, now=now) == []
    seen = store.read_now(who_sees, "max@firma.de", now, own=frozenset())
    assert (seen.campaign, seen.lost) == (None, ())
    assert store.read_now(find_file, digest) is None
    assert store.read_now(audit.newest, 1)[0].action == "deleted a campaign"


def test_for_good(store: Store, now: datetime) -> None:
    """Only an archived campaign can be deleted; then it cannot be brought back, nor can its name be taken."""
    digest = store.write_now(keep_file, picture("PNG"))
    store.write_now(create_campaign, replace(FAIR, banner_digest=digest), now=now)
    with pytest.raises(CampaignRefused, match="footlight campaigns archive"):
        store.write_now(delete_campaign, "Fair", now=now)
    store.write_now(duplicate_campaign, "Fair", "Summit", now=now)
    store.write_now(archive_campaign, "Fair", now=now)
    store.write_now(delete_campaign, "Fair", now=now)

    assert store.read_now(find_file, digest) is not None  # Summit shows it
    for again in (resume_campaign, archive_campaign, delete_campaign, duplicate_campaign):
        with pytest.raises(CampaignRefused, match="deleted"):
            store.write_now(again, "Fair", now=now)
    for taken in (
        lambda session: create_campaign(session, replace(FAIR, banner_digest=digest), now=now),
        lambda session: change_campaign(session, "Summit", lambda one: replace(one, name="FAIR"), now=now),
    ):
        with pytest.raises(CampaignRefused, match="deleted campaign had this name") as refused:
            store.write_now(taken)
        assert refused.value.fault is Fault.NAME_TAKEN
