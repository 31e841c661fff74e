"""The sandbox Slack answers Slack's own client as Slack does, and refuses what Slack refuses."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, ARCHIVED, GENERAL, GUEST, LEADS, MEHMET, PARTNER, PRIVATE
from sandbox.slack import SlackSandbox, Workspace
from sandbox.slack.methods import ALL_SCOPES
from sandbox.slack.workspace import BOT_USER

ErrorOf = Callable[[Awaitable[Any]], Awaitable[str]]
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "New lead"}}


async def raw(slack: SlackSandbox, method: str, **request: Any) -> Any:
    """A call made by hand, with the right token unless `headers` says otherwise."""
    request.setdefault("headers", {"Authorization": f"Bearer {slack.bot_token}"})
    verb = request.pop("verb", "POST")
    async with aiohttp.ClientSession() as session, session.request(verb, slack.base_url + method, **request) as told:
        return await told.json()


async def test_message_is_posted_updated_and_found_again(client: AsyncWebClient) -> None:
    """A message with metadata is posted, changed, and read back from history."""
    metadata = {"event_type": "footlight_item", "event_payload": {"key": "k1"}}
    posted = await client.chat_postMessage(channel=LEADS, text="New lead", blocks=[SECTION], metadata=metadata)
    await client.chat_update(channel=LEADS, ts=posted["ts"], text="Claimed", blocks=[SECTION])

    found = (await client.conversations_history(channel=LEADS, include_all_metadata=True))["messages"]

    assert [(one["text"], one["metadata"]["event_payload"]["key"]) for one in found] == [("Claimed", "k1")]
    assert found[0]["bot_id"] == posted["message"]["bot_id"]


async def test_history_without_the_flag_holds_only_the_event_type(client: AsyncWebClient) -> None:
    """The payload of metadata is read only with `include_all_metadata`."""
    metadata = {"event_type": "footlight_item", "event_payload": {"key": "k1"}}
    await client.chat_postMessage(channel=LEADS, text="x", metadata=metadata)

    found = (await client.conversations_history(channel=LEADS))["messages"]

    assert found[0]["metadata"] == {"event_type": "footlight_item"}


@pytest.mark.parametrize("event_type", ["footlight.item", "foot light", ""])
async def test_ill_formed_metadata_is_dropped_with_a_warning(client: AsyncWebClient, event_type: str) -> None:
    """A bad event type loses the metadata, and only a warning tells."""
    metadata = {"event_type": event_type, "event_payload": {"key": "k"}}
    posted = await client.chat_postMessage(channel=LEADS, text="x", metadata=metadata)

    assert (posted["ok"], posted["warning"]) == (True, "invalid_metadata_schema")
    assert "metadata" not in posted["message"]


@pytest.mark.parametrize("metadata", ["{", "[]", '{"event_type": "a"}', '{"event_type": "a", "event_payload": 1}'])
async def test_metadata_of_another_shape_is_refused(slack: SlackSandbox, metadata: str) -> None:
    """Metadata without an object as payload is an error."""
    told = await raw(slack, "chat.postMessage", data={"channel": LEADS, "text": "x", "metadata": metadata})

    assert told["ok"] is (metadata == "[]")
    assert metadata == "[]" or told["error"] == "invalid_metadata_format"


async def test_empty_metadata_clears_and_absent_metadata_stays(client: AsyncWebClient, workspace: Workspace) -> None:
    """`chat.update` keeps metadata unless it is given."""
    metadata = {"event_type": "a", "event_payload": {}}
    ts = (await client.chat_postMessage(channel=LEADS, text="x", metadata=metadata))["ts"]
    await client.chat_update(channel=LEADS, ts=ts, text="y")
    kept = workspace.messages[LEADS][0].metadata
    await client.chat_update(channel=LEADS, ts=ts, text="y", metadata={})

    assert (kept, workspace.messages[LEADS][0].metadata) == (metadata, None)


@pytest.mark.filterwarnings("ignore:The top-level `text` argument")
async def test_update_with_text_alone_takes_the_blocks_away(client: AsyncWebClient, workspace: Workspace) -> None:
    """Blocks alone leave the old text; text alone removes the blocks."""
    ts = (await client.chat_postMessage(channel=LEADS, text="old", blocks=[SECTION]))["ts"]
    await client.chat_update(channel=LEADS, ts=ts, blocks=[SECTION, {"type": "divider"}])
    after_blocks = (workspace.messages[LEADS][0].text, len(workspace.messages[LEADS][0].blocks))
    await client.chat_update(channel=LEADS, ts=ts, text="new")

    assert after_blocks == ("old", 2)
    assert (workspace.messages[LEADS][0].text, workspace.messages[LEADS][0].blocks) == ("new", [])


async def test_long_text_is_cut_when_posted_and_refused_when_updated(client: AsyncWebClient, error_of: ErrorOf) -> None:
    """`chat.postMessage` cuts at 40,000 characters; the others refuse 4,001."""
    posted = await client.chat_postMessage(channel=LEADS, text="x" * 40_001)

    assert len(posted["message"]["text"]) == 40_000
    assert await error_of(client.chat_update(channel=LEADS, ts=posted["ts"], text="x" * 4_001)) == "msg_too_long"
    assert await error_of(client.chat_postEphemeral(channel=LEADS, user=ANNA, text="x" * 4_001)) == "msg_too_long"


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMessage", {"channel": "C0NOWHERE00", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": PRIVATE, "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": ARCHIVED, "text": "x"}, "is_archived"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": LEADS}, "no_text"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": LEADS, "blocks": "["}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": LEADS, "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": LEADS, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": LEADS, "text": "x", "thread_ts": "1.000000"}, "cannot_reply_to_message"),
    ("chat.postMessage", {"channel": LEADS, "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.postEphemeral", {"channel": LEADS, "user": GUEST, "text": "x"}, "user_not_in_channel"),
    ("chat.postEphemeral", {"channel": GENERAL, "user": ANNA, "text": "x"}, "not_in_channel"),
    ("chat.update", {"channel": LEADS, "ts": "1.000000", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": ANNA, "ts": "1.000000", "text": "x"}, "channel_not_found"),
    ("chat.delete", {"channel": LEADS, "ts": "1.000000"}, "message_not_found"),
    ("chat.getPermalink", {"channel": LEADS, "message_ts": "1.000000"}, "message_not_found"),
    ("conversations.info", {"channel": PRIVATE}, "channel_not_found"),
    ("conversations.join", {"channel": ARCHIVED}, "is_archived"),
    ("conversations.join", {"channel": f"D{ANNA}"}, "method_not_supported_for_channel_type"),
    ("conversations.history", {"channel": GENERAL}, "not_in_channel"),
    ("conversations.history", {"channel": LEADS, "cursor": "nonsense"}, "invalid_cursor"),
    ("conversations.history", {"channel": LEADS, "oldest": "yesterday"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": LEADS, "limit": "1000"}, "invalid_arguments"),
    ("conversations.replies", {"channel": LEADS, "ts": "1.000000"}, "thread_not_found"),
    ("conversations.list", {"types": "public"}, "invalid_types"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U0NOBODY000"}, "user_not_found"),
    ("users.info", {"user": "U0NOBODY000"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@nowhere.example"}, "users_not_found"),
    ("reactions.add", {"channel": LEADS, "timestamp": "1.000000", "name": "eyes"}, "message_not_found"),
    ("team.info", {"team": "TOTHER"}, "team_not_found"),
    ("chat.shout", {}, "unknown_method"),
]


@pytest.mark.parametrize(("method", "arguments", "code"), REFUSALS, ids=lambda value: str(value)[:60])
async def test_refusals(slack: SlackSandbox, method: str, arguments: dict[str, Any], code: str) -> None:
    """Each thing that the real one refuses has its error code."""
    flat = {key: json.dumps(one) if isinstance(one, list | dict) else one for key, one in arguments.items()}
    told = await raw(slack, method, data=flat)

    assert (told["ok"], told["error"]) == (False, code)


async def test_messages_of_others_are_not_ours_to_change(
    client: AsyncWebClient, workspace: Workspace, error_of: ErrorOf
) -> None:
    """Nobody else's message is changed or deleted; ephemeral ones not even found."""
    theirs = workspace.post(LEADS, ANNA, "hello").ts
    ephemeral = (await client.chat_postEphemeral(channel=LEADS, user=ANNA, text="x"))["message_ts"]

    assert await error_of(client.chat_update(channel=LEADS, ts=theirs, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=LEADS, ts=theirs)) == "cant_delete_message"
    assert await error_of(client.chat_update(channel=LEADS, ts=ephemeral, text="x")) == "message_not_found"


