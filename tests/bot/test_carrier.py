"""What is owed reaches its channel once, and never floods or repeats when Slack misbehaves."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.carrier import EVENT_TYPE, SlackCarrier
from bot.permissions import People
from bot.web_client import always
from sandbox.sample_data.workspace import ARCHIVED, FEED, GENERAL, LEADS, OLIVER, PRIVATE, SHARED
from sandbox.slack import SlackSandbox
from sandbox.slack.workspace import BOT_USER
from storage import (
    Store,
    delivery,
    lead_moves,
    outbox,
    posted,
    privacy,
    subscriptions,
    target_groups,
)
from storage.admin_told import Matter, tell_admin
from storage.carriers import CannotLook, Lost, NotFound, NotSent, Pause, Sent
from storage.delivery import Item
from storage.group_trouble import GroupTrouble, TroubleKind
from storage.hubspot_lists import CONTACTS, HubSpotListState
from storage.outbox import Due
from storage.subscriptions import Topic
from tests.bot.conftest import seen, until_said, utc_now
from tests.storage.people import HASHER, T0, become_lead

EMAIL = "j.doe@acme.example"
LEASE = timedelta(seconds=20)


def claimed(store: Store, channel: str = LEADS) -> Item:
    item = store.write_now(delivery.claim, outbox.slack(channel), now=utc_now(), lease=LEASE)
    assert item is not None
    return item


def mark_sent(store: Store, item: Item, sent: object) -> None:
    assert isinstance(sent, Sent)
    store.write_now(delivery.sent, item, free_at=T0, keep=sent.keep)


async def test_person_erased_while_the_message_is_on_its_way(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """A message that is posted while its person is erased is rewritten right after."""
    become_lead(store, EMAIL)
    item = claimed(store)
    sent = await carrier.send(item)
    store.write_now(privacy.erase, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    mark_sent(store, item, sent)

    rewrite = claimed(store)
    mark_sent(store, rewrite, await carrier.send(rewrite))

    assert rewrite.kind is Due.PERSON_FORGOTTEN
    assert EMAIL not in str(seen(slack, LEADS))


async def test_message_holds_no_tracked_link_and_unfurls_nothing(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier, monkeypatch: pytest.MonkeyPatch, client: AsyncWebClient
) -> None:
    """Our own messages cannot be clicked into the counters, by people or by Slack's own fetching."""
    asked: list[dict[str, Any]] = []
    post = client.chat_postMessage

    async def watched(**arguments: Any) -> Any:
        asked.append(arguments)
        return await post(**arguments)

    monkeypatch.setattr(client, "chat_postMessage", watched)
    become_lead(store, EMAIL)

    assert isinstance(await carrier.send(claimed(store)), Sent)

    (arguments,) = asked
    assert (arguments["unfurl_links"], arguments["unfurl_media"]) == (False, False)
    assert "/c/" not in str(arguments["blocks"])
    assert arguments["metadata"]["event_type"] == EVENT_TYPE


ANSWERS: dict[str, tuple[type, str]] = {
    "channel_not_found": (Pause, "/invite"),
    "is_archived": (Pause, "unarchive"),
    "not_in_channel": (Pause, "/invite"),
    "restricted_action": (Pause, "policy"),
    "restricted_action_read_only_channel": (Pause, "only some people"),
    "no_permission": (Pause, "admin"),
    "ekm_access_denied": (Pause, "key management"),
    "account_inactive": (Pause, "install it again"),
    "token_revoked": (Pause, "SLACK_BOT_TOKEN"),
    "token_expired": (Pause, "SLACK_BOT_TOKEN"),
    "invalid_auth": (Pause, "SLACK_BOT_TOKEN"),
    "missing_scope": (Pause, "manifest"),
    "fatal_error": (Lost, "fatal_error"),
    "internal_error": (Lost, "internal_error"),
    "service_unavailable": (Lost, "service_unavailable"),
    "request_timeout": (Lost, "request_timeout"),
}


