"""What people write in the thread of a lead's message is kept on the lead."""

import pytest
from sqlmodel import select

from bot.lead_notes import plain_text
from sandbox.sample_data.workspace import ANNA, GUEST, JONAS, LEADS, MEHMET
from sandbox.slack import Message, SlackSandbox
from sandbox.slack.workspace import BOT_USER
from storage import Session, Store, audit, lead_notes, opt_out_asked, person_export, privacy
from storage.lead_notes import LeadNote, Note
from tests.bot.conftest import Bot, seen, until_said, utc_now
from tests.bot.test_lead import lead
from tests.storage.people import HASHER

__all__ = ["lead"]
EMAIL = "j.doe@acme.example"


def notes_of(store: Store) -> list[tuple[str, str]]:
    found: tuple[Note, ...] = store.read_now(lead_notes.of_addresses, [1])
    return [(note.author, note.text) for note in found]


async def heard(bot: Bot, slack: SlackSandbox) -> None:
    await slack.deliveries.settled()
    await bot.dispatch.drain(30)


async def test_notes_are_kept_edited_and_removed(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A note counts in the lead's message and stands in its card, as it is after an edit, until it is removed."""
    first = slack.people.say(JONAS, LEADS, "called her: <https://acme.example|Acme> &amp; budget", thread_ts=lead.ts)
    second = slack.people.say(MEHMET, LEADS, "<!channel> wrong number", thread_ts=lead.ts)
    await heard(bot, slack)
    assert notes_of(store) == [
        (f"slack:{JONAS}", "called her: Acme & budget"),
        (f"slack:{MEHMET}", "channel wrong number"),
    ]

    slack.people.edit(JONAS, LEADS, first.ts, "no budget *before* spring")
    slack.people.remove(MEHMET, LEADS, second.ts)
    await heard(bot, slack)
    await slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")
    await bot.dispatch.drain(30)

    assert notes_of(store) == [(f"slack:{JONAS}", "no budget *before* spring")]
    assert "1 note in the thread" in str(lead.blocks)
    assert {entry.action for entry in store.read_now(audit.newest, 9)} >= {
        "wrote a note on a lead",
        "edited a note on a lead",
        "removed a note on a lead",
    }
    await slack.people.command(ANNA, LEADS, "/contact", EMAIL)
    card = await until_said(slack, LEADS, "no budget", f"<@{JONAS}>")
    assert "*before*" not in str(card.blocks)


@pytest.mark.parametrize("gone", ["other thread", "guest", "bot", "no thread", "opted out"])
async def test_what_is_no_note(gone: str, lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """What stands elsewhere, or is by guests, by other apps or about somebody opted out, is kept nowhere."""
    other = slack.workspace.post(LEADS, JONAS, "lunch?")
    slack.workspace.channels[LEADS].members.add(GUEST)
    if gone == "opted out":
        store.write_now(opt_out_asked.opt_out, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    if gone == "bot":
        told = {"ts": slack.workspace.new_ts(), "thread_ts": lead.ts, "bot_id": "B1", "user": "U1", "text": "a note"}
        slack.people.event({"type": "message", "channel": LEADS, "channel_type": "channel", **told})
    else:
        thread = {"other thread": other.ts, "no thread": None}.get(gone, lead.ts)
        slack.people.say(GUEST if gone == "guest" else JONAS, LEADS, "a note", thread_ts=thread)
    await heard(bot, slack)

    assert notes_of(store) == []
    assert [message for message in seen(slack, LEADS) if message.only_for] == []


async def test_question_in_a_leads_thread_is_answered_once(
    lead: Message, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """Who mentions us there asks something; of the two events that tell of it one is answered."""
    slack.people.say(JONAS, LEADS, f"<@{BOT_USER}> {EMAIL}", thread_ts=lead.ts)
    await heard(bot, slack)

    (answer,) = [message for message in seen(slack, LEADS) if message.only_for == JONAS]
    assert EMAIL in answer.text
    assert notes_of(store) == []


async def test_late_events_bring_nothing_back(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """An edit that comes before the message, and a message that comes after its removal, change nothing."""
    slack.deliveries.app_url, url = None, slack.deliveries.app_url
    slack.deliveries.retry_delays = ()
    written = slack.people.say(JONAS, LEADS, "a first thought", thread_ts=lead.ts)
    await slack.deliveries.settled()
    slack.deliveries.app_url = url
    told = {"user": JONAS, "text": written.text, "ts": written.ts, "thread_ts": lead.ts}
    late = {"type": "message", "channel": LEADS, "channel_type": "channel", **told}

    slack.people.edit(JONAS, LEADS, written.ts, "a second thought")
    await heard(bot, slack)
    slack.people.event(late, JONAS)
    await heard(bot, slack)
    assert notes_of(store) == [(f"slack:{JONAS}", "a second thought")]

    slack.people.remove(JONAS, LEADS, written.ts)
    await heard(bot, slack)
    slack.people.event(late, JONAS)
    await heard(bot, slack)
    assert notes_of(store) == []


async def test_notes_go_with_the_person(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The export holds the notes; erasing the person takes them, and the thread is no lead's any more."""
    slack.people.say(JONAS, LEADS, "a note", thread_ts=lead.ts)
    await heard(bot, slack)
    (exported,) = store.read_now(person_export.export, EMAIL, HASHER)["notes"]
    assert (exported["text"], exported["author"]) == ("a note", f"slack:{JONAS}")

    store.write_now(privacy.erase, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    slack.people.say(JONAS, LEADS, "another one", thread_ts=lead.ts)
    await heard(bot, slack)

    def kept(session: Session) -> int:
        return len(session.exec(select(LeadNote)).all())

    assert store.read_now(kept) == 0


@pytest.mark.parametrize(
    ("told", "typed"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<mailto:a@b.de|a@b.de> <@U1|anna> <#C1|leads> <https://x.de>", "a@b.de @anna #leads https://x.de"),
        ("<@U1> <!here>", "@U1 here"),
        ("\x00a\ud800", "a"),
    ],
)
def test_plain_text(told: str, typed: str) -> None:
    """Slack's markup is taken away, and what no text may hold."""
    assert plain_text(told) == typed