async def test_update_in_a_frozen_channel(client: AsyncWebClient, workspace: Workspace, error_of: ErrorOf) -> None:
    """What stands in an archived channel stays as it is."""
    ts = (await client.chat_postMessage(channel=LEADS, text="x"))["ts"]
    workspace.channels[LEADS].is_archived = True

    assert await error_of(client.chat_update(channel=LEADS, ts=ts, text="y")) == "is_inactive"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-other"}, "invalid_auth"),
        ({"Authorization": "Bearer xapp-test"}, "not_allowed_token_type"),
    ],
)
async def test_tokens(slack: SlackSandbox, headers: dict[str, str], code: str) -> None:
    """Only the bot's token opens the Web API, and not from the query."""
    told = await raw(slack, "auth.test", headers=headers, params={"token": slack.bot_token})

    assert told == {"ok": False, "error": code}


async def test_missing_scope_names_what_is_needed(workspace: Workspace, error_of: ErrorOf) -> None:
    """The answer says which scope is needed, and which are there; history wants the scope of its kind of channel."""
    scopes = ALL_SCOPES - {"team:read", "im:history"}
    async with SlackSandbox(workspace, bot_token="t", signing_secret="s", scopes=scopes) as slack:
        told = await raw(slack, "team.info")
        client = AsyncWebClient("t", base_url=slack.base_url)

        assert (told["error"], told["needed"]) == ("missing_scope", "team:read")
        assert "chat:write" in told["provided"].split(",")
        assert await error_of(client.conversations_history(channel=f"D{ANNA}")) == "missing_scope"


