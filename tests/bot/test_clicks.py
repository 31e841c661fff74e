"""*Clicks* on a card: page by page, machines' marked, each with its reason."""

from decisions.human_or_machine import VerdictKind
from sandbox.sample_data.workspace import ANNA, LEADS, OLIVER
from sandbox.slack import SlackSandbox
from sandbox.slack.block_kit import view_faults
from storage import Session, Store, privacy
from storage.tracking import Event, EventClass
from tests.bot.conftest import Bot, until_said
from tests.bot.test_opt_out import the_modal
from tests.storage.people import HASHER, T0, a_state, become_lead, fetch, store_all


def judged(store: Store) -> None:
    """The newest was a machine's, the second is still doubted, the third was settled as a person's."""

    def write(session: Session) -> None:
        for id_, (counts_as, doubted, sign, measure) in {
            12: (EventClass.MACHINE, False, "burst", "4 links within 2 s"),
            11: (EventClass.HUMAN, True, "too soon", "0.20 s"),
            10: (EventClass.HUMAN, False, "too soon", "0.30 s"),
        }.items():
            event = session.get_one(Event, id_)
            event.counts_as, event.is_doubted, event.sign, event.measures = int(counts_as), doubted, sign, measure

    store.write_now(write)


async def test_pages_with_reasons(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Ten to a page, the newest first; older and newer ones are shown in the same modal."""
    store_all(store, a_state())
    for minute in range(12):
        fetch(store, "max@firma.de", campaign=f"Campaign {minute}", minute=minute)
    judged(store)
    await slack.people.command(OLIVER, LEADS, "/contact", "max@firma.de")
    card = await until_said(slack, LEADS, "Max Mustermann", "Clicks")
    await slack.people.press(OLIVER, LEADS, card.ts, "show_clicks")

    modal = await the_modal(slack, OLIVER)
    lines = [block["text"]["text"] for block in modal.view["blocks"] if block["type"] == "section"]
    assert "1 to 10 of 12" in lines[0]
    assert "A machine*: several links of one call were followed at once (4 links within 2 s)" in lines[1]
    assert "A person: it came too soon after the mail's first fetch (0.20 s); it counts as a person's until" in lines[2]
    assert "(0.30 s), and nothing else spoke against it" in lines[3]
    assert "Campaign 8" in lines[4]
    assert "A person: no sign of a machine" in lines[4]

    await slack.people.press_in_view(OLIVER, modal.id, "turn_clicks_1")
    await slack.until(lambda: "11 to 12 of 12" in str(modal.view))
    assert "Campaign 0" in str(modal.view)
    assert view_faults(modal.view) == []
    await slack.people.press_in_view(OLIVER, modal.id, "turn_clicks_0")
    await slack.until(lambda: "1 to 10 of 12" in str(modal.view))

    store.write_now(privacy.erase, "max@firma.de", actor="cli", hasher=HASHER, now=T0)
    await slack.people.press_in_view(OLIVER, modal.id, "turn_clicks_1")
    await slack.until(lambda: "no longer here" in str(modal.view), within=30)
    assert "Max" not in str(modal.view)


async def test_clicks_of_a_lead(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A lead's menu leads to its clicks, machines' too, in the language of whoever reads it."""
    become_lead(store, "j.doe@acme.example")
    fetch(store, "j.doe@acme.example", minute=1, verdict=VerdictKind.MACHINE)
    await slack.people.command(ANNA, LEADS, "/contact", "j.doe@acme.example")
    lead = await until_said(slack, LEADS, "j.doe@acme.example")

    await slack.people.press(ANNA, LEADS, lead.ts, "more_of_lead", option="clicks_title lead:1")

    modal = await the_modal(slack, ANNA)
    assert "Klicks von *j.doe@acme.example*: 1 bis 2 von 2" in str(modal.view)
    assert "Ein Mensch: kein Zeichen einer Maschine" in str(modal.view)
