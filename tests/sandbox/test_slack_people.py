"""What people do in the sandbox Slack reaches the app as Slack sends it, and the app's answers are followed."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.sample_data.workspace import ANNA, JONAS, LEADS, PARTNER, SHARED
from sandbox.slack import SlackSandbox, Workspace
from sandbox.slack.people import NotThere
from sandbox.slack.workspace import BOT_USER, SLACKBOT
from tests.sandbox.conftest import Clock, SlackApp

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def buttons(*action_ids: str) -> list[Json]:
    elements = [{"type": "button", "text": plain(one), "action_id": one, "value": f"{one}-7"} for one in action_ids]
    snooze = [{"text": plain("a day"), "value": "1d"}]
    menu = {"type": "overflow", "action_id": "more", "options": snooze}
    select = {"type": "users_select", "action_id": "hand_over"}
    return [{"type": "actions", "block_id": "row", "elements": [*elements, menu, select]}]


async def test_command(slack: SlackSandbox, app: SlackApp) -> None:
    """A slash command is a signed form; the reply in its answer is seen by the one who typed it."""
    app.reply = {"text": "here"}
    answer = await slack.people.command(ANNA, LEADS, "/contact", "max@firma.example & co")

    shown = slack.workspace.messages[LEADS][-1]
    fields = app.payload
    assert (answer.status, answer.body, shown.text, shown.only_for) == (200, {"text": "here"}, "here", ANNA)
    assert (fields["command"], fields["text"]) == ("/contact", "max@firma.example & co")
    assert (fields["user_id"], fields["channel_id"], fields["channel_name"]) == (ANNA, LEADS, "leads")
    assert fields["trigger_id"]
    assert fields["response_url"].startswith("http://127.0.0.1:")


async def test_unknown_command(workspace: Workspace) -> None:
    """A command that the app does not have never reaches it; Slackbot says so to the one who typed it."""
    async with SlackSandbox(workspace, bot_token="xoxb-1", signing_secret="s", commands=["/contact"]) as slack:
        await slack.people.command(ANNA, LEADS, "/contract", "max")

    shown = slack.workspace.messages[LEADS][-1]
    assert (shown.user, shown.only_for) == (SLACKBOT, ANNA)
    assert shown.text.startswith("`/contract` is not a valid command.")


async def test_failed_command(slack: SlackSandbox, app: SlackApp) -> None:
    """A command that the app did not take is told to the one who typed it."""
    app.statuses = [500]
    await slack.people.command(ANNA, LEADS, "/contact", "max")

    shown = slack.workspace.messages[LEADS][-1]
    assert (shown.text, shown.only_for) == ('/contact failed with the error "dispatch_failed"', ANNA)


async def test_reply_for_everybody_shows_what_was_typed(slack: SlackSandbox, app: SlackApp) -> None:
    """`in_channel` shows the command line and the reply to all."""
    app.reply = {"response_type": "in_channel", "text": "here"}
    await slack.people.command(ANNA, LEADS, "/leads", "today")

    shown = [(one.user, one.text, one.only_for) for one in slack.workspace.messages[LEADS]]
    assert shown == [(ANNA, "/leads today", None), (BOT_USER, "here", None)]


async def test_pressed_button(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """A press tells where it was, what the message holds, and what was pressed."""
    ts = (await client.chat_postMessage(channel=LEADS, text="New lead", blocks=buttons("claim", "dismiss")))["ts"]
    await slack.people.press(JONAS, LEADS, ts, "dismiss")

    told = app.payload
    assert told["type"] == "block_actions"
    assert told["user"] == {"id": JONAS, "username": "jonas.petersen", "name": "jonas.petersen", "team_id": "TNORDWERK"}
    assert told["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": LEADS,
        "is_ephemeral": False,
    }
    assert told["channel"] == {"id": LEADS, "name": "leads"}
    assert told["message"]["blocks"][0]["block_id"] == "row"
    assert told["state"]["values"] == {"row": {"hand_over": {"type": "users_select", "selected_user": None}}}
    pressed = told["actions"][0]
    assert (pressed["type"], pressed["action_id"], pressed["block_id"], pressed["value"]) == (
        "button",
        "dismiss",
        "row",
        "dismiss-7",
    )
    assert {"response_url", "trigger_id", "api_app_id", "team"} <= told.keys()
    assert pressed["action_ts"]


async def test_chosen_options(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """An overflow tells the whole option, also where another has its action id; a users select the id."""
    week = {"type": "overflow", "action_id": "more", "options": [{"text": plain("a week"), "value": "7d"}]}
    blocks = [*buttons("claim"), {"type": "actions", "block_id": "second", "elements": [week]}]
    ts = (await client.chat_postMessage(channel=LEADS, text="New lead", blocks=blocks))["ts"]
    await slack.people.press(ANNA, LEADS, ts, "more", option=["7d"])
    assert app.payload["actions"][0]["block_id"] == "second"
    await slack.people.press(ANNA, LEADS, ts, "more", option="1d")
    overflow = app.payload["actions"][0]
    await slack.people.press(ANNA, LEADS, ts, "hand_over", option=JONAS)

    assert (overflow["type"], overflow["selected_option"]["value"]) == ("overflow", "1d")
    assert overflow["selected_option"]["text"]["text"] == "a day"
    assert app.payload["actions"][0]["selected_user"] == JONAS


async def test_ephemeral_messages_are_told_without_content(
    slack: SlackSandbox, app: SlackApp, client: AsyncWebClient
) -> None:
    """Only the one who sees it can press, and the app does not get the message back."""
    sent = await client.chat_postEphemeral(channel=LEADS, user=ANNA, text="card", blocks=buttons("claim"))
    await slack.people.press(ANNA, LEADS, sent["message_ts"], "claim")

    assert app.payload["container"]["is_ephemeral"] is True
    assert "message" not in app.payload
    with pytest.raises(NotThere):
        await slack.people.press(JONAS, LEADS, sent["message_ts"], "claim")


async def test_person_of_another_team(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """In a shared channel the user's team is not the workspace's."""
    await client.conversations_join(channel=SHARED)
    ts = (await client.chat_postMessage(channel=SHARED, text="x", blocks=buttons("claim")))["ts"]
    await slack.people.press(PARTNER, SHARED, ts, "claim")

    assert (app.payload["team"]["id"], app.payload["user"]["team_id"]) == ("TNORDWERK", "TACMEPARTNER")


async def test_home(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """The first visit has no view; buttons of a published home tell it."""
    await slack.people.open_home(ANNA)
    first = app.payload["event"]
    home = {"type": "home", "blocks": buttons("claim")}
    view = (await client.views_publish(user_id=ANNA, view=home))["view"]
    await slack.people.press_in_view(ANNA, view["id"], "claim")
    pressed = app.payload
    await slack.people.open_home(ANNA)

    assert (first["tab"], "view" in first) == ("home", False)
    assert (pressed["container"], pressed["view"]["id"]) == ({"type": "view", "view_id": view["id"]}, view["id"])
    assert "response_url" not in pressed
    assert app.payload["event"]["view"]["hash"] == view["hash"]


async def test_shortcuts(slack: SlackSandbox, app: SlackApp) -> None:
    """A message shortcut tells the message and a URL to respond to, a global one neither."""
    ts = slack.workspace.post(LEADS, JONAS, "max@firma.example wrote").ts
    await slack.people.message_shortcut(ANNA, LEADS, ts, "look_up")
    on_message = app.payload
    await slack.people.global_shortcut(ANNA, "look_up")

    assert (on_message["type"], on_message["callback_id"]) == ("message_action", "look_up")
    assert on_message["message"]["text"] == "max@firma.example wrote"
    assert on_message["response_url"]
    assert (app.payload["type"], "channel" in app.payload) == ("shortcut", False)


async def response_url(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> str:
    """Of a press on the only message of #leads."""
    ts = (await client.chat_postMessage(channel=LEADS, text="New lead", blocks=buttons("claim")))["ts"]
    await slack.people.press(ANNA, LEADS, ts, "claim")
    return str(app.payload["response_url"])


