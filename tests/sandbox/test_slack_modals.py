"""Modals of the sandbox Slack are opened, filled, submitted and closed as in Slack, and refused as there."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, LEADS
from sandbox.slack import SlackSandbox
from sandbox.slack.people import Unfilled
from tests.sandbox.conftest import Clock, SlackApp

ErrorOf = Callable[[Awaitable[Any]], Awaitable[str]]
Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


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
