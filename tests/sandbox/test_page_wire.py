"""What passed on the wire is told as stories: who did what, and what Footlight did then, in one sentence each."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from sandbox.exchanges import Exchange
from sandbox.hubspot import Crm
from sandbox.mail.mail import Fetch, Mail
from sandbox.page.telling import Names
from sandbox.page.tour import STEPS, Tour
from sandbox.page.wire import Wire
from sandbox.sample_data.workspace import ANNA, FEED, LEADS, sample_workspace
from sandbox.slack.workspace import BOT_USER

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
BUTTON = "1795604135.786691"
MAIL = Mail(1, NOW, "anna@nordwerk.example", "j.doe@steel.example", "Offer", "<a></a>", "/b/x", "/c/x")


@pytest.fixture
def wire(crm: Crm) -> Wire:
    return Wire(Names(crm, sample_workspace()), now=lambda: NOW)


def exchange(
    direction: Literal["api", "webhook"], url: str, about: str, sent: Any = None, answer: Any = None, **more: Any
) -> Exchange:
    bodies = (json.dumps(one).encode() if one is not None else b"" for one in (sent, answer))
    return Exchange(direction, "POST", url, about, more.pop("status", 200), 0.01, *bodies, **more)


def posted(channel: str, text: str, status: int = 200, **answer: Any) -> Exchange:
    return exchange(
        "api",
        "/api/chat.postMessage",
        "chat.postMessage",
        {"channel": channel, "text": text},
        {"ok": status == 200, "ts": BUTTON, **answer},
        status=status,
    )


def pressed(label: str) -> Exchange:
    sent = {
        "type": "block_actions",
        "trigger_id": "t1",
        "user": {"id": ANNA},
        "container": {"message_ts": BUTTON, "channel_id": LEADS},
        "message": {"text": "New lead: j.doe@steel.example"},
        "actions": [{"action_id": "claim_lead", "text": {"text": label}}],
    }
    return exchange("webhook", "http://app/slack/events", "claim_lead pressed", sent)


def sentences(wire: Wire) -> list[str]:
    return [story.sentence for story in wire.stories]


def joined_a_list(wire: Wire, crm: Crm) -> None:
    (customers,) = crm.lists
    eva = sorted(crm.contacts)[1]
    crm.add_to_list(customers, [eva])
    told = {"hs_object_id": str(eva), "list_id": str(customers)}
    wire.heard_hubspot(exchange("webhook", "http://app/webhooks/hubspot/lists", "workflow.list", told, status=204))
    read = {"inputs": [{"id": str(eva)}]}
    wire.heard_hubspot(exchange("api", "/crm/v3/objects/contacts/batch/read", "contacts.batch_read", read, {}))
    lists = {"results": [{"listId": str(customers)}]}
    path = f"/crm/v3/lists/records/0-1/{eva}/memberships"
    wire.heard_hubspot(exchange("api", path, "lists.of_record", answer=lists))
    members = {"results": [{"recordId": str(one)} for one in crm.lists[customers].members]}
    path = f"/crm/v3/lists/{customers}/memberships?limit=250"
    wire.heard_hubspot(exchange("api", path, "lists.memberships", answer=members))


def test_a_list_changes(wire: Wire, crm: Crm) -> None:
    """A webhook and what was read because of it are one sentence: who, what, effect; the requests are its details."""
    joined_a_list(wire, crm)

    (told,) = sentences(wire)
    assert told == (
        "HubSpot told Footlight that eva Muster joined the list Customers; Footlight read the contact back, has them "
        "in the target group Customers now and compared the 2 members of Customers with its target group"
    )
    assert len(wire.stories[0].details) == 4
    assert "POST /webhooks/hubspot/lists" in wire.stories[0].details[0]


def test_a_property_changes(wire: Wire, crm: Crm) -> None:
    """A changed property is told by its name and new value; a webhook that was not taken says so, and comes again."""
    event = {
        "objectId": min(crm.contacts),
        "subscriptionType": "contact.propertyChange",
        "propertyName": "lastname",
        "propertyValue": "Meier",
    }
    url = "http://app/webhooks/hubspot"
    wire.heard_hubspot(exchange("webhook", url, "contact.propertyChange", [event], status=503))
    was_ill = not wire.stories[0].went_well
    wire.heard_hubspot(exchange("webhook", url, "contact.propertyChange", [event], status=204, attempt=1))

    assert was_ill
    (told,) = sentences(wire)
    assert told == (
        "HubSpot told Footlight that max Mustermann’s last name is “Meier”, which it could not take yet, "
        "and told it once more"
    )
    assert wire.stories[0].went_well


def test_a_mail_and_its_click(wire: Wire) -> None:
    """A mail, its view, its click and the post about it are one story, and nobody else's post is in it."""
    for act in ("written", "opened", "clicked"):
        wire.heard_mail(Fetch(act, MAIL, "GET /b/…", 200, 0.01))
    wire.heard_slack(posted(FEED, "*Eva Muster* (Musterfirma GmbH): 1 click"))
    wire.heard_slack(posted(LEADS, "New lead: j.doe@steel.example · clicked *Spring Fair* in a mail from *Anna*"))

    other, told = sentences(wire)
    assert other == "Footlight posted in #feed: “Eva Muster (Musterfirma GmbH): 1 click”"
    assert told == (
        "anna@nordwerk.example wrote a mail with a banner to j.doe@steel.example, who opened it and clicked the "
        "banner; Footlight posted in #leads: “New lead: j.doe@steel.example”"
    )


