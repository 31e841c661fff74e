"""The page's panes: HubSpot's lists of both kinds, Slack's days, and what a switch that is on makes one see."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.mail.gateway import Gateway
from sandbox.mail.inbox import Inbox
from sandbox.mail.reader import Reader
from sandbox.mail.trickle import Trickle
from sandbox.page.hubspot_pane import hubspot_pane
from sandbox.page.place import Place
from sandbox.page.slack_pane import App, slack_pane
from sandbox.page.switches import Switches
from sandbox.sample_data.workspace import ANNA, FEED, sample_workspace
from sandbox.slack import SlackSandbox
from sandbox.slack.workspace import BOT_USER


@pytest.mark.parametrize(("verb", "label"), [("remove", "Remove"), ("add", "Add to list")])
def test_a_list_of_companies(crm: Crm, verb: str, label: str) -> None:
    """A list of companies is shown with its companies, each of which can be moved out, and others in."""
    accounts, (musterfirma, acme) = crm.create_list("Strategic accounts", "companies").id, sorted(crm.companies)
    crm.add_to_list(accounts, [musterfirma])
    search = "" if verb == "remove" else "acme"
    shown = hubspot_pane(crm, Place(hubspot_list=str(accounts), search=search))

    assert "Strategic accounts: 1 members" in shown
    record, name = (musterfirma, "Musterfirma GmbH") if verb == "remove" else (acme, "Acme Inc.")
    (row,) = shown.split("<tr>")[1:]
    assert name in row
    assert f'action="/hubspot/{verb}"' in row
    assert f'name="record" value="{record}"' in row
    assert f"<button>{label}</button>" in row


def test_an_active_list(crm: Crm) -> None:
    """HubSpot lets nobody move members of an active list by hand: the pane offers no button and says why."""
    active = crm.create_list("Deciders", dynamic=True).id
    crm.add_to_list(active, crm.contacts)
    shown = hubspot_pane(crm, Place(hubspot_list=str(active)))

    assert "max Mustermann" in shown
    assert "An active list" in shown
    assert "/hubspot/remove" not in shown
    assert "/hubspot/add" not in shown


def test_days_in_slack() -> None:
    """Messages of several days stand under their days."""
    noon = datetime.now(ZoneInfo("Europe/Berlin")).replace(hour=12)
    moments = iter(noon - timedelta(days=ago) for ago in (9, 1, 0, 0))
    workspace = sample_workspace(lambda: next(moments).timestamp())
    for text in ("long ago", "lately", "now", "now"):
        workspace.post(FEED, BOT_USER, text)
    shown = slack_pane(workspace, Place(user=ANNA, channel=FEED), App({}, "", ""), None)

    heads = [one.partition("<")[0] for one in shown.split('<p class="day">')[1:]]
    assert heads == [f"{noon - timedelta(days=9):%A, %B} {(noon - timedelta(days=9)).day}", "Yesterday", "Today"]


def test_a_reply_that_the_channel_shows_too() -> None:
    """It stands in its thread, and once more where it was written, with what it replies to."""
    workspace = sample_workspace()
    root = workspace.post(FEED, BOT_USER, "*3 people of A &amp; B* today · since noon")
    workspace.post(FEED, BOT_USER, "other news")
    workspace.post(FEED, BOT_USER, "Max clicked", thread_ts=root.ts, is_broadcast=True)
    shown = slack_pane(workspace, Place(user=ANNA, channel=FEED), App({}, "", ""), None)

    in_thread, other, beside = shown.split("<article")[2:]
    assert ["Max clicked" in one for one in (in_thread, other, beside)] == [True, False, True]
    assert f'replied to a thread: <a href="#m{root.ts}">3 people of A &amp; B today</a>' in beside
    assert "replied to a thread" not in in_thread


async def test_switches(hubspot: HubSpotSandbox, slack: SlackSandbox) -> None:
    """Each switch for trouble tells what one will see while it is on, and is off again when it is flipped twice."""
    reader, gateway = Reader(), Gateway("http://127.0.0.1:9", "key", lambda: 1)
    switches = Switches(hubspot, slack, Inbox(gateway, reader), Trickle(iter(()), gateway, reader))
    before = switches.all()
    for one in before:
        switches.flip(one.name)

    assert [one.is_on for one in switches.all()] == [not one.is_on for one in before]
    assert [one.name for one in before if one.is_trouble and not one.seen] == []
    for one in before:
        switches.flip(one.name)
    assert switches.all() == before
