"""A briefing: an invitation's addresses become one line each on who these people are."""

import pytest
from sqlmodel import select

from sandbox.sample_data.workspace import LEADS, OLIVER
from sandbox.slack import SlackSandbox
from sandbox.slack.block_kit import message_faults
from storage import Store
from storage.companies import CompanyState, store_companies
from storage.opt_out_asked import opt_out
from storage.owners import OwnerState, store_owners
from storage.posted import Posted
from storage.senders import keep_senders
from tests.bot.conftest import Bot, buttons, until_said
from tests.storage.people import HASHER, T0, a_state, become_lead, fetch, store_all

INVITED = """"Mustermann, Max" &lt;MAX@firma.de&gt;; j.doe@acme.example,
<mailto:gone@firma.de|gone@firma.de> (optional) Anna <anna@ours.example>, nobody@x.example; max@firma.de"""


@pytest.fixture
def people(store: Store) -> Store:
    """Max of Musterfirma, whom Anna owns; a lead; one who opted out; and a sender of ours."""
    max_ = a_state(
        properties={"firstname": "Max", "lastname": "Mustermann", "hubspot_owner_id": "77"},
        company_id="9",
        additional_emails=("m@privat.example",),
    )
    store_all(store, max_, a_state("502", "gone@firma.de", properties={"firstname": "Gerd"}))
    store.write_now(store_companies, [CompanyState("9", T0, "Musterfirma GmbH")])
    store.write_now(store_owners, [OwnerState("77", "Anna Becker", "anna@ours.example", False)])
    store.write_now(opt_out, "gone@firma.de", actor="cli", hasher=HASHER, now=T0)
    store.write_now(keep_senders, {"anna@ours.example"})
    become_lead(store, "j.doe@acme.example")
    fetch(store, "m@privat.example")
    fetch(store, "max@firma.de", campaign="Catalogue")
    return store


async def test_invitation(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Each is told once, in one line; of who opted out only that, and our own are counted."""
    await slack.people.command(OLIVER, LEADS, "/footlight", f"brief {INVITED}")

    told = await until_said(slack, LEADS, "Max Mustermann")
    first, lead, gone, unknown, own = told.text.split("\n")
    for words in ("*Max Mustermann*, max@firma.de", "Musterfirma GmbH", "Owner Anna Becker", "2 clicks in 90 days"):
        assert words in first
    assert "Lead: *j.doe@acme.example*" in lead
    assert "1 click in 90 days: Spring Fair (1)" in lead
    assert (gone, unknown) == ("gone@firma.de: opted out of tracking", "nobody@x.example: I don't know them")
    assert own == "1 colleague of ours is left out."
    assert buttons(told) == ["Show", "Show"]


async def test_direct_message_with_several_addresses(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """It is answered by a briefing, which stays and is remembered, so that an erase can take names out."""
    slack.people.direct(OLIVER, INVITED)

    answer = await until_said(slack, slack.workspace.direct(OLIVER).id, "Max Mustermann", "opted out", "left out")
    await bot.dispatch.drain(30)

    assert "ago" not in str(answer.blocks)
    rows = people.read_now(lambda session: len(session.exec(select(Posted)).all()))
    assert rows == 4  # Max's two addresses, Gerd's, the lead's


async def test_very_many(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Fifty are told at once, each in a line, and the rest is counted; nothing at all says how to ask."""
    await slack.people.command(OLIVER, LEADS, "/footlight", "brief " + " ".join(f"p{n}@x.example" for n in range(60)))
    told = await until_said(slack, LEADS, "p49@x.example", "10 more addresses")
    assert message_faults(told.blocks) == []

    await slack.people.command(OLIVER, LEADS, "/footlight", "brief tomorrow")
    await until_said(slack, LEADS, "Paste the addresses")
