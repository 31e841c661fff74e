"""Campaigns are made, edited, assigned and ended, and every process's memory follows at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from decisions.who_sees_what import Recipient, Status
from storage import audit
from storage.accounts import Account, NoAccount, account_ids
from storage.campaign_changes import (
    CampaignRefused,
    Fault,
    NewCampaign,
    archive_campaign,
    campaign_as_new,
    change_campaign,
    create_campaign,
    duplicate_campaign,
    pause_campaign,
    resume_campaign,
)
from storage.campaign_list import list_campaigns
from storage.campaigns import CampaignsInForce, external_ids
from storage.target_groups import TargetGroup

ANYONE = Recipient()


def new(**what):
    given = {"name": "Summit", "target_url": "https://ours.de/summit", "image_url": "https://ours.de/summit.png"}
    return NewCampaign(**given | what)


def edited(**what):
    return lambda present: replace(present, **what)


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
    (listed,) = await store.read(list_campaigns, now=now)

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
    assert [campaign.is_default for campaign in await store.read(list_campaigns, now=now)] == [True, False]


async def test_its_life(store, now, sees):
    """Paused or archived it is seen by nobody, resumed it is again; by name or id, from the next look on."""
    created = await store.write(create_campaign, new(is_default=True), now=now)
    for change, seen, status in (
        (pause_campaign, None, Status.PAUSED),
        (resume_campaign, "Summit", Status.ACTIVE),
        (archive_campaign, None, Status.ARCHIVED),
    ):
        await store.write(change, "summit" if change is pause_campaign else str(created.id), now=now)

        assert await sees() == seen
        assert [campaign.status for campaign in await store.read(list_campaigns, now=now)] == [status]


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
    (listed,) = await store.read(list_campaigns, now=now)

    assert created.id == ids["summit"]
    assert (listed.name, listed.is_external) == ("Summit", False)


REFUSED = [
    ({"name": " \x00"}, Fault.NO_NAME, "needs a name"),
    ({"target_url": "javascript:alert(1)"}, Fault.NO_TARGET, "target"),
    ({"target_url": "//ours.de"}, Fault.NO_TARGET, "target"),
    ({"target_url": "https://ours.de/" + "x" * 900}, Fault.TARGET_TOO_LONG, "longer"),
    ({"target_url": "https://ours.de/" + "x" * 860, "adds_utm": True}, Fault.TARGET_TOO_LONG, "longer"),
    ({"image_url": "data:image/png;base64,x"}, Fault.BAD_IMAGE, "image"),
    ({"image_url": "https://ours.de/" + "x" * 900}, Fault.IMAGE_TOO_LONG, "image"),
    ({"image_url": None}, Fault.NO_IMAGE, "needs one image"),
    ({"groups": ["Nobody"]}, Fault.NO_GROUP, "groups list"),
    ({"accounts": ["no domain"]}, Fault.NO_DOMAIN, "invisible"),
    ({"priority": 2_000_000_000_000}, Fault.PRIORITY_TOO_FAR, "1,000,000"),
]


@pytest.mark.parametrize(("bad", "fault", "told"), REFUSED)
async def test_refused(bad, fault, told, store, now):
    """What cannot be a campaign is refused with what to do, and leaves nothing behind."""
    with pytest.raises(CampaignRefused, match=told) as refused:
        await store.write(create_campaign, new(**bad), now=now)

    assert refused.value.fault is fault
    assert await store.read(list_campaigns, now=now) == []


@pytest.mark.parametrize(("bad", "fault", "told"), REFUSED)
async def test_refused_change(bad, fault, told, store, now, sees):
    """What a campaign cannot be it cannot become either, and it stays what it was."""
    await store.write(create_campaign, new(is_default=True), now=now)
    before = await store.read(list_campaigns, now=now)

    with pytest.raises(CampaignRefused, match=told) as refused:
        await store.write(change_campaign, "Summit", edited(**bad), now=now)

    assert refused.value.fault is fault
    assert await store.read(list_campaigns, now=now) == before
    assert await sees() == "Summit"


async def test_no_account(store, now):
    """A domain at which everybody may have an address is no account."""
    with pytest.raises(NoAccount, match="makes no account"):
        await store.write(create_campaign, new(accounts=["gmail.com"]), now=now)


async def test_edited(store, now, sees):
    """An edit changes what it names, in every process from the next look on; age, status and groups stay."""
    group = TargetGroup(name="Customers", name_key="customers", created_at=now)
    await store.write(lambda session: session.add(group))
    await store.write(create_campaign, new(groups=["Customers"], accounts=["firma.de"]), now=now)
    await store.write(pause_campaign, "Summit", now=now)
    before = await store.read(list_campaigns, now=now)
    later = now + timedelta(days=1)

    await store.write(change_campaign, "summit", edited(name="Fair", priority=3, accounts=[]), now=later)
    await store.write(resume_campaign, "Fair", now=later)
    (after,) = await store.read(list_campaigns, now=now)

    assert after == replace(before[0], name="Fair", priority=3, accounts=(), status=Status.ACTIVE, why_not=None)
    assert await sees(Recipient(frozenset({1}))) == "Fair"


async def test_an_edit_that_changes_nothing(store, now):
    """What a campaign is, is what makes it again."""
    wanted = new(name="Summit", accounts=("firma.de",), priority=2, starts_at=now, is_for_own=True, adds_utm=True)
    await store.write(create_campaign, wanted, now=now)
    await store.write(change_campaign, "Summit", edited(), now=now)

    assert await store.read(campaign_as_new, "Summit") == wanted


async def test_an_account_that_has_a_companys_name(store, now):
    """An edit knows its accounts by a domain, for companies may have the same name, with spaces in it."""
    await store.write(create_campaign, new(accounts=["firma.de"]), now=now)
    await store.write(lambda session: setattr(session.get(Account, 1), "name", "Firma & Co. KG"))
    await store.write(change_campaign, "Summit", edited(alt="Come"), now=now)

    assert (await store.read(campaign_as_new, "Summit")).accounts == ("firma.de",)
    assert (await store.read(list_campaigns, now=now))[0].accounts == ("Firma & Co. KG",)


async def test_a_name_of_another(store, now):
    """An edit may write the name in other letters, but cannot take that of another campaign."""
    for name in ("Summit", "Fair"):
        await store.write(create_campaign, new(name=name), now=now)
    await store.write(change_campaign, "Summit", edited(name="SUMMIT"), now=now)

    with pytest.raises(CampaignRefused) as refused:
        await store.write(change_campaign, "Summit", edited(name="fair"), now=now)
    assert (refused.value.fault, refused.value.about) == (Fault.NAME_TAKEN, "fair")


async def test_the_default_is_edited(store, now):
    """To become the default takes the place of the one before; to stay it replaces nobody."""
    for name in ("Summit", "Fair"):
        await store.write(create_campaign, new(name=name, is_default=name == "Summit"), now=now)
    taken = await store.write(change_campaign, "Fair", edited(is_default=True), now=now)
    kept = await store.write(change_campaign, "Fair", edited(is_default=True), now=now)

    assert (taken.replaced_default, kept.replaced_default) == ("Summit", None)
    assert [one.is_default for one in await store.read(list_campaigns, now=now)] == [True, False]


async def test_another_tools_campaign_is_not_edited(store, now):
    """What is known by another tool's clicks alone has nothing to edit; a campaign of its name takes it over."""
    await store.write(external_ids, ["summit"], now=now)

    with pytest.raises(CampaignRefused, match="campaigns create"):
        await store.write(change_campaign, "summit", edited(), now=now)


