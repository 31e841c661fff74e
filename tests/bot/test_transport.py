"""POST /slack/events: whatever is sent gets a defined answer, and an event only when it is on disk."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlmodel import Session, select

from sandbox.sample_data.workspace import OLIVER
from sandbox.slack import SlackSandbox
from storage import Store, StoreDown, dead_letters
from storage.inbox import SlackEvent
from tests.bot.conftest import Bot, seen

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
COMMAND = {"command": "/contact", "user_id": OLIVER, "channel_id": "C1", "text": "x"}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Sender:
    """Sends to the bot what it likes, with the right proof unless told otherwise."""

    def __init__(self, bot: Bot, slack: SlackSandbox, http: aiohttp.ClientSession) -> None:
        self._bot, self._slack, self._http = bot, slack, http

    async def send(self, body: bytes, content_type: str = JSON, **headers: str) -> tuple[int, bytes]:
        proof = self._slack.deliveries.proof(body) | {"Content-Type": content_type} | headers
        async with self._http.post(self._bot.url, data=body, headers=proof) as response:
            return response.status, await response.read()


@pytest.fixture
def sender(bot: Bot, slack: SlackSandbox, http: aiohttp.ClientSession) -> Sender:
    return Sender(bot, slack, http)


def event(**changes: Any) -> dict[str, Any]:
    """A direct message of Oliver's."""
    inner = {"type": "message", "channel_type": "im", "channel": "D1", "user": OLIVER, "text": "help", "ts": "1.5"}
    return {"type": "event_callback", "team_id": "TNORDWERK", "event_id": "Ev1", "event": inner} | changes


RUBBISH = {
    "a submission whose view has no type": (
        urlencode(
            {"payload": '{"type": "view_submission", "user": {"id": "U1"}, "view": {"callback_id": "x"}}'}
        ).encode(),
        FORM,
    ),
    "no JSON": (b"{", JSON),
    "a JSON array": (b"[]", JSON),
    "a JSON number": (b"1", JSON),
    "no UTF-8": (b'{"type": "\xff"}', JSON),
    "nesting": (b'{"a":' * 5_000, JSON),
    "a form as JSON": (b"command=/contact", JSON),
    "nothing": (b"", JSON),
    "an event without event": (b'{"type": "event_callback", "event_id": "E"}', JSON),
    "an event that is text": (b'{"type": "event_callback", "event_id": "E", "event": "message"}', JSON),
    "an event without id": (b'{"type": "event_callback", "event": {"type": "message"}}', JSON),
    "a number for an id": (b'{"type": "event_callback", "event_id": 1, "event": {"type": "message"}}', JSON),
    "authorizations that are none": (
        b'{"type": "event_callback", "event_id": "E", "event": {"type": "message"}, "authorizations": [1]}',
        JSON,
    ),
    "an unknown envelope": (b'{"type": "something"}', JSON),
    "a challenge that is none": (b'{"type": "url_verification", "challenge": {}}', JSON),
    "an empty form": (b"", FORM),
    "a form of bytes": (b"\xff\xfe", FORM),
    "a form of wrong percent codes": (b"payload=%ff", FORM),
    "neither command nor payload": (b"text=hello", FORM),
    "a payload that is no JSON": (b"payload=%7B", FORM),
    "a payload that is an array": (b"payload=%5B%5D", FORM),
    "a payload of no type": (b"payload=%7B%7D", FORM),
    "a command without user": (b"command=%2Fcontact&channel_id=C1", FORM),
    "an action by nobody": (urlencode({"payload": '{"type": "block_actions", "actions": []}'}).encode(), FORM),
    "no actions": (
        urlencode({"payload": '{"type": "block_actions", "user": {"id": "U1"}, "actions": []}'}).encode(),
        FORM,
    ),
    "actions that are text": (
        urlencode({"payload": '{"type": "block_actions", "user": {"id": "U1"}, "actions": ["x"]}'}).encode(),
        FORM,
    ),
    "a submission without view": (
        urlencode({"payload": '{"type": "view_submission", "user": {"id": "U1"}}'}).encode(),
        FORM,
    ),
    "very many fields": (b"&".join(b"a=1" for _ in range(500)), FORM),
    "XML": (b"<xml/>", "text/xml"),
}


