"""The sandbox Slack answers Slack's own client as Slack does, and refuses what Slack refuses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Channel, SlackSandbox, User, Workspace
from sandbox.slack.workspace import BOT_USER

TOKEN, SECRET = "xoxb-sandbox", "signing"


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace()
    workspace.add_user(User("UANNA", "Anna Becker", "anna@nordwerk.example", locale="de-DE", is_admin=True))
    workspace.add_user(User("UGUEST", "Guest", "guest@elsewhere.example", is_restricted=True))
    workspace.add_channel(Channel("CLEADS", "leads", members={"UANNA"}))
    workspace.add_channel(Channel("CPRIVATE", "secret", kind="private", members={"UANNA"}))
    workspace.add_channel(Channel("COLD", "old", is_archived=True, members={BOT_USER}))
    return workspace


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(workspace, bot_token=TOKEN, signing_secret=SECRET, app_token="xapp-1") as slack:
        yield slack


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(TOKEN, base_url=slack.base_url, retry_handlers=[])


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_message_is_posted_updated_and_found_again(client: AsyncWebClient) -> None:
    """A bot joins a channel, posts with metadata, updates, and reads both back from history."""
    await client.conversations_join(channel="CLEADS")
    metadata = {"event_type": "footlight_item", "event_payload": {"key": "k1"}}
    posted = await client.chat_postMessage(channel="CLEADS", text="New lead", metadata=metadata)
    await client.chat_update(channel="CLEADS", ts=posted["ts"], text="Claimed")

    found = (await client.conversations_history(channel="CLEADS", include_all_metadata=True))["messages"]
    bare = (await client.conversations_history(channel="CLEADS"))["messages"]

    assert [(one["text"], one["metadata"]["event_payload"]["key"]) for one in found] == [("Claimed", "k1")]
    assert "event_payload" not in bare[0]["metadata"]


async def test_refusals(client: AsyncWebClient, slack: SlackSandbox) -> None:
    """Each thing that the real one refuses has its error code."""
    post = client.chat_postMessage
    await client.conversations_join(channel="CLEADS")
    ts = (await post(channel="CLEADS", text="hello"))["ts"]
    too_many = [{"type": "divider"}] * 51
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]

    assert [
        await error_of(post(channel="CNOWHERE", text="x")),
        await error_of(post(channel="CPRIVATE", text="x")),
        await error_of(post(channel="COLD", text="x")),
        await error_of(post(channel="CLEADS", text="")),
        await error_of(post(channel="CLEADS", text="x", blocks=too_many)),
        await error_of(post(channel="CLEADS", text="x", blocks=long)),
        await error_of(client.chat_update(channel="CLEADS", ts=ts, text="x" * 4001)),
        await error_of(client.chat_update(channel="CLEADS", ts="1.000000", text="x")),
        await error_of(client.views_open(trigger_id="never", view=modal())),
        await error_of(client.api_call("chat.shout")),
        await error_of(AsyncWebClient("xoxb-other", base_url=slack.base_url).auth_test()),
    ] == [
        "channel_not_found",
        "channel_not_found",
        "is_archived",
        "no_text",
        "invalid_blocks",
        "invalid_blocks",
        "msg_too_long",
        "message_not_found",
        "invalid_trigger_id",
        "unknown_method",
        "invalid_auth",
    ]


async def test_posting_wants_membership(client: AsyncWebClient) -> None:
    """Without `chat:write.public` the bot has to join first."""
    assert await error_of(client.chat_postMessage(channel="CLEADS", text="x")) == "not_in_channel"


async def test_bad_metadata_is_dropped_with_a_warning(client: AsyncWebClient) -> None:
    """A dot in the event type loses the metadata, and only a warning tells."""
    await client.conversations_join(channel="CLEADS")
    posted = await client.chat_postMessage(
        channel="CLEADS", text="x", metadata={"event_type": "footlight.item", "event_payload": {"key": "k"}}
    )

    assert (posted["ok"], posted["warning"]) == (True, "invalid_metadata_schema")
    assert "metadata" not in posted["message"]


async def test_too_many_requests(client: AsyncWebClient, slack: SlackSandbox) -> None:
    """A 429 comes with the seconds to wait."""
    slack.faults.too_many = 1
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()

    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    assert (await client.auth_test())["ok"]


def modal(**rest: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Sure?"},
        "submit": {"type": "plain_text", "text": "Yes"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Really?"}}],
        **rest,
    }


class App:
    """An app that checks proofs with Slack's own verifier, notes what comes, and answers as told."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.reply: Any = None

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not SignatureVerifier(SECRET).is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        self.seen.append({"body": body, "headers": dict(request.headers)})
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.reply, status=status) if self.reply else web.Response(status=status)


@pytest.fixture
async def app(slack: SlackSandbox) -> AsyncIterator[App]:
    app = App()
    server = web.Application()
    server.router.add_post("/slack/events", app.receive)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.deliveries.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield app
    await runner.cleanup()


async def test_requests_are_signed_and_replies_shown(slack: SlackSandbox, app: App) -> None:
    """A slash command reaches the app with a valid proof, and its reply is for the one who typed it."""
    app.reply = {"text": "here"}
    answer = await slack.people.command("UANNA", "CLEADS", "/contact", "max@firma.example")

    shown = slack.workspace.messages["CLEADS"][-1]
    assert (answer.status, shown.text, shown.only_for) == (200, "here", "UANNA")


async def test_events_are_repeated_until_acknowledged(slack: SlackSandbox, app: App) -> None:
    """An event that is not acknowledged comes again with its number, and the same event id."""
    app.statuses = [500, 500, 200]
    slack.people.direct("UANNA", "hello")
    await slack.deliveries.settled()

    assert [one["headers"].get("x-slack-retry-num") for one in app.seen] == [None, "1", "2"]
    assert len({one["body"] for one in app.seen}) == 1


async def test_modal_is_opened_updated_and_closed(slack: SlackSandbox, app: App, client: AsyncWebClient) -> None:
    """A trigger opens one modal, once; submitting shows the app's answer, and an empty one closes it."""
    trigger = slack.triggers.make("UANNA")
    view_id = (await client.views_open(trigger_id=trigger, view=modal()))["view"]["id"]
    again = await error_of(client.views_open(trigger_id=trigger, view=modal()))
    app.reply = {"response_action": "update", "view": modal(callback_id="second")}
    await slack.people.submit("UANNA", view_id)
    updated = slack.workspace.stacks["UANNA"][-1].view["callback_id"]
    app.reply = None
    await slack.people.submit("UANNA", view_id)

    assert (again, updated, slack.workspace.stacks["UANNA"]) == ("exchanged_trigger_id", "second", [])


async def test_state_survives_a_restart(workspace: Workspace, tmp_path: Any) -> None:
    """Users, channels and messages come back from the file."""
    workspace.post("CLEADS", "UANNA", "kept")
    workspace.save(tmp_path / "slack.json")

    again = Workspace.load(tmp_path / "slack.json")

    assert [one.text for one in again.messages["CLEADS"]] == ["kept"]
    assert again.users.keys() == workspace.users.keys()
