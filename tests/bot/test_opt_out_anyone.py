"""`/footlight optout`: an address or a domain is tracked no more, whether anybody knows it or not."""

from typing import Any

from sandbox.sample_data.workspace import GENERAL, JONAS, OLIVER
from sandbox.slack import SlackSandbox
from storage import Store, opt_out_asked
from tests.bot.conftest import Bot, seen
from tests.bot.test_setup import the_modal
from tests.storage.people import HASHER, a_state, store_all
from tests.storage.test_privacy import everything


async def name(slack: SlackSandbox, bot: Bot, whom: str) -> Any:
    await slack.people.command(OLIVER, GENERAL, "/footlight", "optout")
    await bot.dispatch.drain(30)
    await slack.people.press(OLIVER, GENERAL, seen(slack, GENERAL)[-1].ts, "opt_out_anyone")
    await bot.dispatch.drain(30)
    modal = await the_modal(slack)
    told = await slack.people.submit(OLIVER, modal.id, {"anyone": {"anyone": {"value": whom}}})
    await bot.dispatch.drain(30)
    return told


async def test_address(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """An address that nobody knew is opted out and written nowhere; what is no address is refused at the field."""
    refused = await name(slack, bot, "no address")
    assert refused.body["errors"] == {"anyone": "That is neither an e-mail address nor a domain."}
    await slack.people.close(OLIVER, (await the_modal(slack)).id)

    await name(slack, bot, " New@Firma.de ")

    assert seen(slack, GENERAL)[-1].text.startswith("Opted out.")
    state = store.read_now(opt_out_asked.of_address, "new@firma.de", HASHER)
    assert state is not None
    assert state.by == f"slack:{OLIVER}"
    assert "new@firma.de" not in everything(store).lower()


async def test_domain(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A domain is asked about once more, with how many people are known there; then all are out, who come too."""
    store_all(store, a_state(), a_state("502", "eva@firma.de"))
    await name(slack, bot, "firma.de")
    question = await the_modal(slack)
    assert "2" in question.view["blocks"][0]["text"]["text"]
    assert store.read_now(opt_out_asked.of_address, "eva@firma.de", HASHER) is None

    await slack.people.submit(OLIVER, question.id, {})
    await bot.dispatch.drain(30)

    for email in ("eva@firma.de", "new@firma.de"):
        assert store.read_now(opt_out_asked.of_address, email, HASHER) is not None


async def test_who_may(bot: Bot, slack: SlackSandbox) -> None:
    """Who may not decide is told so."""
    await slack.people.command(JONAS, GENERAL, "/footlight", "optout")
    await bot.dispatch.drain(30)
    assert "opt_out_anyone" not in str(seen(slack, GENERAL)[-1].blocks)