async def test_signed_rubbish_gets_400(sender: Sender) -> None:
    """What no Slack sends is refused with 400, never with 500, though the proof is right."""
    statuses = {case: (await sender.send(*sent))[0] for case, sent in RUBBISH.items()}

    assert statuses == dict.fromkeys(RUBBISH, 400)


PROOFS = {
    "no headers": {"X-Slack-Signature": "", "X-Slack-Request-Timestamp": ""},
    "a wrong signature": {"X-Slack-Signature": "v0=" + "0" * 64},
    "a signature that is not ASCII": {"X-Slack-Signature": "v0=é"},
    "a timestamp that is no number": {"X-Slack-Request-Timestamp": "yesterday"},
    "a timestamp of long ago": {"X-Slack-Request-Timestamp": "1700000000"},
}


async def test_without_proof_nothing_is_read(sender: Sender, store: Store) -> None:
    """A missing, wrong or odd proof is 401 before anything is parsed, and nothing is kept."""
    bodies = (b"{", json.dumps(event()).encode(), b"ssl_check=1")
    statuses = {case: {(await sender.send(body, **PROOFS[case]))[0] for body in bodies} for case in PROOFS}

    assert statuses == {case: {401} for case in PROOFS}
    assert store.read_now(kept) == []


@pytest.mark.parametrize(
    ("body", "proof", "status", "reason"),
    [
        (b"{", {}, 400, "malformed"),
        (b"{}", PROOFS["a wrong signature"], 401, "forged"),
        (b" " * 1_000_001, {}, 413, "too large"),
    ],
)
async def test_refusal_has_the_form_of_the_others_and_is_counted(
    body: bytes, proof: dict[str, str], status: int, reason: str, sender: Sender, bot: Bot
) -> None:
    """A refusal is told as problem details, like everywhere at the web edge, and counted as refused."""
    answer = await sender.send(body, **proof)

    assert answer[0] == json.loads(answer[1])["status"] == status
    count = bot.metrics.refused.labels("/slack/events", reason)._value.get()
    assert count == 1


def kept(session: Session) -> list[tuple[str, bool]]:
    """The ids of the events that were kept, and whether each was answered."""
    rows = session.exec(select(SlackEvent).order_by(SlackEvent.event_id)).all()
    return [(row.event_id, row.answered_at is not None) for row in rows]


async def test_url_is_verified(sender: Sender) -> None:
    """Slack's challenge is given back."""
    status, body = await sender.send(b'{"type": "url_verification", "challenge": "abc"}')

    assert (status, json.loads(body)) == (200, {"challenge": "abc"})


async def test_certificate_probe_is_answered(sender: Sender) -> None:
    """A probe for our certificate is fine, and starts nothing."""
    assert (await sender.send(b"ssl_check=1&token=x", FORM))[0] == 200


async def test_too_large_gets_413(sender: Sender) -> None:
    """More than a megabyte is not read, whatever its proof."""
    assert (await sender.send(b" " * 1_000_001))[0] == 413


