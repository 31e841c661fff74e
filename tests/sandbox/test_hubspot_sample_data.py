"""The sample data: the same every time, varied, and of nobody real."""

from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from sandbox.sample_data import CAMPAIGNS, past_activity, sample_crm
from sandbox.sample_data.portal import OWN_DOMAIN

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
RESERVED = (".example", "example.com", "example.org", "example.net")


@pytest.fixture(scope="module")
def portal():
    return sample_crm(NOW)


@pytest.fixture(scope="module")
def activity(portal):
    return past_activity(portal, NOW)


def test_the_same_every_time(portal, activity):
    """Two calls with one `now` give the same portal and the same activity."""
    again = sample_crm(NOW)

    assert (again.contacts, again.lists) == (portal.contacts, portal.lists)
    assert past_activity(again, NOW) == activity


def test_size_and_variety(portal):
    """There are about 500 contacts, 60 companies, 6 owners, and 5 lists, one of them of companies."""
    contacts = list(portal.contacts.values())
    sizes = [len(each.members) for each in portal.lists.values() if each.object_type == "contacts"]

    assert 450 <= len(contacts) <= 550
    assert (len(portal.companies), len(portal.owners), len(portal.lists)) == (60, 6, 5)
    assert len(sizes) == 4
    assert all(20 <= size <= 300 for size in sizes)
    assert sum("email" not in each.properties for each in contacts) == 3
    assert sum("hs_additional_emails" in each.properties for each in contacts) > 10
    assert "ليلى" in {each.properties.get("firstname") for each in contacts}


def test_only_reserved_domains(portal, activity):
    """No address could belong to anybody."""
    addresses = {address for each in portal.contacts.values() for address in each.addresses}
    addresses |= {each.email for each in portal.owners.values()}
    addresses |= {each[end] for each in activity for end in ("recipient", "sender")}

    assert all(address.endswith(RESERVED) and address.isascii() for address in addresses)


def test_activity(portal, activity):
    """The last 30 days hold views and clicks of contacts, strangers and scanners, oldest first."""
    times = [each["occurred_at"] for each in activity]
    clicks = [each for each in activity if each["kind"] == "click"]

    assert times == sorted(times)
    assert NOW - timedelta(days=30) <= times[0]
    assert times[-1] <= NOW
    assert len(activity) > 10 * len(clicks) > 1000
    assert sum(portal.contact_by_address(each["recipient"]) is None for each in clicks) > 5
    assert sum("Mozilla" not in each["user_agent"] for each in clicks) > 10
    assert {each["campaign"] for each in activity} == {each.name for each in CAMPAIGNS}
    assert all(each["sender"].endswith("@" + OWN_DOMAIN) for each in activity)


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda each: each.name)
def test_campaigns(campaign, portal):
    """A campaign's banner is a PNG of 1200×300 under 60 kB, and its groups are lists of the portal."""
    with Image.open(campaign.picture) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 300))
    assert campaign.picture.stat().st_size < 60_000
    assert set(campaign.groups) <= {each.name for each in portal.lists.values()}
    assert campaign.alt


def test_one_default_campaign():
    """Exactly one campaign is for everyone else."""
    assert sum(each.is_default for each in CAMPAIGNS) == 1