async def test_public_posting_without_membership_does_not_give_history(workspace: Workspace, error_of: ErrorOf) -> None:
    """With `chat:write.public` the bot posts where it is no member, but cannot look."""
    scopes = {*ALL_SCOPES, "chat:write.public"}
    async with SlackSandbox(workspace, bot_token="t", signing_secret="s", scopes=scopes) as slack:
        client = AsyncWebClient("t", base_url=slack.base_url)
        await client.chat_postMessage(channel=GENERAL, text="x")

        assert await error_of(client.conversations_history(channel=GENERAL)) == "not_in_channel"


async def test_json_bodies_are_for_writing(slack: SlackSandbox) -> None:
    """Methods that only read do not look at a JSON body; broken JSON and arrays are refused."""
    read = await raw(slack, "conversations.info", json={"channel": LEADS})
    broken = await raw(slack, "chat.postMessage", data=b"{", headers=_json_headers(slack))
    array = await raw(slack, "chat.postMessage", data=b"[]", headers=_json_headers(slack))

    assert [read["error"], broken["error"], array["error"]] == ["invalid_arguments", "invalid_json", "json_not_object"]


async def test_json_without_charset_is_warned_of(slack: SlackSandbox) -> None:
    """The warning comes beside `ok`."""
    body = json.dumps({"channel": LEADS, "text": "x"}).encode()
    told = await raw(slack, "chat.postMessage", data=body, headers=_json_headers(slack))

    assert (told["ok"], told["warning"]) == (True, "missing_charset")


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/x-www-form-urlencoded; charset=klingon", b"channel=%ff", "invalid_charset"),
        ("application/x-www-form-urlencoded", b"channel=\xff\xfe", "invalid_form_data"),
        ("multipart/form-data", b"rubbish", "invalid_form_data"),
        ("text/xml", b"<channel/>", "invalid_post_type"),
    ],
)
async def test_rubbish_bodies(slack: SlackSandbox, content_type: str, body: bytes, code: str) -> None:
    """A body that cannot be read is told by a code, never by a 500."""
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": content_type}
    told = await raw(slack, "chat.postMessage", data=body, headers=headers)

    assert told["error"] == code


def _json_headers(slack: SlackSandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}


async def test_history_pages_from_newest_to_oldest(client: AsyncWebClient) -> None:
    """Following the cursor gives each message once, though new ones arrive meanwhile."""
    sent = [(await client.chat_postMessage(channel=LEADS, text=str(number)))["ts"] for number in range(5)]
    first = await client.conversations_history(channel=LEADS, limit=2)
    await client.chat_postMessage(channel=LEADS, text="later")
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=LEADS, limit=2, cursor=cursor)
    cursor = second["response_metadata"]["next_cursor"]
    third = await client.conversations_history(channel=LEADS, limit=2, cursor=cursor)

    found = [message["ts"] for page in (first, second, third) for message in page["messages"]]
    assert found == sent[::-1]
    assert (third["has_more"], third["response_metadata"]["next_cursor"]) == (False, "")


async def test_oldest_leaves_out_its_own_moment(client: AsyncWebClient) -> None:
    """`oldest` excludes equality unless `inclusive`."""
    sent = [(await client.chat_postMessage(channel=LEADS, text=str(number)))["ts"] for number in range(3)]
    after = await client.conversations_history(channel=LEADS, oldest=sent[1])
    with_it = await client.conversations_history(channel=LEADS, oldest=sent[1], inclusive=True)

    assert [one["ts"] for one in after["messages"]] == [sent[2]]
    assert [one["ts"] for one in with_it["messages"]] == [sent[2], sent[1]]


