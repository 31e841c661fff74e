"""People are looked up by command, mention, direct message and shortcut."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.sample_data.workspace import ANNA, FEED, GENERAL, GUEST, JONAS, LEADS, OLIVER, PARTNER, SHARED
from sandbox.slack import SlackSandbox
from sandbox.slack.workspace import BOT_USER
from storage import Store, portal
from storage.opt_out_asked import opt_out
from storage.posted import Posted
from storage.tracking import EventKind
from tests.bot.conftest import Bot, buttons, seen, until_said
from tests.storage.people import HASHER, T0, a_state, become_lead, fetch, store_all


@pytest.fixture
def people(store: Store) -> Store:
    """Max and Eva are contacts, j.doe is a lead."""
    store.write_now(portal.remember, "4711", now=T0)
    eva = a_state("502", "eva@firma.de", properties={"firstname": "Eva", "lastname": "Muster"})
    store_all(store, a_state(), eva)
    fetch(store, "max@firma.de")
    become_lead(store, "j.doe@acme.example")
    return store


async def test_address_shows_the_card(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """`/contact ADDRESS` shows the card with its two buttons, to the one who asked alone."""
    await slack.people.command(OLIVER, LEADS, "/contact", "Max@Firma.de ")

    card = await until_said(slack, LEADS, "Max Mustermann", "Spring Fair", "1 click")

    assert buttons(card) == ["Open in HubSpot", "Opt out", "Follow", "Clicks"]
    assert card.only_for == OLIVER


async def test_card_shows_the_last_weeks(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A card has a picture of the last weeks, in words too; who did nothing or opted out has none."""
    now = (datetime.now(UTC) - T0) // timedelta(minutes=1)
    fetch(people, "max@firma.de", EventKind.VIEW, minute=now)
    store_all(people, a_state("503", "old@firma.de"), a_state("504", "gone@firma.de"))
    fetch(people, "old@firma.de", minute=now - 365 * 24 * 60)
    fetch(people, "gone@firma.de", minute=now)
    people.write_now(opt_out, "gone@firma.de", hasher=HASHER, actor="cli", now=T0)

    await slack.people.command(OLIVER, LEADS, "/contact", "max@firma.de")
    (image,) = (one for one in (await until_said(slack, LEADS, "Spring Fair")).blocks if one["type"] == "image")
    assert "1 view" in image["alt_text"]
    assert "firma" not in image["image_url"].removeprefix("https://footlight.ours.de/charts/")

    for email in ("old@firma.de", "gone@firma.de"):
        await slack.people.command(OLIVER, LEADS, "/contact", email)
        blocks = (await until_said(slack, LEADS, email)).blocks
        assert "image" not in {block["type"] for block in blocks}


