"""The sandbox Slack delivers events to those who may hear them, signed, and again until they are acknowledged."""

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, GENERAL, LEADS
from sandbox.slack import SlackSandbox, Workspace
from sandbox.slack.workspace import BOT_USER
from tests.sandbox.conftest import SlackApp


async def test_events(slack: SlackSandbox, app: SlackApp) -> None:
    """Mentions, direct messages, invitations and archiving come in signed envelopes with ids of their own."""
    await slack.people.mention(ANNA, LEADS, "max@firma.example")
    await slack.deliveries.settled()
    await slack.people.direct(ANNA, "max@firma.example")
    await slack.people.invite_bot(ANNA, GENERAL)
    await slack.people.archive(ANNA, GENERAL)
    await slack.people.archive(ANNA, GENERAL, undo=True)

    envelopes = [SlackApp([one]).payload for one in app.received]
    # What mentions the app where it is a member is told twice, in any order.
    envelopes[:2] = sorted(envelopes[:2], key=lambda one: one["event"]["type"])
    assert [one["event"]["type"] for one in envelopes] == [
        "app_mention",
        "message",
        "message",
        "member_joined_channel",
        "channel_archive",
        "channel_unarchive",
    ]
    assert envelopes[0]["event"]["text"] == f"<@{BOT_USER}> max@firma.example"
    assert (envelopes[2]["event"]["channel_type"], envelopes[3]["event"]["inviter"]) == ("im", ANNA)
    assert len({one["event_id"] for one in envelopes}) == 6
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