async def test_threads_stand_apart(client: AsyncWebClient) -> None:
    """Answers are in `replies`, in history only if broadcast; the parent counts them; ephemeral are in neither."""
    parent = (await client.chat_postMessage(channel=LEADS, text="parent"))["ts"]
    await client.chat_postMessage(channel=LEADS, text="answer", thread_ts=parent)
    await client.chat_postMessage(channel=LEADS, text="to all", thread_ts=parent, reply_broadcast=True)
    await client.chat_postEphemeral(channel=LEADS, user=ANNA, text="whisper")

    history = (await client.conversations_history(channel=LEADS))["messages"]
    replies = (await client.conversations_replies(channel=LEADS, ts=parent))["messages"]

    assert [(one["text"], one.get("reply_count")) for one in history] == [("to all", None), ("parent", 2)]
    assert (history[0]["subtype"], history[0]["root"]["text"]) == ("thread_broadcast", "parent")
    assert [one["text"] for one in replies] == ["parent", "answer", "to all"]


async def test_joining(client: AsyncWebClient, workspace: Workspace) -> None:
    """A public channel is joined once; the second time is a warning."""
    first = await client.conversations_join(channel=GENERAL)
    second = await client.conversations_join(channel=GENERAL)

    assert BOT_USER in workspace.channels[GENERAL].members
    assert ("warning" in first.data, second["warning"]) == (False, "already_in_channel")


async def test_posting_to_a_person_opens_the_direct_message(client: AsyncWebClient) -> None:
    """A user id as channel posts into the bot's direct message, whose id the answer tells."""
    posted = await client.chat_postMessage(channel=MEHMET, text="hello")
    opened = await client.conversations_open(users=[MEHMET])

    assert posted["channel"] == opened["channel"]["id"] == f"D{MEHMET}"


async def test_users_are_told_with_rights_and_zone(client: AsyncWebClient) -> None:
    """Zone, language and rights of one's own people; of strangers no rights."""
    anna = (await client.users_info(user=ANNA, include_locale=True))["user"]
    found = (await client.users_lookupByEmail(email="Anna.Becker@nordwerk.example"))["user"]
    guest = (await client.users_info(user=GUEST))["user"]
    partner = (await client.users_info(user=PARTNER))["user"]

    assert (anna["tz"], anna["locale"], anna["is_admin"], anna["is_owner"]) == ("Europe/Berlin", "de-DE", True, False)
    assert found["id"] == ANNA
    assert (guest["is_restricted"], guest["team_id"], "locale" in guest) == (True, "TNORDWERK", False)
    assert (partner["team_id"], "is_admin" in partner) == ("TACMEPARTNER", False)


async def test_channels_are_listed_by_kind(client: AsyncWebClient) -> None:
    """Private channels are listed only where the bot is a member; archived ones can be left out."""
    public = await client.conversations_list(exclude_archived=True)
    everything = await client.conversations_list(types="public_channel,private_channel")
    members = await client.conversations_members(channel=LEADS)
    one = await client.conversations_info(channel=LEADS, include_num_members=True)

    assert ARCHIVED not in {channel["id"] for channel in public["channels"]}
    assert PRIVATE not in {channel["id"] for channel in everything["channels"]}
    assert len(members["members"]) == one["channel"]["num_members"]


async def test_reactions_are_given_once(client: AsyncWebClient, error_of: ErrorOf) -> None:
    """The second of the same name is refused, and history shows the first."""
    ts = (await client.chat_postMessage(channel=LEADS, text="x"))["ts"]
    await client.reactions_add(channel=LEADS, timestamp=ts, name="eyes")
    again = await error_of(client.reactions_add(channel=LEADS, timestamp=ts, name="eyes"))
    shown = (await client.conversations_history(channel=LEADS))["messages"][0]["reactions"]

    assert (again, shown) == ("already_reacted", [{"name": "eyes", "users": [BOT_USER], "count": 1}])


async def test_calls_are_counted_and_told(slack: SlackSandbox, client: AsyncWebClient) -> None:
    """Each call is counted by method and told to who watches the wire."""
    told: list[tuple[str, int]] = []
    slack.on_exchange = lambda exchange: told.append((exchange.about, exchange.status))
    await client.auth_test()
    await client.chat_getPermalink(
        channel=LEADS, message_ts=(await client.chat_postMessage(channel=LEADS, text="x"))["ts"]
    )

    assert told == [("auth.test", 200), ("chat.postMessage", 200), ("chat.getPermalink", 200)]
    assert slack.requests == {"auth.test": 1, "chat.postMessage": 1, "chat.getPermalink": 1}