async def test_reader_is_answered_in_their_language(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who uses Slack in German is answered in German."""
    await slack.people.command(ANNA, LEADS, "/contact", "max@firma.de")

    await until_said(slack, LEADS, "Letzte Klicks", "1 Klick")


async def test_part_of_a_domain_gives_a_list_to_pick_from(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A part that fits several gives a short list; *Show* shows the card."""
    await slack.people.command(OLIVER, LEADS, "/contact", "firma")
    found = await until_said(slack, LEADS, "2 people match", "Max Mustermann", "Eva Muster")
    show = next(block["accessory"] for block in found.blocks if "Eva" in str(block) and "accessory" in block)

    await slack.people.press(OLIVER, LEADS, found.ts, "show_person", show["value"])

    assert buttons(await until_said(slack, LEADS, "Eva Muster", "Opt out"))[1:] == ["Opt out", "Follow", "Clicks"]


async def test_part_of_a_name_that_fits_one_shows_the_card(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Where there is nobody to choose between, nobody has to choose."""
    await slack.people.command(OLIVER, LEADS, "/contact", "musterma")

    assert "Opt out" in buttons(await until_said(slack, LEADS, "Max Mustermann"))


async def test_misspelt_name_gets_a_suggestion(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A misspelt name is answered with whom it may mean."""
    await slack.people.command(OLIVER, LEADS, "/contact", "Mustermnan")

    await until_said(slack, LEADS, "Did you mean", "Max Mustermann")


async def test_part_of_a_leads_address_finds_it(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A part of a lead's address or domain shows the lead; where contacts match too, it stands behind them."""
    await slack.people.command(OLIVER, LEADS, "/contact", "doe@acm")
    lead = await until_said(slack, LEADS, "j.doe@acme.example")
    assert buttons(lead) == ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]

    become_lead(people, "eva.private@acme.example")
    await slack.people.command(OLIVER, LEADS, "/contact", "eva")
    found = await until_said(slack, LEADS, "2 people match", "Eva Muster", "Lead: *eva.private@acme.example*")
    assert str(found.blocks).index("Eva Muster") < str(found.blocks).index("eva.private")
    (_, show) = (block["accessory"] for block in found.blocks if "accessory" in block)

    await slack.people.press(OLIVER, LEADS, found.ts, "show_person", show["value"])
    assert buttons(await until_said(slack, LEADS, "eva.private", "Claim"))[0] == "Claim"


async def test_list_says_how_many_there_are(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """More than fit are counted, and the way to fewer is named."""
    states = [
        a_state(str(number), f"p{number}@firma.de", properties={"firstname": "Max", "lastname": f"Muster{number}"})
        for number in range(1, 25)
    ]
    store_all(store, *states)

    await slack.people.command(OLIVER, LEADS, "/contact", "firma.de")

    found = await until_said(slack, LEADS, "8 of 24 people", "Type more")
    assert buttons(found) == ["Show"] * 8


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("maxx mustermnan", ("Did you mean", "Max Mustermann")),
        ("maxx@firma.de", ("Did you mean", "Max Mustermann")),
        ("j.deo@acme.example", ("Did you mean", "Lead: *j.doe@acme.example*")),
        ("anton@firma.de", ("no contact, no lead",)),
    ],
)
async def test_suggestions_are_sound(
    people: Store, bot: Bot, slack: SlackSandbox, asked: str, told: tuple[str, ...]
) -> None:
    """Errors in each word still find whom they mean, and who shares but the domain is suggested to nobody."""
    await slack.people.command(OLIVER, LEADS, "/contact", asked)

    await until_said(slack, LEADS, *told)


async def test_unknown_address_is_said_to_be_unknown(bot: Bot, slack: SlackSandbox) -> None:
    """An unknown address says so, and what would make it known."""
    await slack.people.command(OLIVER, LEADS, "/contact", "nobody@nowhere.example")

    await until_said(slack, LEADS, "no contact, no lead", "HubSpot list")


async def test_lead_is_shown_as_a_lead(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The address of a lead shows the lead with what can be done."""
    await slack.people.command(OLIVER, LEADS, "/contact", "j.doe@acme.example")

    lead = await until_said(slack, LEADS, "j.doe@acme.example")

    assert buttons(lead) == ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]


async def test_opted_out_lead_is_named_to_who_asked_for_it(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who asks for the address of a lead that opted out learns which address that was."""
    people.write_now(opt_out, "j.doe@acme.example", actor="cli", hasher=HASHER, now=T0)

    await slack.people.command(OLIVER, LEADS, "/contact", "j.doe@acme.example")

    answer = await until_said(slack, LEADS, "*j.doe@acme.example* was opted out", "Nothing is recorded")
    assert "j.doe@acme.example" in answer.text
    await slack.people.command(OLIVER, LEADS, "/contact", "doe@acme")
    await until_said(slack, LEADS, "Nobody here is called")


@pytest.mark.parametrize("text", ["", "   "])
async def test_nothing_asked_says_what_can_be_asked(bot: Bot, slack: SlackSandbox, text: str) -> None:
    """`/contact` alone says how it is used."""
    await slack.people.command(OLIVER, LEADS, "/contact", text)

    await until_said(slack, LEADS, "/contact max@firma.de")


async def test_commands_under_our_own_name(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """`/footlight contact`, `leads`, `feed` do what the short commands do; `help` and unknown words help."""
    for text, expected in (
        ("contact max@firma.de", "Max Mustermann"),
        ("leads", "j.doe@acme.example"),
        ("feed", "Nobody clicked yet"),
        ("help", "/leads"),
        ("bogus", "I don't know `bogus`"),
    ):
        await slack.people.command(OLIVER, LEADS, "/footlight", text)
        await until_said(slack, LEADS, expected)


async def test_mention_is_answered_to_its_author_alone(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A mention in a channel shows the card to its author, as guests may read along."""
    slack.people.say(OLIVER, FEED, f"<@{BOT_USER}> max@firma.de")

    assert (await until_said(slack, FEED, "Max Mustermann", "Opt out")).only_for == OLIVER


async def test_mention_where_the_bot_is_not(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Slack tells an app of no mention where it is not, but asks to invite it; invited, it answers that mention."""
    slack.workspace.channels[GENERAL].members.discard(BOT_USER)
    slack.people.say(OLIVER, GENERAL, f"<@{BOT_USER}> max@firma.de")
    await until_said(slack, GENERAL, "not in this channel", "/invite")

    await slack.people.command(OLIVER, GENERAL, "/invite", "@Footlight")

    assert (await until_said(slack, GENERAL, "Max Mustermann", "Opt out")).only_for == OLIVER


@pytest.mark.parametrize("error", ["not_in_channel", "user_not_in_channel", "channel_not_found"])
async def test_mention_that_cannot_be_answered_there(people: Store, bot: Bot, slack: SlackSandbox, error: str) -> None:
    """Where the answer cannot be shown, as somebody took the bot out, its author is told so directly, and no more."""
    slack.faults.errors["chat.postEphemeral"] = error
    slack.people.say(OLIVER, FEED, f"<@{BOT_USER}> max@firma.de")

    told = await until_said(slack, slack.workspace.direct(OLIVER).id, f"<#{FEED}>", "/invite")
    assert "firma.de" not in str(told)


@pytest.mark.parametrize("method", ["users.info", "chat.postEphemeral", ""])
@pytest.mark.parametrize("status", [429, 503])
async def test_slack_that_is_silent_for_a_moment_costs_no_answer(
    people: Store, bot: Bot, slack: SlackSandbox, method: str, status: int
) -> None:
    """A mention that Slack's 429 or 5xx kept from being answered is answered when Slack is well again."""
    slack.faults.only, slack.faults.next_statuses = method, [status]
    slack.people.say(OLIVER, FEED, f"<@{BOT_USER}> max@firma.de")

    assert (await until_said(slack, FEED, "Max Mustermann", "Opt out")).only_for == OLIVER
    assert len(seen(slack, FEED)) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_slack_that_stays_silent(people: Store, bot: Bot, slack: SlackSandbox, status: int) -> None:
    """Who asked by a command while Slack does not tell us who they are reads so, and what to do; by a mention too."""
    slack.faults.only, slack.faults.next_statuses = "users.info", [status] * 100
    await slack.people.command(OLIVER, LEADS, "/contact", "max@firma.de")
    told = await until_said(slack, LEADS, "gives no answer at the moment", "Try again in a minute")
    assert "firma.de" not in str(told)

    slack.people.say(OLIVER, FEED, f"<@{BOT_USER}> max@firma.de")
    await until_said(slack, FEED, "gives no answer at the moment", "Try again in a minute")


async def test_direct_message_is_answered_and_remembered(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A direct message is answered by a message that stays, so erasing the person can find it."""
    slack.people.direct(OLIVER, "<mailto:max@firma.de|max@firma.de>")

    answer = await until_said(slack, slack.workspace.direct(OLIVER).id, "Max Mustermann", "Open in HubSpot")
    await bot.dispatch.drain(5)

    assert "ago" not in str(answer.blocks)
    assert people.read_now(lambda session: session.get(Posted, 1).ts) == answer.ts  # type: ignore[union-attr]


async def test_shortcut_finds_the_addresses_in_a_message(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The shortcut lists everybody whose address stands in a message, known or not."""
    text = "ask <mailto:max@firma.de|max@firma.de>, (j.doe@acme.example) or who@else.example."
    told = slack.workspace.post(LEADS, JONAS, text)

    await slack.people.message_shortcut(OLIVER, LEADS, told.ts, "look_up")

    answer = await until_said(slack, LEADS, "Max Mustermann", "j.doe@acme.example", "who@else.example")
    assert buttons(answer) == ["Show", "Show"]


async def test_shortcut_on_a_message_without_address(bot: Bot, slack: SlackSandbox) -> None:
    """A message without address says so."""
    told = slack.workspace.post(LEADS, JONAS, "lunch?")

    await slack.people.message_shortcut(OLIVER, LEADS, told.ts, "look_up")

    await until_said(slack, LEADS, "no e-mail address")


@pytest.mark.parametrize(
    ("command", "text"),
    [("/contact", "max@firma.de"), ("/leads", ""), ("/feed", ""), ("/footlight", "who max@firma.de")],
)
@pytest.mark.parametrize(
    ("user", "channel", "refused"), [(GUEST, GENERAL, "Gäste"), (PARTNER, SHARED, "Only members of this workspace")]
)
async def test_guests_and_outsiders_see_no_personal_data(
    people: Store, bot: Bot, slack: SlackSandbox, user: str, channel: str, refused: str, command: str, text: str
) -> None:
    """A guest, or somebody of another organisation in a shared channel, is told that they may not, and nothing else."""
    await slack.people.command(user, channel, command, text)

    answer = await until_said(slack, channel, refused)

    assert "firma.de" not in str(answer)
    assert "acme.example" not in str(answer)
    assert buttons(answer) == []


async def test_own_and_edited_messages_are_not_answered(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Edits in a direct message are acknowledged and left alone."""
    channel = slack.workspace.direct(OLIVER).id
    edit = {"type": "message", "subtype": "message_changed", "channel": channel, "channel_type": "im", "ts": "1.1"}

    slack.people.event(edit, OLIVER)
    await slack.deliveries.settled()
    await bot.dispatch.drain(5)

    assert seen(slack, channel) == []