async def test_what_an_error_means(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """Each of Slack's errors has its answer: stop and say what to do, or look before trying again."""
    become_lead(store, EMAIL)
    item = claimed(store)

    for code, (kind, words) in ANSWERS.items():
        slack.faults.errors["chat.postMessage"] = code
        outcome = await carrier.send(item)
        assert isinstance(outcome, Pause | Lost), code
        assert (type(outcome), words in outcome.because) == (kind, True), code


async def test_our_own_mistake_is_not_repeated(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """What Slack would refuse again is given up, and holds nothing else up."""
    become_lead(store, EMAIL)
    item = claimed(store)

    for code in ("invalid_blocks", "msg_too_long", "no_text", "metadata_too_large", "something_new"):
        slack.faults.errors["chat.postMessage"] = code
        outcome = await carrier.send(item)
        assert isinstance(outcome, NotSent), code
        assert (outcome.failure.lasting, outcome.alone) == (True, True), code


@pytest.mark.parametrize("code", ["", "rate_limited"])
async def test_too_many_requests_wait_as_long_as_slack_says(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier, code: str
) -> None:
    """429 waits for Retry-After; the same word with HTTP 200 waits as well."""
    become_lead(store, EMAIL)
    item = claimed(store)
    slack.faults.only, slack.faults.retry_after = "chat.postMessage", 7
    if code:
        slack.faults.errors["chat.postMessage"] = code
    else:
        slack.faults.too_many = 1

    outcome = await carrier.send(item)

    assert isinstance(outcome, NotSent)
    assert outcome.failure.lasting is False
    assert outcome.failure.wait == timedelta(seconds=30 if code else 7)


@pytest.mark.parametrize("fault", ["the connection broke", "503 after it was posted"])
async def test_message_whose_answer_was_lost_is_found_again(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier, fault: str
) -> None:
    """Posted, but the answer never came: the message is recognised by its key, and not posted again."""
    become_lead(store, EMAIL)
    item = claimed(store)
    slack.faults.only = "chat.postMessage"
    if fault == "the connection broke":
        slack.faults.cut_after_doing = 1
    else:
        slack.faults.statuses_after_doing = [503]
    assert isinstance(await carrier.send(item), Lost)
    slack.faults.clear()

    found = await carrier.find_sent(item)

    mark_sent(store, item, found)
    assert len(seen(slack, LEADS)) == 1
    message = store.read_now(posted.find, Due.LEAD_CHANGED, 1, channel=LEADS)
    assert message is not None
    assert message.ts == seen(slack, LEADS)[0].ts


async def test_message_that_was_not_posted_is_not_found(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Among many other messages, also of ours, a key that is not there is not found."""
    become_lead(store, EMAIL)
    item = claimed(store)
    for number in range(40):
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": f"another {number}"}}
        slack.workspace.post(LEADS, BOT_USER, "x", metadata=metadata)

    assert isinstance(await carrier.find_sent(item), NotFound)
    assert slack.requests["conversations.history"] == 3


async def test_key_is_found_on_a_later_page(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """History is read 15 at a time; the message may lie below what was said since."""
    become_lead(store, EMAIL)
    item = claimed(store)
    assert isinstance(await carrier.send(item), Sent)
    for _ in range(40):
        slack.workspace.post(LEADS, OLIVER, "chatter")

    assert isinstance(await carrier.find_sent(item), Sent)


async def test_where_history_cannot_be_read(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """Where we may not look, the engine is told so, and sends again: rather twice than never."""
    become_lead(store, EMAIL)
    slack.faults.only, slack.faults.too_many = "conversations.history", -1

    assert isinstance(await carrier.find_sent(claimed(store)), CannotLook)


async def test_public_channel_is_joined_before_posting(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """In a public channel the bot becomes a member, so that it can find its messages again."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, GENERAL, now=T0)
    become_lead(store, EMAIL)

    assert isinstance(await carrier.send(claimed(store, GENERAL)), Sent)
    assert BOT_USER in slack.workspace.channels[GENERAL].members


@pytest.mark.parametrize(("channel", "word"), [(ARCHIVED, "archived"), (PRIVATE, "/invite"), (SHARED, "shared")])
async def test_channel_that_may_not_be_posted_to(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier, channel: str, word: str
) -> None:
    """Archived, private without us, or read by another organisation: nothing is posted, and the reason is told."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, channel, now=T0)
    become_lead(store, EMAIL)

    outcome = await carrier.send(claimed(store, channel))

    assert isinstance(outcome, Pause)
    assert word in outcome.because
    assert seen(slack, channel) == []


async def test_trouble_of_a_group_is_told_in_the_admins_language(
    store: Store, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    """Why a target group is not equal to its list is kept as a code, and told in the language of the channel."""
    state = HubSpotListState("611", T0, "Customers", CONTACTS)
    group_id = store.write_now(target_groups.import_list, state, now=T0)
    lacks = GroupTrouble("HubSpot's access token lacks", TroubleKind.SCOPE, "crm.lists.read")
    store.write_now(target_groups.note_trouble, group_id, lacks, now=T0)
    store.write_now(subscriptions.subscribe, Topic.ADMIN, FEED, now=T0)
    store.write_now(tell_admin, Matter.TARGET_GROUPS, now=T0)
    carrier = SlackCarrier(client, store, people=People(always(client)), now=utc_now, language="de")

    await carrier.send(claimed(store, FEED))

    told = await until_said(slack, FEED, "Customers", "fehlt ein Scope: crm.lists.read")
    assert "lacks" not in told.text


@pytest.mark.parametrize(("open_", "messages"), [(True, 1), (False, 0)])
async def test_removed_message_comes_back_only_with_news(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier, open_: bool, messages: int
) -> None:
    """Somebody deleted the message: an open lead that clicks again is posted anew, a dismissed one stays away."""
    become_lead(store, EMAIL)
    item = claimed(store)
    mark_sent(store, item, await carrier.send(item))
    slack.workspace.messages[LEADS].clear()
    move = lead_moves.claim if open_ else lead_moves.dismiss
    store.write_now(move, 1, actor="slack:U1", now=utc_now())
    if open_:
        store.write_now(lead_moves.release, 1, actor="slack:U1", now=utc_now())

    assert isinstance(await carrier.send(claimed(store)), Sent)
    assert len(seen(slack, LEADS)) == messages


def test_client_that_repeats_is_refused(store: Store) -> None:
    """A client that repeats dropped requests by itself would post twice."""
    repeating = AsyncWebClient("xoxb-test")
    with pytest.raises(ValueError, match="retry handlers"):
        SlackCarrier(repeating, store, people=People(always(repeating)), now=utc_now)
