"""An address that nobody here has is looked for in HubSpot, by a button."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.hubspot_search import HubSpotSearch, HubSpotSilent
from sandbox.sample_data.workspace import ANNA, GUEST, LEADS, OLIVER
from sandbox.slack import Message, SlackSandbox
from storage import Store, portal
from storage.contacts import ContactState
from tests.bot.conftest import KEYS, Bot, buttons, running_bot, until_said
from tests.storage.people import T0, a_state, store_all

KIM = ContactState(
    "913", T0, "kim@new.example", properties={"firstname": "Kim", "lastname": "<!channel>", "company": "New & Co"}
)


class HubSpot:
    """What HubSpot answers to the bot: by address, a contact or a trouble; not before `may_answer`."""

    def __init__(self) -> None:
        self.answers: dict[str, ContactState | HubSpotSilent] = {"kim@new.example": KIM}
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def find(self, email: str) -> ContactState | None:
        self.asked.append(email)
        await self.may_answer.wait()
        answer = self.answers.get(email)
        if isinstance(answer, HubSpotSilent):
            raise answer
        return answer


@pytest.fixture
async def hubspot() -> HubSpot:
    return HubSpot()


@pytest.fixture
async def bot(store: Store, slack: SlackSandbox, client: AsyncWebClient, hubspot: HubSpot) -> AsyncIterator[Bot]:
    """The bot where HubSpot can be asked."""
    store.write_now(portal.remember, "4711", now=T0)
    async with running_bot(store, client, hubspot=HubSpotSearch(hubspot.find, KEYS)) as running:
        slack.deliveries.app_url = running.url
        yield running


async def offered(slack: SlackSandbox, email: str, user: str = OLIVER) -> tuple[Message, str]:
    """The answer to an address that nobody here has, and its button's value."""
    await slack.people.command(user, LEADS, "/contact", email)
    said = await until_said(slack, LEADS, email, "search_hubspot")
    (value,) = (
        element["value"]
        for block in said.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == "search_hubspot"
    )
    return said, value


async def search(slack: SlackSandbox, email: str, user: str = OLIVER) -> None:
    said, value = await offered(slack, email, user)
    assert (await slack.people.press(user, LEADS, said.ts, "search_hubspot", value)).is_ack


async def test_contact_of_hubspot_is_shown(bot: Bot, slack: SlackSandbox) -> None:
    """Whom HubSpot has is shown with the way there, whatever they are called; the value hides the address."""
    said, value = await offered(slack, "kim@new.example")
    assert "kim" not in value
    assert buttons(said) == ["Search HubSpot"]

    await slack.people.press(OLIVER, LEADS, said.ts, "search_hubspot", value)

    card = await until_said(slack, LEADS, "HubSpot has", "Kim", "New &amp; Co", "kim@new.example")
    assert buttons(card) == ["Open in HubSpot"]
    assert "https://app.hubspot.com/contacts/4711/record/0-1/913" in str(card.blocks)
    assert card.only_for == OLIVER
    assert "<!channel>" not in f"{card.text} {card.blocks[0]}"


async def test_who_asks_sees_at_once_that_hubspot_is_asked(bot: Bot, slack: SlackSandbox, hubspot: HubSpot) -> None:
    """A slow HubSpot delays no acknowledgement, and meanwhile there is no button to press again."""
    hubspot.may_answer.clear()

    await search(slack, "kim@new.example")

    assert buttons(await until_said(slack, LEADS, "Asking HubSpot")) == []
    hubspot.may_answer.set()
    await until_said(slack, LEADS, "HubSpot has")


async def test_nobody_in_hubspot(bot: Bot, slack: SlackSandbox) -> None:
    """That HubSpot has nobody is said, in the reader's language."""
    await search(slack, "nobody@nowhere.example", ANNA)

    assert buttons(await until_said(slack, LEADS, "HubSpot hat niemanden", "nobody@nowhere.example")) == []


@pytest.mark.parametrize(("lasting", "told"), [(False, "does not answer"), (True, "footlight check")])
async def test_silent_hubspot(bot: Bot, slack: SlackSandbox, hubspot: HubSpot, lasting: bool, told: str) -> None:
    """No answer says nothing about the address, and the button stays."""
    hubspot.answers["kim@new.example"] = HubSpotSilent(lasting=lasting)

    await search(slack, "kim@new.example")

    assert buttons(await until_said(slack, LEADS, told, "kim@new.example")) == ["Search HubSpot"]


async def test_guest_makes_nobody_ask(bot: Bot, slack: SlackSandbox, hubspot: HubSpot) -> None:
    """A guest who replays the button's value is refused, and HubSpot is not asked."""
    slack.workspace.channels[LEADS].members.add(GUEST)
    said, value = await offered(slack, "kim@new.example")
    said.only_for = GUEST

    await slack.people.press(GUEST, LEADS, said.ts, "search_hubspot", value)

    await until_said(slack, LEADS, "Gäste")
    assert hubspot.asked == []


@pytest.mark.parametrize("value", ["x", "kim@new.example", "bm90aGluZw==", "é"])
async def test_made_up_value_asks_nothing(bot: Bot, slack: SlackSandbox, hubspot: HubSpot, value: str) -> None:
    """A value that we did not seal is no way to ask HubSpot."""
    said, sealed = await offered(slack, "kim@new.example")
    said.blocks[:] = json.loads(json.dumps(said.blocks).replace(sealed, value))

    await slack.people.press(OLIVER, LEADS, said.ts, "search_hubspot", value)

    await until_said(slack, LEADS, "too old")
    assert hubspot.asked == []


async def test_suggestion_offers_hubspot_too(bot: Bot, store: Store, slack: SlackSandbox) -> None:
    """An address that only resembles one that is known may be somebody else's, whom HubSpot has."""
    store_all(store, a_state())

    said, _ = await offered(slack, "mux@firma.de")

    assert buttons(said) == ["Show", "Search HubSpot"]