async def test_responding(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """A response is for the one who pressed, for all, in place of the message, or its end."""
    hook = AsyncWebhookClient(await response_url(slack, app, client))
    await hook.send(text="for you")
    await hook.send(text="for all", response_type="in_channel")
    await hook.send(text="instead", replace_original=True)
    before = [(one.text, one.only_for) for one in slack.workspace.messages[LEADS]]
    await hook.send(delete_original=True)

    assert before == [("instead", None), ("for you", ANNA), ("for all", None)]
    assert slack.texts(LEADS) == ["for you", "for all"]


async def test_response_urls_run_out(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient, clock: Clock) -> None:
    """Five uses in thirty minutes; then, and for a URL never given, 404."""
    hook = AsyncWebhookClient(await response_url(slack, app, client))
    uses = [(await hook.send(text=str(number))).status_code for number in range(6)]
    late = AsyncWebhookClient(await response_url(slack, app, client))
    clock.added += 1_801
    never = AsyncWebhookClient(late.url + "x")

    assert uses == [200, 200, 200, 200, 200, 404]
    assert "expired_url" in (await late.send(text="x")).body
    assert (await never.send(text="x")).status_code == 404


async def test_responses_are_held_to_the_limits(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """Bad blocks and empty responses are refused, and so is what is no JSON."""
    url = await response_url(slack, app, client)
    hook = AsyncWebhookClient(url)
    blocks = await hook.send(text="x", blocks=[{"type": "nonsense"}])
    empty = await hook.send(text="")
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{") as rubbish:
        assert [blocks.status_code, empty.status_code, rubbish.status] == [400, 400, 400]
    assert ("invalid_blocks" in blocks.body, "no_text" in empty.body) == (True, True)
