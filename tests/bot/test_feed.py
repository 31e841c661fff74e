"""`/feed`: who clicked what, newest first."""

import pytest

from sandbox.sample_data.workspace import ANNA, FEED, OLIVER
from sandbox.slack import SlackSandbox
from storage import Session, Store, feed
from storage.addresses import keep_addresses
from tests.bot.conftest import Bot, until_said
from tests.storage.people import T0, a_state, at, fetch, store_all

EMAIL = "max@firma.de"


def click(store: Store, campaign: str, minute: int) -> None:
    """A click that the feed hears of."""
    fetch(store, EMAIL, campaign=campaign, minute=minute)

    def note(session: Session) -> None:
        feed.note_clicks(session, [(keep_addresses(session, [EMAIL], now=T0)[EMAIL].id, at(minute))], now=T0)

    store.write_now(note)


@pytest.mark.parametrize(
    ("campaigns", "told"),
    [
        (["Spring Fair"], "*Max Mustermann* (firma.de) clicked *Spring Fair* · "),
        (["Spring Fair", "Spring Fair"], "*Max Mustermann* (firma.de) — 2 clicks on *Spring Fair*, last "),
        (["Fair", "Fair", "Book"], "*Max Mustermann* (firma.de) — 3 clicks: Fair (2) · Book (1), last "),
        (["Fair", "Fair", "Fair", "Book", "Book", "Tour"], "6 clicks: Fair (3) · Book (2) · …, last "),
    ],
)
async def test_activity_names_its_campaigns(
    store: Store, bot: Bot, slack: SlackSandbox, campaigns: list[str], told: str
) -> None:
    """The list says by name what somebody clicked, to those who see it and those who hear it."""
    store_all(store, a_state())
    for minute, campaign in enumerate(campaigns):
        click(store, campaign, minute)

    await slack.people.command(OLIVER, FEED, "/feed", "")

    message = await until_said(slack, FEED, told)
    assert told in message.text
    await slack.people.command(ANNA, FEED, "/feed", "")
    await until_said(slack, FEED, "angeklickt" if len(campaigns) == 1 else "Klicks")