async def test_event_is_on_disk_when_it_is_acknowledged(
    sender: Sender, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """200 means kept; it is answered after, and its text is forgotten then."""
    told = event() | {"event": event()["event"] | {"channel": slack.workspace.direct(OLIVER).id}}

    status, _ = await sender.send(json.dumps(told).encode())
    ids = [event_id for event_id, _ in store.read_now(kept)]
    await bot.dispatch.drain(5)

    assert (status, ids) == (200, ["Ev1"])
    assert ("Ev1", True) in store.read_now(kept)
    assert store.read_now(lambda session: session.get_one(SlackEvent, "Ev1").sealed_body) is None


async def test_kept_event_shows_no_text(sender: Sender, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Until it is answered, an event lies sealed on disk."""
    slack.faults.slow = 0.3
    await sender.send(json.dumps(event() | {"event": event()["event"] | {"text": "max@firma.de"}}).encode())

    (body,) = store.read_now(lambda session: session.exec(select(SlackEvent.sealed_body)).all())

    assert body is not None
    assert b"max@firma.de" not in body


@pytest.mark.parametrize("change", [{}, {"event_id": "Ev2"}], ids=["the same event", "another event of one message"])
async def test_repeated_event_is_answered_once(
    sender: Sender, store: Store, bot: Bot, slack: SlackSandbox, change: dict[str, str]
) -> None:
    """A repeat, and a second event that tells of the same message, are acknowledged and not answered."""
    channel = slack.workspace.direct(OLIVER).id
    first = event() | {"event": event()["event"] | {"channel": channel}}

    statuses = [(await sender.send(json.dumps(one).encode()))[0] for one in (first, first | change)]
    await bot.dispatch.drain(5)

    assert statuses == [200, 200]
    assert len(seen(slack, channel)) == 1


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(event() | {"event": {"type": "team_join", "user": {"id": "U1"}}}).encode(),
        json.dumps(event() | {"event": {"type": "message", "subtype": "channel_topic", "channel": "C1"}}).encode(),
        json.dumps(event() | {"event": {"type": "odd\nname"}}).encode(),
    ],
)
async def test_event_that_nobody_handles_is_acknowledged(sender: Sender, bot: Bot, body: bytes) -> None:
    """Slack would repeat a 404, and in the end switch us off."""
    status, _ = await sender.send(body)
    await bot.dispatch.drain(5)

    assert status == 200


@pytest.mark.parametrize(
    ("payload", "counted"),
    [
        ({"type": "block_actions", "actions": [{"action_id": "gone"}]}, "block_actions gone"),
        ({"type": "block_actions", "actions": [{"action_id": "a\nb"}]}, "block_actions a\nb"),
        ({"type": "view_submission", "view": {"callback_id": "old", "type": "modal"}}, "view_submission old"),
        ({"type": "view_closed", "view": {"callback_id": "old", "type": "modal"}}, "view_closed old"),
        ({"type": "message_action", "callback_id": "old"}, "message_action old"),
        ({"type": "shortcut", "callback_id": "old"}, "shortcut old"),
        ({"type": "block_suggestion", "action_id": "old"}, "block_suggestion None"),
    ],
)
async def test_interaction_that_nobody_handles_is_acknowledged_and_counted(
    sender: Sender, store: Store, bot: Bot, payload: dict[str, Any], counted: str
) -> None:
    """A button of an old message is acknowledged, and the admin can see that it was pressed."""
    whole = {"user": {"id": OLIVER}, "team": {"id": "TNORDWERK"}} | payload

    status, _ = await sender.send(urlencode({"payload": json.dumps(whole)}).encode(), FORM)
    await bot.dispatch.drain(5)

    assert status == 200
    assert [one.kind for one in store.read_now(dead_letters.unknown_types)] == [counted]


async def test_unknown_command_is_acknowledged(sender: Sender) -> None:
    """A command of another version of the manifest is not left hanging."""
    assert (await sender.send(urlencode(COMMAND | {"command": "/other"}).encode(), FORM))[0] == 200


async def test_store_down_means_send_again(sender: Sender, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is not acknowledged: 503, so Slack repeats it."""

    async def down(*_: object, **__: object) -> None:
        raise StoreDown("the disk is full")

    monkeypatch.setattr(store, "write", down)

    assert (await sender.send(json.dumps(event()).encode()))[0] == 503


async def test_command_is_acknowledged_while_slack_is_slow(sender: Sender, slack: SlackSandbox, bot: Bot) -> None:
    """Whatever the answer waits for, the acknowledgement does not."""
    await sender.send(urlencode(COMMAND).encode(), FORM)
    await bot.dispatch.drain(5)
    bot.desk.people._known.clear()
    slack.faults.slow = 60.0

    status = (await asyncio.wait_for(sender.send(urlencode(COMMAND).encode(), FORM), 30))[0]

    assert status == 200
    await bot.dispatch.drain(0)
