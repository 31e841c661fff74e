"""Many opt-outs at once are asked about in the admin's channel; permitted people decide, once."""

from bot.blocks.opt_outs_waiting import opt_outs_question
from bot.blocks.reader import Reader
from bot.carrier import SlackCarrier
from bot.texts import Texts
from jobs.opt_outs import carry_out_opt_outs
from sandbox.sample_data.workspace import JONAS, LEADS, OLIVER
from sandbox.slack import Message, SlackSandbox
from storage import Store, opt_outs, opt_outs_waiting
from storage.opt_outs_waiting import RequestState, RequestView, Source
from tests.bot.conftest import Bot, buttons, seen, until_said, utc_now
from tests.bot.test_carrier import claimed, mark_sent
from tests.storage.people import HASHER

EMAILS = [f"x{n}@out.example" for n in range(1, 61)]


async def the_question(store: Store, carrier: SlackCarrier, slack: SlackSandbox) -> Message:
    """Sixty addresses of a file, asked about in the channel of leads, which is the admin's where none is set."""
    store.write_now(opt_outs_waiting.ask, Source.CSV, EMAILS, actor="cli", hasher=HASHER, now=utc_now())
    await bring(store, carrier)
    return await until_said(slack, LEADS, "60 addresses", "cannot be undone")


async def bring(store: Store, carrier: SlackCarrier) -> None:
    item = claimed(store)
    mark_sent(store, item, await carrier.send(item))


def out(store: Store) -> int:
    return len(store.read_now(opt_outs.opted_out, EMAILS, HASHER))


async def test_yes(store: Store, bot: Bot, carrier: SlackCarrier, slack: SlackSandbox) -> None:
    """Who is not permitted decides nothing; a yes opts all out, once, and the question says so."""
    question = await the_question(store, carrier, slack)
    assert buttons(question) == ["Opt out all 60", "Opt out nobody"]
    for user in (JONAS, OLIVER):
        await slack.people.press(user, LEADS, question.ts, "accept_opt_outs")
        await bot.dispatch.drain(5)
        await carry_out_opt_outs(store, HASHER, utc_now)
        assert out(store) == (60 if user == OLIVER else 0)

    await bring(store, carrier)
    assert "60 people are opted out" in str(question.blocks)
    assert buttons(question) == []


async def test_no(store: Store, bot: Bot, carrier: SlackCarrier, slack: SlackSandbox) -> None:
    """A no opts nobody out, and the question says so."""
    question = await the_question(store, carrier, slack)
    await slack.people.press(OLIVER, LEADS, question.ts, "refuse_opt_outs")
    await bot.dispatch.drain(5)
    await carry_out_opt_outs(store, HASHER, utc_now)
    assert out(store) == 0
    assert "60 people stay tracked" in str(question.blocks)
    assert buttons(question) == []
    assert len(seen(slack, LEADS)) == 1


def test_one_person() -> None:
    """Of one person the buttons say no "all", in either language."""
    request = RequestView(1, Source.HUBSPOT, RequestState.WAITING, "hubspot", utc_now(), 1, None)
    shown = {language: str(opt_outs_question(request, 1, Reader(Texts(language))).blocks) for language in ("en", "de")}

    assert "'text': 'Opt out'" in shown["en"]
    assert "'text': 'Abmelden'" in shown["de"]
