"""Setting up in Slack: the checklist, who may decide, and the channels with what each is told."""

from datetime import time
from typing import Any

import pytest

from decisions.channel_filters import Filters
from decisions.quiet_hours import Mode, Rhythm
from sandbox.sample_data.workspace import (
    ANNA,
    ARCHIVED,
    CLARA,
    GENERAL,
    GUEST,
    JONAS,
    LEADS,
    OLIVER,
    PARTNER,
    PRIVATE,
    SHARED,
)
from sandbox.slack import Message, Modal, SlackSandbox
from sandbox.slack.suggestions import Unsuitable
from sandbox.slack.workspace import BOT_USER
from storage import (
    Store,
    audit,
    channel_chosen,
    delivery,
    groups_by_hand,
    inbox,
    list_catalogue,
    outbox,
    permitted,
    portal,
    subscriptions,
    target_groups,
)
from storage.aggregate_only import switch
from storage.campaign_changes import NewCampaign, create_campaign
from storage.campaigns import external_ids
from storage.hubspot_lists import CONTACTS, HubSpotListState
from storage.inbox import HintKind
from storage.outbox import Due
from storage.owners import OwnerState, store_owners
from storage.subscriptions import Subscribed, Terms, Topic
from tests.bot.conftest import Bot, buttons, seen, until_said, utc_now
from tests.storage.people import T0


async def the_checklist(slack: SlackSandbox, bot: Bot, user: str = OLIVER) -> Message:
    await slack.people.command(user, GENERAL, "/footlight", "setup")
    await bot.dispatch.drain(30)
    return seen(slack, GENERAL)[-1]


async def the_modal(slack: SlackSandbox, user: str = OLIVER) -> Modal:
    return (await slack.until(lambda: slack.workspace.stacks.get(user), within=30))[-1]


async def opened(slack: SlackSandbox, bot: Bot, topic: Topic = Topic.LEADS) -> Modal:
    """The modal of a further channel."""
    message = await the_checklist(slack, bot)
    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_channels")
    await bot.dispatch.drain(30)
    listing = await the_modal(slack)
    await slack.people.press_in_view(OLIVER, listing.id, f"add_{topic}_channel")
    await bot.dispatch.drain(30)
    return await the_modal(slack)


def chosen(channel: str, **more: Any) -> dict[str, Any]:
    states = {"channel": {"selected_conversation": channel}, **more}
    return {block: {block: state} for block, state in states.items()}


def subscribed(store: Store, channel: str, topic: Topic = Topic.LEADS) -> Subscribed | None:
    return store.read_now(subscriptions.find, topic, channel)


async def submit(slack: SlackSandbox, bot: Bot, modal: Modal, values: dict[str, Any]) -> None:
    await slack.people.submit(OLIVER, modal.id, values)
    await bot.dispatch.drain(30)