def test_a_scanned_mail(wire: Wire) -> None:
    """A scanner is told once, however many links it follows, as what it is and with what comes of it."""
    for act in ("scanned", "scanned"):
        wire.heard_mail(Fetch(act, MAIL, "GET /c/…", 302, 0.01))
    other = replace(MAIL, id=2, recipient="eva@steel.example")
    for act in ("written", "scanned", "scanned"):
        wire.heard_mail(Fetch(act, other, "GET /c/…", 302, 0.01))

    arriving, alone = sentences(wire)
    assert arriving.endswith("to eva@steel.example, a mail scanner followed every link, which is nobody’s click")
    assert alone.startswith(
        "A mail scanner followed every link of anna@nordwerk.example’s mail to j.doe@steel.example,"
    )
    assert alone.count("scanner") == 1
    assert [len(story.details) for story in wire.stories] == [3, 2]


def test_a_click_of_who_is_opted_out(crm: Crm) -> None:
    """A click of whom nothing is stored says so, whoever clicks, and is no step of the tour."""
    names = Names(crm, sample_workspace(), is_opted_out=lambda address: address == MAIL.recipient)
    wire, tour = Wire(names, now=lambda: NOW), Tour()
    wire.on_story = tour.saw
    wire.heard_click(MAIL, "/landing/x")
    for act in ("written", "opened", "clicked"):
        wire.heard_mail(Fetch(act, replace(MAIL, id=2), "GET /b/…", 200, 0.01))
    wire.heard_click(replace(MAIL, recipient="eva@steel.example"), "/landing/x")

    tracked, others, own = sentences(wire)
    assert own.endswith("was led to the campaign’s page; nothing was stored, as j.doe@steel.example is opted out")
    assert others.endswith("clicked the banner; nothing was stored, as j.doe@steel.example is opted out")
    assert "stored" not in tracked
    assert list(tour.done) == ["Click a banner"]


def test_posts_of_different_people(wire: Wire) -> None:
    """Two posts in one channel, about different people, are two stories."""
    wire.heard_slack(posted(LEADS, "New lead: j.doe@steel.example"))
    wire.heard_slack(posted(LEADS, "New lead: eva@firma.example", ts="1795604135.786692"))

    assert [len(story.effects) for story in wire.stories] == [1, 1]


@pytest.mark.parametrize("browser_first", [True, False])
def test_the_visitors_click(wire: Wire, browser_first: bool) -> None:
    """Whether the browser arrives before or after the post about its click: they are one story."""
    post = posted(LEADS, "New lead: j.doe@steel.example")
    if browser_first:
        wire.heard_click(MAIL, "/landing/x")
    wire.heard_slack(post)
    if not browser_first:
        wire.heard_click(MAIL, "/landing/x")

    (told,) = sentences(wire)
    assert told == (
        "j.doe@steel.example clicked the banner in anna@nordwerk.example’s mail and was led to the campaign’s page; "
        "Footlight posted in #leads: “New lead: j.doe@steel.example”"
    )


def test_a_press_and_a_refusal(wire: Wire) -> None:
    """A button and the message that it changed are one story; what Slack refuses is told, until it goes through."""
    wire.heard_slack(pressed("Claim"))
    changed = {
        "channel": LEADS,
        "ts": BUTTON,
        "text": f"New lead: j.doe@steel.example · <@{ANNA}> is on it since <!date^1^{{date}}|1 May>",
    }
    wire.heard_slack(exchange("api", "/api/chat.update", "chat.update", changed, {"ok": False}, status=429))
    was_ill = not wire.stories[0].went_well
    wire.heard_slack(exchange("api", "/api/chat.update", "chat.update", changed, {"ok": True}))

    assert was_ill
    (told,) = sentences(wire)
    assert told == (
        "Anna Becker pressed “Claim”; Footlight had to keep what it owes, as Slack said “too many requests” and "
        "changed its message in #leads: “New lead: j.doe@steel.example · Anna Becker is on it since 1 May”"
    )
    assert wire.stories[0].went_well


