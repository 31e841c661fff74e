"""Click events of other tools: taken once, judged by their agent, with the effects of our own clicks."""

import asyncio
import json

import pytest
from sqlmodel import select

from storage import feed, leads, performance
from storage.addresses import Address, known_addresses
from storage.campaigns import Campaign
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.opt_out_asked import opt_out
from storage.tracking import Event, EventClass


def event(id_="evt_1", **fields):
    made = {
        "id": id_,
        "occurred_at": "2026-11-25T09:00:00Z",
        "recipient": "max@firma.de",
        "campaign": "Newsletter",
        "sender": "anna@ours.de",
        "url": "https://ours.de/?x=1",
    }
    return {field: value for field, value in (made | fields).items() if value is not ...}


async def all_events(store):
    return await store.read(lambda session: session.exec(select(Event.campaign_id, Event.counts_as)).all())


@pytest.mark.parametrize(
    ("body", "content_type", "accepted"),
    [
        (event(), "application/json", 1),
        ([event("a"), event("b")], "application/json; charset=utf-8", 2),
        ([], "application/json", 0),
        (
            b"%s\r\n\n%s\n" % (json.dumps(event("a")).encode(), json.dumps(event("b")).encode()),
            "application/x-ndjson",
            2,
        ),
    ],
    ids=["one event", "an array", "an empty array", "one a line"],
)
async def test_shapes(body, content_type, accepted, served, store):
    """One event, an array, or one a line: all are on disk when they are answered."""
    answer = await served.clicks(body, content_type)

    assert answer.status == 202
    assert answer.json == {"accepted": accepted, "duplicates": 0, "rejected": []}
    assert len(await all_events(store)) == accepted


async def test_duplicates(served, store):
    """An id is taken once: in one batch, and at any later time."""
    first = await served.clicks([event("a"), event("a", campaign="Other"), event("b")])
    served.clock.forward(days=400)
    again = await served.clicks([event("b"), event("c")])

    assert (first.json["accepted"], first.json["duplicates"]) == (2, 1)
    assert (again.json["accepted"], again.json["duplicates"]) == (1, 1)
    assert len(await all_events(store)) == 3


async def test_the_same_batch_at_once(served, store):
    """Sent many times at once, a batch still counts once."""
    answers = await asyncio.gather(*(served.clicks([event("a"), event("b")]) for _ in range(5)))

    assert sorted(answer.json["accepted"] for answer in answers) == [0, 0, 0, 0, 2]
    assert len(await all_events(store)) == 2


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (event(id_=...), "id is missing"),
        (event(id_=7), "id is no text"),
        (event("  "), "id is missing"),
        (event("x" * 501), "id is longer than 500 characters"),
        (event(occurred_at="yesterday"), "occurred_at is no ISO 8601 time"),
        (event(occurred_at="2026-11-25T09:00:00"), "occurred_at has no offset"),
        (event(occurred_at="2026-11-26T09:31:00Z"), "occurred_at lies more than a day in the future"),
        (event(occurred_at="0001-01-01T00:00:00+14:00"), "occurred_at lies before 1970"),
        (event(occurred_at="9999-12-31T23:59:59-14:00"), "occurred_at lies more than a day in the future"),
        (event(recipient="max"), "recipient is no e-mail address"),
        (event(recipient=None), "recipient is missing"),
        (event(sender="anna"), "sender is no e-mail address"),
        (event(campaign=" "), "campaign is missing"),
        (event(campaign=True), "campaign is no text"),
        (event(url="javascript:alert(1)"), "url is no http(s) address"),
        (event(url="https://"), "url is no http(s) address"),
        (event(url="http://[::1"), "url is no http(s) address"),
        (event(user_agent=5), "user_agent is no text"),
        ([], "it is no JSON object"),
        ("text", "it is no JSON object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_rejected(bad, reason, served):
    """A bad event is rejected with its place and the reason, without its values, and the others are taken."""
    answer = await served.clicks([event("good"), bad])
    rejected = answer.json["rejected"]

    assert answer.status == 202
    assert [one["index"] for one in rejected] == [1]
    assert rejected[0]["reason"].startswith(reason)
    assert answer.json["accepted"] + answer.json["duplicates"] == 1


async def test_lines_that_are_no_json(served):
    """A line that cannot be read is rejected; only when none can, the whole is refused."""
    mixed = await served.clicks(b"{\n%s\n" % json.dumps(event()).encode(), "application/x-ndjson")
    rubbish = await served.clicks(b"{\nx\n", "application/x-ndjson")

    assert mixed.json["rejected"] == [{"index": 0, "reason": "it is no JSON object"}]
    assert rubbish.status == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_wrong_type(content_type, served):
    """Another content type: 415."""
    assert (await served.clicks(event(), content_type)).status == 415


async def test_too_many(served, store):
    """More than 1,000 events: 413, and none of them is taken."""
    assert (await served.clicks([event(str(number)) for number in range(1_001)])).status == 413
    assert await all_events(store) == []


async def test_a_thousand(served, store):
    """1,000 events are taken at once."""
    answer = await served.clicks([event(str(number), recipient=f"p{number}@firma.de") for number in range(1_000)])

    assert answer.json["accepted"] == 1_000


async def test_an_external_campaign(served, store):
    """An unknown campaign name becomes an external campaign, whatever its case; an id leads to our own."""
    await served.clicks(event("a"))
    await served.clicks([event("b", campaign="NEWSLETTER"), event("c", campaign=1), event("d", campaign="1")])
    rows = await store.read(lambda session: session.exec(select(Campaign.name, Campaign.is_external)).all())

    assert rows == [("Newsletter", True)]
    assert [campaign_id for campaign_id, _ in await all_events(store)] == [1, 1, 1, 1]


async def test_judged_by_the_agent_alone(served, store):
    """A scanner's agent makes a machine; a browser's, and none at all, a person."""
    agents = ("curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", None)
    await served.clicks([event(str(agent), user_agent=agent) for agent in agents])

    assert [counted for _, counted in await all_events(store)] == [
        EventClass.MACHINE,
        EventClass.HUMAN,
        EventClass.HUMAN,
    ]


async def test_the_effects_of_a_click(served, store, hasher, clock):
    """A contact's click counts and stands in the feed; anybody else's makes a lead."""
    state = ContactState("501", clock(), email="max@firma.de")
    await store.write(store_states, [state], hasher=hasher, now=clock())
    await served.clicks([event("a"), event("b", recipient="eva@anderswo.de")])
    max_id = (await store.read(known_addresses, ["max@firma.de"]))["max@firma.de"].id

    assert (await store.read(performance.of_addresses, [max_id])).clicks == 1
    assert [activity.email for activity in await store.read(feed.newest, 10)] == ["max@firma.de"]
    assert [lead.email for lead in await store.read(leads.newest, 10)] == ["eva@anderswo.de"]


async def test_opted_out(served, store, hasher, clock):
    """Of who is opted out nothing is kept that names them, and the sender of the events learns nothing of it."""
    await store.write(opt_out, "max@firma.de", actor="cli", hasher=hasher, now=clock())
    answer = await served.clicks([event("max@firma.de")])

    assert answer.json == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert await all_events(store) == []
    assert await store.read(lambda session: session.exec(select(Address.email)).all()) == []
