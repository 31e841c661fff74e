"""What people do in the sandbox Slack reaches the app as Slack sends it, and the app's answers are followed."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.sample_data.workspace import ANNA, GENERAL, JONAS, LEADS, PARTNER, SHARED
from sandbox.slack import SlackSandbox, Workspace
from sandbox.slack.people import NotThere, Unfilled
from sandbox.slack.workspace import BOT_USER, SLACKBOT
from tests.sandbox.conftest import Clock, SlackApp

ErrorOf = Callable[[Awaitable[Any]], Awaitable[str]]
Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def buttons(*action_ids: str) -> list[Json]:
    elements = [{"type": "button", "text": plain(one), "action_id": one, "value": f"{one}-7"} for one in action_ids]
    snooze = [{"text": plain("a day"), "value": "1d"}]
    menu = {"type": "overflow", "action_id": "more", "options": snooze}
    select = {"type": "users_select", "action_id": "hand_over"}
    return [{"type": "actions", "block_id": "row", "elements": [*elements, menu, select]}]


def modal(**more: Any) -> Json:
    why = {"type": "plain_text_input", "action_id": "text", "initial_value": "no interest"}
    return {
        "type": "modal",
        "callback_id": "dismiss",
        "private_metadata": "lead 7",
        "title": plain("Dismiss"),
        "submit": plain("Dismiss"),
        "blocks": [{"type": "input", "block_id": "why", "label": plain("Why?"), "element": why}],
        **more,
    }


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
    """An overflow tells the whole option, a users select the id."""
    ts = (await client.chat_postMessage(channel=LEADS, text="New lead", blocks=buttons("claim")))["ts"]
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


async def test_trigger_opens_one_modal_within_three_seconds(
    slack: SlackSandbox, app: SlackApp, client: AsyncWebClient, clock: Clock, error_of: ErrorOf
) -> None:
    """A trigger id is good once, for three seconds."""
    await slack.people.command(ANNA, LEADS, "/footlight", "setup")
    trigger = app.payload["trigger_id"]
    opened = await client.views_open(trigger_id=trigger, view=modal())
    again = await error_of(client.views_open(trigger_id=trigger, view=modal()))
    await slack.people.command(ANNA, LEADS, "/footlight", "setup")
    clock.added += 3.1
    late = await error_of(client.views_open(trigger_id=app.payload["trigger_id"], view=modal()))
    never = await error_of(client.views_open(trigger_id="1.2.abc", view=modal()))

    assert slack.workspace.stacks[ANNA][0].id == opened["view"]["id"]
    assert (again, late, never) == ("exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id")


async def opened(slack: SlackSandbox, client: AsyncWebClient, view: Json) -> str:
    """The id of a modal that Anna sees now."""
    told = await client.views_open(trigger_id=slack.triggers.make(ANNA), view=view)
    return str(told["view"]["id"])


async def test_submitted_as_it_opens(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """A submission tells the initial values, and an empty answer closes the modal."""
    view_id = await opened(slack, client, modal())
    await slack.people.submit(ANNA, view_id)

    view = app.payload["view"]
    assert app.payload["type"] == "view_submission"
    assert (view["id"], view["callback_id"], view["private_metadata"]) == (view_id, "dismiss", "lead 7")
    assert view["state"]["values"] == {"why": {"text": {"type": "plain_text_input", "value": "no interest"}}}
    assert slack.workspace.stacks[ANNA] == []


async def test_required_inputs(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """Slack does not send a modal while a required input is empty."""
    view_id = await opened(slack, client, modal())
    with pytest.raises(Unfilled):
        await slack.people.submit(ANNA, view_id, {"why": {"text": {"value": ""}}})

    assert app.received == []


async def test_answers_to_submissions(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """Errors stay on the modal, an update replaces it and keeps what was typed, a push goes on top, clear shuts all."""
    view_id = await opened(slack, client, modal())
    stack = slack.workspace.stacks[ANNA]
    app.reply = {"response_action": "errors", "errors": {"why": "too short"}}
    await slack.people.submit(ANNA, view_id, {"why": {"text": {"value": "competitor"}}})
    errors = stack[-1].errors
    app.reply = {"response_action": "update", "view": modal(callback_id="second")}
    await slack.people.submit(ANNA, view_id)
    updated = (stack[-1].view["callback_id"], stack[-1].errors, stack[-1].values["why"]["text"]["value"])
    app.reply = {"response_action": "push", "view": modal(callback_id="third")}
    await slack.people.submit(ANNA, view_id)
    pushed = [one.view["callback_id"] for one in stack]
    app.reply = {"response_action": "clear"}
    await slack.people.submit(ANNA, stack[-1].id)

    assert errors == {"why": "too short"}
    assert updated == ("second", {}, "competitor")
    assert pushed == ["second", "third"]
    assert stack == []


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ({"response_action": "errors", "errors": {"elsewhere": "x"}}, "invalid_errors"),
        ({"response_action": "update", "view": {"type": "modal", "blocks": []}}, "invalid_arguments"),
    ],
)
async def test_answers_that_slack_refuses(
    slack: SlackSandbox, app: SlackApp, client: AsyncWebClient, reply: Json, failure: str
) -> None:
    """An answer that names no input, or holds a bad view, changes nothing and tells why."""
    view_id = await opened(slack, client, modal())
    app.reply = reply
    answer = await slack.people.submit(ANNA, view_id)

    assert answer.failure.startswith(failure)
    assert slack.workspace.stacks[ANNA][-1].view["callback_id"] == "dismiss"


async def test_rules_of_views(slack: SlackSandbox, client: AsyncWebClient, error_of: ErrorOf) -> None:
    """Three views at most, no update of an old hash, no external id twice, no push on nothing."""
    nothing = await error_of(client.views_push(trigger_id=slack.triggers.make(ANNA), view=modal()))
    first = (await client.views_open(trigger_id=slack.triggers.make(ANNA), view=modal(external_id="e")))["view"]
    twice = await error_of(client.views_push(trigger_id=slack.triggers.make(ANNA), view=modal(external_id="e")))
    for _ in range(2):
        await client.views_push(trigger_id=slack.triggers.make(ANNA), view=modal())
    fourth = await error_of(client.views_push(trigger_id=slack.triggers.make(ANNA), view=modal()))
    await client.views_update(external_id="e", hash=first["hash"], view=modal())
    stale = await error_of(client.views_update(view_id=first["id"], hash=first["hash"], view=modal()))
    gone = await error_of(client.views_update(view_id="V0GONE", view=modal()))

    assert [nothing, twice, fourth, stale, gone] == [
        "not_found",
        "duplicate_external_id",
        "push_limit_reached",
        "hash_conflict",
        "not_found",
    ]


async def test_closing_is_told_only_when_asked_for(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """`notify_on_close` brings a `view_closed`; without it the app hears nothing."""
    quiet = await slack.people.close(ANNA, await opened(slack, client, modal()))
    await slack.people.close(ANNA, await opened(slack, client, modal(notify_on_close=True)), whole_stack=True)

    assert quiet is None
    assert [app.payload["type"], app.payload["is_cleared"]] == ["view_closed", True]
    assert "trigger_id" not in app.payload


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


async def test_events(slack: SlackSandbox, app: SlackApp) -> None:
    """Mentions, direct messages, invitations and archiving come in signed envelopes with ids of their own."""
    await slack.people.mention(ANNA, LEADS, "max@firma.example")
    await slack.people.direct(ANNA, "max@firma.example")
    await slack.people.invite_bot(ANNA, GENERAL)
    await slack.people.archive(ANNA, GENERAL)
    await slack.people.archive(ANNA, GENERAL, undo=True)

    envelopes = [SlackApp([one]).payload for one in app.received]
    assert [one["event"]["type"] for one in envelopes] == [
        "app_mention",
        "message",
        "member_joined_channel",
        "channel_archive",
        "channel_unarchive",
    ]
    assert envelopes[0]["event"]["text"] == f"<@{BOT_USER}> max@firma.example"
    assert (envelopes[1]["event"]["channel_type"], envelopes[2]["event"]["inviter"]) == ("im", ANNA)
    assert len({one["event_id"] for one in envelopes}) == 5
    assert {one["type"] for one in envelopes} == {"event_callback"}


async def test_mention_is_heard_by_members_only(slack: SlackSandbox, app: SlackApp) -> None:
    """Where the bot is not, nobody tells it that it was mentioned."""
    slack.people.say(ANNA, GENERAL, f"<@{BOT_USER}> hello")
    await slack.deliveries.settled()

    assert app.received == []


async def test_app_hears_of_its_own_direct_messages(slack: SlackSandbox, app: SlackApp, client: AsyncWebClient) -> None:
    """A loop would show: what the app writes into a direct message comes back as an event with its bot id."""
    await client.chat_postMessage(channel=ANNA, text="hello")
    await slack.deliveries.settled()

    assert (app.payload["event"]["type"], app.payload["event"]["bot_id"]) == ("message", "BFOOTLIGHT")


async def test_events_are_repeated_until_acknowledged(slack: SlackSandbox, app: SlackApp) -> None:
    """An event that is not acknowledged comes again, numbered, with its reason and the same id, three times at most."""
    app.statuses = [500, 404, 500, 500, 200]
    answer = await slack.people.direct(ANNA, "hello")

    assert [one.headers.get("x-slack-retry-num") for one in app.received] == [None, "1", "2", "3"]
    assert {one.headers.get("x-slack-retry-reason") for one in app.received[1:]} == {"http_error"}
    assert len({one.body for one in app.received}) == 1
    assert answer.status == 500


async def test_no_retry_when_the_app_says_so(slack: SlackSandbox, app: SlackApp) -> None:
    """`x-slack-no-retry` ends the matter."""
    app.statuses, app.headers = [500], {"x-slack-no-retry": "1"}
    await slack.people.direct(ANNA, "hello")

    assert len(app.received) == 1


async def test_nobody_answers(slack: SlackSandbox) -> None:
    """Without an app, or with a deaf one, the status is 0 and Slack's word for it is told."""
    alone = await slack.people.command(ANNA, LEADS, "/leads")
    slack.deliveries.app_url = "http://127.0.0.1:9/"
    deaf = await slack.people.command(ANNA, LEADS, "/leads")

    assert [(one.status, one.failure) for one in (alone, deaf)] == [(0, "connection_failed")] * 2


async def test_slow_app(slack: SlackSandbox, app: SlackApp) -> None:
    """After the time to answer nothing counts any more."""
    slack.deliveries.answer_within = 0.000_1
    answer = await slack.people.command(ANNA, LEADS, "/leads")

    assert (answer.status, answer.failure) == (0, "http_timeout")


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


async def test_url_verification(slack: SlackSandbox, app: SlackApp) -> None:
    """The challenge comes signed like the rest."""
    app.reply = {"challenge": "c"}
    answer = await slack.deliveries.verify_url("c")

    assert (app.payload["type"], answer.body) == ("url_verification", {"challenge": "c"})


async def test_forged_requests_are_told_apart(slack: SlackSandbox, app: SlackApp, workspace: Workspace) -> None:
    """With another secret the app answers 401: the proofs are real."""
    slack.deliveries.signing_secret = "other"
    answer = await slack.people.command(ANNA, LEADS, "/leads")

    assert (answer.status, app.received) == (401, [])