def test_an_outage_of_hubspot(wire: Wire, crm: Crm) -> None:
    """However often Footlight asks a HubSpot that is down: it is told once, in the story of why it asks."""
    event = {"objectId": min(crm.contacts), "subscriptionType": "contact.creation"}
    wire.heard_hubspot(exchange("webhook", "http://app/webhooks/hubspot", "contact.creation", [event], status=204))
    for path in ("/account-info/v3/details", "/account-info/v3/details", "/crm/v3/lists/1"):
        wire.heard_hubspot(exchange("api", path, "account.details", status=503))

    (told,) = sentences(wire)
    assert told == (
        "HubSpot told Footlight that max Mustermann was created; "
        "Footlight asked HubSpot, which answered 503, and will ask again"
    )
    assert not wire.stories[0].went_well


def test_a_company_joins_a_list(wire: Wire, crm: Crm) -> None:
    """Of a list of companies, the company is named."""
    accounts, company = crm.create_list("Accounts", "companies").id, min(crm.companies)
    crm.add_to_list(accounts, [company])
    told = {"hs_object_id": str(company), "list_id": str(accounts)}
    wire.heard_hubspot(exchange("webhook", "http://app/webhooks/hubspot/lists", "workflow.list", told, status=204))

    assert sentences(wire) == ["HubSpot told Footlight that Musterfirma GmbH joined the list Accounts"]


def test_a_direct_message(wire: Wire) -> None:
    """A direct message and its answer are one story; that Slack tells the app of its own answer is a detail."""
    asked = {"type": "message", "channel_type": "im", "channel": "D1", "user": ANNA, "text": "max"}
    wire.heard_slack(exchange("webhook", "http://app/slack/events", "message", {"event": asked}))
    wire.heard_slack(posted("D1", "Max Mustermann: 3 clicks"))
    own = {**asked, "user": BOT_USER, "text": "Max Mustermann: 3 clicks"}
    wire.heard_slack(exchange("webhook", "http://app/slack/events", "message", {"event": own}))

    assert sentences(wire) == [
        "Anna Becker wrote “max”; Footlight posted in a direct message: “Max Mustermann: 3 clicks”"
    ]
    assert len(wire.stories[0].details) == 3


def test_what_others_do_meanwhile(wire: Wire, crm: Crm) -> None:
    """What somebody else does at the same time, with the same services, is a story of its own."""
    wire.heard_slack(pressed("Claim"))
    wire.heard_mail(Fetch("clicked", replace(MAIL, id=7, recipient="eva@firma.example"), "GET /c/…", 302, 0.01))
    joined_a_list(wire, crm)

    assert len(sentences(wire)) == 3


def test_slack_takes_nothing(wire: Wire) -> None:
    """However often Slack refuses: it is told once, in the story of the click, which ends when the message is there."""
    wire.heard_click(MAIL, "/landing/x")
    for _ in range(3):
        wire.heard_slack(exchange("api", "/api/conversations.info", "conversations.info", {}, {}, status=429))
    wire.heard_slack(posted(LEADS, "New lead: j.doe@steel.example"))

    (told,) = sentences(wire)
    assert told.endswith(
        "; Footlight had to keep what it owes, as Slack said “too many requests” and posted in #leads: “New lead: "
        "j.doe@steel.example”"
    )


def test_a_look_up(wire: Wire) -> None:
    """A command and its answer are one story."""
    sent = {
        "command": "/contact",
        "text": "max",
        "user_id": ANNA,
        "response_url": "http://slack/respond/r1",
        "trigger_id": "t",
    }
    wire.heard_slack(exchange("webhook", "http://app/slack/events", "/contact by Anna Becker", sent))
    answer = {"text": "Max Mustermann: 3 clicks"}
    wire.heard_slack(exchange("api", "/respond/r1", "response_url", answer, {"ok": True}))

    assert sentences(wire) == ["Anna Becker typed /contact max; Footlight answered: “Max Mustermann: 3 clicks”"]


def test_tour_goes_on_by_itself(wire: Wire, crm: Crm) -> None:
    """A step of the tour is done when its effect was seen, in whatever order; other people's clicks do not count."""
    tour = Tour()
    wire.on_story = tour.saw
    for act in ("written", "opened", "clicked"):
        wire.heard_mail(Fetch(act, MAIL, "GET /b/…", 200, 0.01))
    wire.heard_slack(posted(LEADS, "New lead: j.doe@steel.example"))
    assert tour.current is STEPS[0]

    joined_a_list(wire, crm)
    wire.heard_slack(pressed("Claim"))
    wire.heard_slack(pressed("Dismiss"))
    changed = {"channel": LEADS, "ts": BUTTON, "text": "Lead: j.doe@steel.example · Dismissed"}
    wire.heard_slack(exchange("api", "/api/chat.update", "chat.update", changed, {"ok": True}))
    assert list(tour.done) == ["Change a list"]

    wire.heard_click(MAIL, "/landing/x")
    assert tour.current is STEPS[1]
    wire.heard_slack(posted(LEADS, "New lead: j.doe@steel.example"))
    assert tour.current is STEPS[2]
    assert "ms" in tour.last_done
