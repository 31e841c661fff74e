"""Campaigns are made, assigned and ended, and every process's memory follows at once."""

from datetime import timedelta

import pytest

from decisions.who_sees_what import Recipient, Status
from storage.accounts import NoAccount, account_ids
from storage.campaign_changes import (
    CampaignRefused,
    NewCampaign,
    archive_campaign,
    create_campaign,
    list_campaigns,
    pause_campaign,
    resume_campaign,
)
from storage.campaigns import CampaignsInForce, external_ids
from storage.target_groups import TargetGroup

ANYONE = Recipient()


def new(**what):
    given = {"name": "Summit", "target_url": "https://ours.de/summit", "image_url": "https://ours.de/summit.png"}
    return NewCampaign(**given | what)


@pytest.fixture
async def sees(store, now):
    """`await sees(Recipient(...))` asks one memory of campaigns, as one process would."""
    memory = CampaignsInForce()

    def choose(session, recipient, at):
        memory.refresh(session)
        campaign, _ = memory.choose(recipient, at)
        return campaign.decided.name if campaign else None

    return lambda recipient=ANYONE, at=now: store.read(choose, recipient, at)


async def test_assigned(store, now, sees):
    """A campaign reaches the groups and accounts that it is assigned to, and is listed with their names."""
    group = TargetGroup(name="Customers", name_key="customers", created_at=now)
    await store.write(lambda session: session.add(group))
    await store.write(create_campaign, new(groups=["CUSTOMERS"], accounts=["www.Firma.de"], priority=5), now=now)
    account_id = (await store.read(account_ids, ["firma.de"]))["firma.de"]
    (listed,) = await store.read(list_campaigns)

    assert (listed.groups, listed.accounts, listed.priority) == (("Customers",), ("firma.de",), 5)
    assert await sees(Recipient(frozenset({1}))) == "Summit"
    assert await sees(Recipient(account_id=account_id)) == "Summit"
    assert await sees() is None


async def test_names_are_unique(store, now):
    """A name is taken, however it is written."""
    await store.write(create_campaign, new(name=" Spring  fair "), now=now)

    with pytest.raises(CampaignRefused, match="already"):
        await store.write(create_campaign, new(name="SPRING FAIR"), now=now)


async def test_a_second_default(store, now, sees):
    """A second default takes the place of the first, and says whose."""
    assert await sees() is None
    first = await store.write(create_campaign, new(is_default=True), now=now)
    assert await sees() == "Summit"
    second = await store.write(create_campaign, new(name="Fair", is_default=True), now=now)

    assert (first.replaced_default, second.replaced_default) == (None, "Summit")
    assert await sees() == "Fair"
    assert [campaign.is_default for campaign in await store.read(list_campaigns)] == [True, False]


async def test_its_life(store, now, sees):
    """Paused or archived it is seen by nobody, resumed it is again; by name or id, from the next look on."""
    created = await store.write(create_campaign, new(is_default=True), now=now)
    for change, seen, status in (
        (pause_campaign, None, Status.PAUSED),
        (resume_campaign, "Summit", Status.ACTIVE),
        (archive_campaign, None, Status.ARCHIVED),
    ):
        await store.write(change, "summit" if change is pause_campaign else str(created.id))

        assert await sees() == seen
        assert [campaign.status for campaign in await store.read(list_campaigns)] == [status]


async def test_its_schedule(store, now, sees):
    """It is seen from its start until before its end."""
    until = now + timedelta(days=2)
    await store.write(create_campaign, new(is_default=True, starts_at=now, ends_at=until), now=now)

    assert await sees(at=now - timedelta(microseconds=1)) is None
    assert await sees(at=now) == await sees(at=until - timedelta(microseconds=1)) == "Summit"
    assert await sees(at=until) is None


async def test_an_external_name_becomes_ours(store, now):
    """A name that another tool's clicks brought is no obstacle: the campaign takes it over, with its clicks."""
    ids = await store.write(external_ids, ["summit"], now=now)
    created = await store.write(create_campaign, new(), now=now)
    (listed,) = await store.read(list_campaigns)

    assert created.id == ids["summit"]
    assert (listed.name, listed.is_external) == ("Summit", False)


@pytest.mark.parametrize(
    ("bad", "error", "told"),
    [
        ({"name": " \x00"}, CampaignRefused, "needs a name"),
        ({"target_url": "javascript:alert(1)"}, CampaignRefused, "target"),
        ({"target_url": "//ours.de"}, CampaignRefused, "target"),
        ({"target_url": "https://ours.de/" + "x" * 900}, CampaignRefused, "longer"),
        ({"image_url": "data:image/png;base64,x"}, CampaignRefused, "image"),
        ({"image_url": None}, CampaignRefused, "needs one image"),
        ({"groups": ["Nobody"]}, CampaignRefused, "groups list"),
        ({"accounts": ["gmail.com"]}, NoAccount, "makes no account"),
        ({"accounts": ["no domain"]}, CampaignRefused, "invisible"),
    ],
)
async def test_refused(bad, error, told, store, now):
    """What cannot be a campaign is refused with what to do, and leaves nothing behind."""
    with pytest.raises(error, match=told):
        await store.write(create_campaign, new(**bad), now=now)
    assert await store.read(list_campaigns) == []


async def test_it_ends_before_it_starts(store, now):
    """An end before the start is refused."""
    with pytest.raises(CampaignRefused, match="--until"):
        await store.write(create_campaign, new(starts_at=now, ends_at=now), now=now)


async def test_nobody_of_that_name(store):
    """What is not there cannot be paused."""
    with pytest.raises(CampaignRefused, match="campaigns list"):
        await store.write(pause_campaign, "Summit")


async def test_what_memory_knows_without_the_store(store, now):
    """Without the store, memory still chooses by account and default, never by target group, never for our own."""
    await store.write(create_campaign, new(name="Firma", accounts=["firma.de"]), now=now)
    await store.write(create_campaign, new(name="All", is_default=True), now=now)
    memory = CampaignsInForce()
    await store.read(memory.refresh)

    def remembered(domain):
        campaign = memory.remembered(domain, now, own=frozenset({"ours.de"}))
        return campaign.decided.name if campaign else None

    assert [remembered(domain) for domain in ("mail.firma.de", "anderswo.de", None, "ours.de")] == [
        "Firma",
        "All",
        "All",
        None,
    ]