async def test_the_checklist_tells_what_is_done(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Each item shows its present state and has its button; the next step alone stands out."""
    message = await the_checklist(slack, bot)
    assert message.only_for == OLIVER
    assert buttons(message) == [
        "Look again",
        "Choose lists",
        "Choose channels",
        "New campaign",
        "Groups by hand",
        "Choose people",
        "Match owners",
    ]
    styles = [block["accessory"].get("style") for block in message.blocks if "accessory" in block]
    assert styles == ["primary", None, None, None, None, None, None]
    store.write_now(portal.remember, "4711", now=T0)
    state = HubSpotListState("7", T0, "Customers", CONTACTS, 12)
    store.write_now(target_groups.import_list, state, now=T0)
    store.write_now(subscriptions.subscribe, Topic.LEADS, LEADS, now=T0)
    store.write_now(
        create_campaign, NewCampaign(name="F", target_url="https://o.de", image_url="https://o.de/b.png"), now=T0
    )

    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_look_again")
    await bot.dispatch.drain(30)

    message = seen(slack, GENERAL)[-1]
    for words in ("portal 4711", "1 HubSpot list", f"<#{LEADS}>", "1 is live"):
        assert words in message.text
    assert "primary" not in str(message.blocks)


async def test_a_channel_is_chosen(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The bot joins, greets once, tells the channel what was chosen, and writes down who did."""
    fair = store.write_now(external_ids, ["Spring Fair"], now=T0)["Spring Fair"]
    store.write_now(store_owners, [OwnerState("77", "Anna Becker", None, False)])
    modal = await opened(slack, bot)
    assert modal.view["title"]["text"] == "Channel for leads"
    values = chosen(
        GENERAL,
        mode={"selected_option": {"value": "hourly"}},
        least_clicks={"value": "2"},
        channel_campaigns={
            "selected_options": await slack.people.suggest(OLIVER, modal.id, "channel_campaigns", "spr")
        },
        channel_owners={"selected_options": await slack.people.suggest(OLIVER, modal.id, "channel_owners", "beck")},
        quiet_from={"selected_time": "22:00"},
        quiet_until={"selected_time": "07:00"},
        also={"selected_options": [{"value": "hide_addresses"}]},
    )

    await submit(slack, bot, modal, values)

    one = subscribed(store, GENERAL)
    assert one is not None
    assert one.terms == Terms(
        Filters((fair,), (), ("77",), 2), Rhythm(Mode.HOURLY, "Europe/London", time(22), time(7)), "en", True
    )
    assert BOT_USER in slack.workspace.channels[GENERAL].members
    (listing,) = slack.workspace.stacks[OLIVER]
    assert f"<#{GENERAL}>" in str(listing.view["blocks"])
    assert "Spring Fair" in str(listing.view["blocks"])
    (entry,) = store.read_now(audit.newest, 5)
    assert (entry.actor, entry.action, entry.detail) == (f"slack:{OLIVER}", "chose a channel", f"leads {GENERAL}")
    item = store.write_now(delivery.claim, outbox.slack(GENERAL), now=utc_now(), lease=T0 - T0)
    assert item is not None
    assert item.kind is Due.CHANNEL_GREETED


async def test_submitted_as_it_opens(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """With nothing but a channel it is told everything at once, in the language and zone of who chose."""
    await submit(slack, bot, await opened(slack, bot, Topic.FEED), chosen(GENERAL))

    one = subscribed(store, GENERAL, Topic.FEED)
    assert one is not None
    assert one.terms == Terms(rhythm=Rhythm(zone="Europe/London"), language="en")


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (PRIVATE, "/invite @Footlight"),
        (SHARED, "another organisation"),
        (ARCHIVED, "archived"),
        ("C0NOWHERE01", "invite"),
    ],
)
async def test_channels_that_cannot_be(channel: str, told: str, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Why, and what to do, stands at the field; nothing is kept."""
    modal = await opened(slack, bot)

    await submit(slack, bot, modal, chosen(channel))

    assert told in modal.errors["channel"]
    assert subscribed(store, channel) is None


async def test_slack_does_not_answer(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """When Slack cannot say whether we may post there, nothing is kept, and the modal says so."""
    modal = await opened(slack, bot)
    slack.faults.errors["conversations.info"] = "ratelimited"

    await submit(slack, bot, modal, chosen(GENERAL))

    assert modal.errors["channel"]
    assert subscribed(store, GENERAL) is None


@pytest.mark.parametrize(("begin", "end"), [("22:00", None), (None, "07:00"), ("07:00", "07:00")])
async def test_half_of_quiet_hours(
    begin: str | None, end: str | None, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """Quiet hours have a begin and another end."""
    modal = await opened(slack, bot)
    values = chosen(GENERAL, quiet_from={"selected_time": begin}, quiet_until={"selected_time": end})

    await submit(slack, bot, modal, values)

    assert "both" in modal.errors["quiet_until"]
    assert subscribed(store, GENERAL) is None


async def test_changed_and_taken_back(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A channel's modal opens with its terms; taken back, it is gone from the list. Both are written down."""
    terms = Terms(Filters(least_clicks=3), Rhythm(Mode.DAILY, "Europe/Berlin", time(20), time(6, 30)), "de")
    store.write_now(channel_chosen.choose, Topic.LEADS, LEADS, terms, actor="cli", user_id=ANNA, now=T0)
    message = await the_checklist(slack, bot)
    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_channels")
    await bot.dispatch.drain(30)
    listing = await the_modal(slack)
    await slack.people.press_in_view(OLIVER, listing.id, "channel_menu", option=f"change leads:{LEADS}")
    await bot.dispatch.drain(30)
    await submit(slack, bot, await the_modal(slack), {})
    one = subscribed(store, LEADS)
    assert one is not None
    assert one.terms == terms

    await slack.people.press_in_view(OLIVER, listing.id, "channel_menu", option=f"stop leads:{LEADS}")
    await bot.dispatch.drain(30)

    assert LEADS not in str(listing.view["blocks"])
    assert store.read_now(subscriptions.of_topic, Topic.LEADS) == ()
    actions = [entry.action for entry in store.read_now(audit.newest, 3)]
    assert actions == ["took back a channel", "changed a channel's terms", "chose a channel"]


async def test_the_greeting(store: Store, bot: Bot, slack: SlackSandbox, carrier: Any) -> None:
    """It says what will come and when, and leads to the terms; whoever may not change them is told so."""
    terms = Terms(Filters(least_clicks=3), Rhythm(Mode.DAILY, "Europe/Berlin", time(20), time(6, 30)), "de")
    store.write_now(channel_chosen.choose, Topic.LEADS, GENERAL, terms, actor="cli", user_id=ANNA, now=T0)
    item = store.write_now(delivery.claim, outbox.slack(GENERAL), now=utc_now(), lease=T0 - T0)
    await carrier.send(item)
    message = seen(slack, GENERAL)[-1]
    for words in ("neue Leads", "um 08:00", "20:00 bis 06:30", "erst ab 3 Klicks", "/footlight setup"):
        assert words in message.text
    assert buttons(message) == ["Ändern"]

    await slack.people.press(ANNA, GENERAL, message.ts, "change_channel")
    assert "Kanal für Leads" in str((await the_modal(slack, ANNA)).view["title"])
    await slack.people.press(JONAS, GENERAL, message.ts, "change_channel")
    await until_said(slack, GENERAL, "Admins")
    assert not slack.workspace.stacks.get(JONAS)


async def test_who_may_decide(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who was chosen may set up, at once and until they are taken off; guests and outsiders cannot be chosen."""
    await the_checklist(slack, bot, JONAS)
    assert buttons(seen(slack, GENERAL)[-1]) == []
    message = await the_checklist(slack, bot)
    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_people")
    await bot.dispatch.drain(30)
    modal = await the_modal(slack)
    await submit(slack, bot, modal, {"people": {"people": {"selected_users": [JONAS, GUEST, PARTNER]}}})
    assert "Fritz Gast, Lee Park" in modal.errors["people"]

    await submit(slack, bot, modal, {"people": {"people": {"selected_users": [JONAS, CLARA]}}})

    assert store.read_now(permitted.permitted) == (CLARA, JONAS)
    assert f"<@{JONAS}>" in str(seen(slack, GENERAL)[-1].blocks)
    assert "Kanäle wählen" in buttons(await the_checklist(slack, bot, JONAS))
    store.write_now(permitted.permit, [CLARA], now=utc_now(), actor="cli")
    assert buttons(await the_checklist(slack, bot, JONAS)) == []
    actions = [(entry.action, entry.detail) for entry in store.read_now(audit.newest, 2)]
    assert actions == [("no longer permits", JONAS), ("permitted", f"{CLARA} {JONAS}")]


async def test_the_first_admin_is_welcomed_once(store: Store, bot: Bot, slack: SlackSandbox, carrier: Any) -> None:
    """The first admin who writes gets the checklist in a direct message, and nobody else does ever."""
    for user in (JONAS, ANNA, OLIVER, ANNA):
        await slack.people.command(user, GENERAL, "/leads")
        await bot.dispatch.drain(30)

    assert store.read_now(delivery.ready, now=utc_now()) == (outbox.slack(ANNA),)
    item = store.write_now(delivery.claim, outbox.slack(ANNA), now=utc_now(), lease=T0 - T0)
    await carrier.send(item)
    message = seen(slack, f"D{ANNA}")[-1]
    assert "Hallo! Ich bin *Footlight*" in message.text
    await slack.people.press(ANNA, f"D{ANNA}", message.ts, "setup_look_again")
    await bot.dispatch.drain(30)
    assert "Footlight einrichten" in seen(slack, f"D{ANNA}")[-1].text


async def test_nobody_else_searches(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who may not decide gets no answer to a search, not even with somebody else's modal."""
    store.write_now(external_ids, ["Spring Fair"], now=T0)
    modal = await opened(slack, bot)
    modal.user = JONAS
    slack.workspace.stacks[JONAS] = slack.workspace.stacks.pop(OLIVER)

    with pytest.raises(Unsuitable):
        await slack.people.suggest(JONAS, modal.id, "channel_campaigns", "")


async def test_lists_are_chosen(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A search finds lists with their sizes; the chosen ones become target groups, and are read at once."""
    found = [HubSpotListState("7", T0, "Customers DACH", CONTACTS, 9_945), HubSpotListState("8", T0, "Fair", CONTACTS)]
    store.write_now(list_catalogue.replace_all, found, asked_at=T0)
    message = await the_checklist(slack, bot)
    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_lists")
    await bot.dispatch.drain(30)
    modal = await the_modal(slack)
    options = await slack.people.suggest(OLIVER, modal.id, "hubspot_lists", "dach cust")
    assert [one["text"]["text"] for one in options] == ["Customers DACH (9,945 contacts)"]

    await submit(slack, bot, modal, {"hubspot_lists": {"hubspot_lists": {"selected_options": options}}})

    (group,) = store.read_now(target_groups.all_groups)
    assert (group.name, group.hubspot_list_id) == ("Customers DACH", "7")
    (hint,) = store.write_now(inbox.claim, 5, now=utc_now(), lease=T0 - T0)
    assert (hint.kind, hint.object_id) == (HintKind.LIST, "7")
    assert "1 HubSpot list" in seen(slack, GENERAL)[-1].text
    (entry,) = store.read_now(audit.newest, 5)
    assert (entry.actor, entry.action, entry.detail) == (f"slack:{OLIVER}", "imported a list", "7")
    await slack.people.press(OLIVER, GENERAL, seen(slack, GENERAL)[-1].ts, "setup_lists")
    await bot.dispatch.drain(30)
    offered = await slack.people.suggest(OLIVER, (await the_modal(slack)).id, "hubspot_lists", "")
    assert [one["value"] for one in offered] == ["8"]


async def test_a_list_that_cannot_be_imported(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """What is in the way stands at the field, and nothing is imported."""
    store.write_now(list_catalogue.replace_all, [HubSpotListState("7", T0, "Fair", CONTACTS)], asked_at=T0)
    message = await the_checklist(slack, bot)
    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_lists")
    await bot.dispatch.drain(30)
    modal = await the_modal(slack)
    options = [{"text": {"type": "plain_text", "text": "x"}, "value": value} for value in ("7", "99")]

    await submit(slack, bot, modal, {"hubspot_lists": {"hubspot_lists": {"selected_options": options}}})

    assert "no more" in modal.errors["hubspot_lists"]
    assert store.read_now(target_groups.all_groups) == []


async def test_groups_are_counted_as_groups_after_a_question(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Choosing a group asks before its past is folded, unchoosing it does not; the checklist names those that are."""
    for list_id, name in (("7", "Customers"), ("8", "Works council")):
        store.write_now(target_groups.import_list, HubSpotListState(list_id, T0, name, CONTACTS, 12), now=T0)
    message = await the_checklist(slack, bot)

    async def choose(options: list[dict[str, Any]]) -> None:
        await slack.people.press(OLIVER, GENERAL, message.ts, "setup_counting")
        await bot.dispatch.drain(30)
        modal = await the_modal(slack)
        found = options and await slack.people.suggest(OLIVER, modal.id, "counted_groups", "council")
        await submit(slack, bot, modal, {"counted_groups": {"counted_groups": {"selected_options": found}}})

    def aggregate_only() -> list[str]:
        return [one.name for one in store.read_now(target_groups.all_groups) if one.is_aggregate_only]

    await choose([{}])
    question = await the_modal(slack)
    assert ("*Works council* (0)" in str(question.view["blocks"]), aggregate_only()) == (True, [])
    await submit(slack, bot, question, {})
    assert aggregate_only() == ["Works council"]
    assert "the members of Works council" in str(seen(slack, GENERAL)[-1].blocks)
    (noted,) = store.read_now(audit.newest, 1)
    assert (noted.action, noted.actor) == ("made a target group aggregate only", f"slack:{OLIVER}")

    await slack.people.press(OLIVER, GENERAL, message.ts, "setup_counting")
    await bot.dispatch.drain(30)
    for number in range(60):
        group_id = store.write_now(groups_by_hand.create, f"Team {number}", actor="cli", now=T0)
        store.write_now(switch, group_id, on=True, actor="cli", now=T0)
    await submit(slack, bot, await the_modal(slack), {"counted_groups": {"counted_groups": {"selected_options": []}}})
    assert aggregate_only() == [f"Team {number}" for number in sorted(range(60), key=str)]

    await choose([])
    assert len(aggregate_only()) == 10