async def test_copies(store, now, sees):
    """A copy is the same in all but name; it is paused, and takes neither the default's place nor its age."""
    await store.write(create_campaign, new(accounts=["firma.de"], is_default=True, priority=4), now=now)
    for name in (None, None, "Fair"):
        await store.write(duplicate_campaign, "summit", name, now=now + timedelta(days=1))
    *copies, original = await store.read(list_campaigns, now=now)

    assert [one.name for one in copies] == ["Fair", "Summit (3)", "Summit (2)"]
    assert {(one.status, one.is_default, one.accounts, one.priority) for one in copies} == {
        (Status.PAUSED, False, ("firma.de",), 4)
    }
    assert original.is_default
    assert await sees() == "Summit"


async def test_a_link_with_utm(store, now):
    """The target is kept as it was given; the link has the parameters, and follows the campaign's name."""
    await store.write(create_campaign, new(target_url="https://ours.de/?a=1", adds_utm=True, is_default=True), now=now)
    await store.write(change_campaign, "Summit", edited(name="Spring Fair"), now=now)
    (listed,) = await store.read(list_campaigns, now=now)
    memory = CampaignsInForce()
    await store.read(memory.refresh)
    campaign, _ = memory.choose(ANYONE, now)

    assert listed.target_url == "https://ours.de/?a=1"
    assert listed.link_url == campaign.decided.target_url
    assert listed.link_url == "https://ours.de/?a=1&utm_source=signature&utm_medium=email&utm_campaign=Spring%20Fair"


async def test_for_our_own_people(store, now, sees):
    """What is made for our own people is seen by them alone, and they see nothing else."""
    await store.write(create_campaign, new(is_default=True), now=now)
    assert await sees(Recipient(is_own=True)) is None

    await store.write(create_campaign, new(name="Canteen", is_for_own=True), now=now)

    assert await sees(Recipient(is_own=True)) == "Canteen"
    assert await sees() == "Summit"


async def test_audit(store, now):
    """Who made, changed, paused, resumed, archived or copied a campaign stands in the audit log."""
    await store.write(create_campaign, new(), now=now, actor="slack:U1")
    await store.write(change_campaign, "Summit", edited(alt="Come"), now=now, actor="slack:U2")
    for change in (pause_campaign, resume_campaign, archive_campaign):
        await store.write(change, "Summit", now=now)
    await store.write(duplicate_campaign, "Summit", now=now, actor="slack:U1")

    noted = [(one.actor, one.action, one.detail) for one in reversed(await store.read(audit.newest, 10))]
    assert noted == [
        ("slack:U1", "made a campaign", "campaign 1"),
        ("slack:U2", "changed a campaign", "campaign 1"),
        ("cli", "paused a campaign", "campaign 1"),
        ("cli", "resumed a campaign", "campaign 1"),
        ("cli", "archived a campaign", "campaign 1"),
        ("slack:U1", "made a campaign", "campaign 2"),
    ]


async def test_it_ends_before_it_starts(store, now):
    """An end before the start is refused."""
    with pytest.raises(CampaignRefused, match="--until"):
        await store.write(create_campaign, new(starts_at=now, ends_at=now), now=now)


async def test_nobody_of_that_name(store, now):
    """What is not there cannot be paused."""
    with pytest.raises(CampaignRefused, match="campaigns list"):
        await store.write(pause_campaign, "Summit", now=now)


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
