"""Accounts are looked up by domain, address and name, and show who did what, in words and as a picture."""

import re
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, GENERAL, GUEST, LEADS, OLIVER
from sandbox.slack import Message, SlackSandbox
from storage import Store, companies
from storage.companies import CompanyState
from storage.opt_out_asked import opt_out
from storage.tracking import EventKind
from tests.bot.conftest import Bot, buttons, running_bot, seen, until_said
from tests.storage.people import HASHER, T0, a_state, at, become_lead, fetch, store_all


@pytest.fixture
async def bot(store: Store, slack: SlackSandbox, client: AsyncWebClient) -> AsyncIterator[Bot]:
    """The bot on a Wednesday."""
    async with running_bot(store, client, now=lambda: at(60)) as running:
        slack.deliveries.app_url = running.url
        yield running


@pytest.fixture
def firma(store: Store) -> Store:
    """Firma GmbH has two domains; Max clicked, Eva opted out, j.doe there is a lead."""
    eva = a_state("502", "eva@firma.de", properties={"firstname": "Eva", "lastname": "Muster"})
    store_all(store, a_state(), eva, a_state("503", "gus@other.example", properties={"firstname": "Gus"}))
    store.write_now(companies.store_companies, [CompanyState("9", T0, "Firma GmbH & Co.", ("firma.de", "firma.at"))])
    for minute in range(2):
        fetch(store, "max@firma.de", EventKind.VIEW, minute=minute)
    fetch(store, "max@firma.de", minute=3)
    become_lead(store, "j.doe@firma.at")
    store.write_now(opt_out, "eva@firma.de", hasher=HASHER, actor="cli", now=T0)
    return store


def picture(message: Message) -> str:
    """The alternative text of the message's picture."""
    (image,) = (block for block in message.blocks if block["type"] == "image")
    assert re.fullmatch(r"https://footlight\.ours\.de/charts/[\w-]+", image["image_url"])
    return str(image["alt_text"])


async def answer(slack: SlackSandbox, asked: str) -> Message:
    """What Oliver is told by `/account`."""
    before = len(seen(slack, LEADS))
    await slack.people.command(OLIVER, LEADS, "/account", asked)
    await slack.until(lambda: len(seen(slack, LEADS)) > before)
    return seen(slack, LEADS)[-1]


async def test_account_shows_its_people(firma: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who works there, the numbers, and the weeks as a picture, for whoever asked alone."""
    shown = await answer(slack, "firma.de")

    assert picture(shown).endswith("23 Nov: 2 clicks, 2 views. Nothing in the other weeks.")
    told = str(shown.blocks)
    assert "2 people clicked" in told
    assert "Gus" not in told
    assert told.index("Max Mustermann") < told.index("Lead: *j.doe@firma.at*") < told.index("Eva Muster")
    assert "No view and no click yet · opted out" in told
    assert buttons(shown) == ["Show"] * 3
    assert shown.only_for == OLIVER


async def test_account_is_found(firma: Store, bot: Bot, slack: SlackSandbox) -> None:
    """By each of its domains and what is below them, by an address there, and by a part of the company's name."""
    linked = ("<mailto:max@firma.de|max@firma.de>", "<http://firma.de|firma.de>")
    for asked in ("firma.de", "www.firma.at", "max@firma.de", "nobody@firma.de", "FIRMA gmbh", *linked):
        told = f"{(await answer(slack, asked)).blocks}"
        assert "Firma GmbH &amp; Co." in told, asked
        assert "firma.at, firma.de" in told, asked
        assert "2 clicks of 2 views" in told, asked


async def test_long_accounts_come_in_pages(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Eight people at a time, and *More people* leads to the others."""
    names = [f"person{number:02}" for number in range(19)]
    store_all(store, *(a_state(f"6{n}", f"{n}@firma.de", properties={"firstname": n}) for n in names))
    await slack.people.command(ANNA, LEADS, "/footlight", "account firma.de")
    page, seen = await until_said(slack, LEADS, "1 bis 8 von 19"), set[str]()

    for words in ("9 bis 16 von 19", "17 bis 19 von 19"):
        seen |= set(re.findall(r"person\d\d", str(page.blocks)))
        (more,) = (one for block in page.blocks if block["type"] == "actions" for one in block["elements"])
        await slack.people.press(ANNA, LEADS, page.ts, "account_more", more["value"])
        page = await until_said(slack, LEADS, words)

    assert seen | set(re.findall(r"person\d\d", str(page.blocks))) == set(names)
    assert "Weitere Personen" not in buttons(page)


async def test_several_accounts_are_picked_from(firma: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A part that fits several, or is misspelt, gives a list with *Show*."""
    store_all(firma, a_state("504", "x@firmament.example"))
    await slack.people.command(OLIVER, LEADS, "/account", "firma")
    found = await until_said(slack, LEADS, "Several accounts match", "Firma GmbH", "firmament.example")
    await slack.people.command(OLIVER, LEADS, "/account", "firmamnet")
    await until_said(slack, LEADS, "Did you mean", "firmament.example")

    show = next(block["accessory"] for block in found.blocks if "GmbH" in str(block) and "accessory" in block)
    await slack.people.press(OLIVER, LEADS, found.ts, "show_account", show["value"])

    await until_said(slack, LEADS, "2 clicks of 2 views", "Max Mustermann")


UNKNOWN = {
    "": "Which account?",
    "qqqqqq.example": "I don't know an account",
    "<!channel> *x*": "I don't know an account",
    "%": "I don't know an account",
    "max@gmail.com": "free-mail provider",
    "x" * 3_000: "I don't know an account",
}


async def test_unknown_account_is_said(firma: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who asks for nothing that we know learns so, and what can be done."""
    for asked, told in UNKNOWN.items():
        message = await answer(slack, asked)
        assert told in message.text, asked
        assert "<!channel>" not in str(message.blocks)


async def test_guest_sees_no_account(firma: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Guests see no personal data, in accounts neither."""
    await slack.people.command(GUEST, GENERAL, "/account", "firma.de")

    await until_said(slack, GENERAL, "Gäste")


async def test_account_is_told_without_picture(firma: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Slack refuses all of a message whose picture it cannot fetch: then the rest is told without."""
    slack.workspace.cannot_fetch = "https://footlight.ours.de/"
    await slack.people.command(OLIVER, LEADS, "/account", "firma.de")

    shown = await until_said(slack, LEADS, "2 clicks of 2 views", "Max Mustermann")
    assert "image" not in {block["type"] for block in shown.blocks}
