"""Everything we show keeps Slack's limits for any data, and no data can become markup, a link or a mention."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.account_activity import account_activity
from bot.blocks.activity_message import activity_message, feed_list
from bot.blocks.admin_message import admin_message
from bot.blocks.brief_message import brief_message
from bot.blocks.click_pages import SIGNS, Page, click_page
from bot.blocks.contact_message import contact_card
from bot.blocks.elements import Message
from bot.blocks.follow_message import follow_begun, follow_list, follow_message, follow_modal
from bot.blocks.hubspot_refusal import refused_by_hubspot
from bot.blocks.lead_message import lead_list, lead_message, lead_went_on
from bot.blocks.lead_modals import hand_over_modal, reason_modal, snooze_modal
from bot.blocks.note_lines import note_blocks
from bot.blocks.opt_out_modal import opt_out_modal
from bot.blocks.privacy_request import privacy_request
from bot.blocks.reader import Reader
from bot.blocks.search_results import search_results, unknown_address, unknown_name
from bot.blocks.share_modal import share_modal, shared_card
from bot.blocks.text import bold, escape, plain
from bot.chart_links import ChartLinks
from bot.help import help_message
from bot.texts import Texts
from decisions.human_or_machine import BURST, SIGNS_OF_A_MACHINE
from decisions.sealing import Keys
from decisions.why_counted import SignTold
from sandbox.slack.block_kit import message_faults, view_faults
from storage.account_threads import AccountActivityCard
from storage.briefing import Briefed
from storage.clicks_told import ToldClick
from storage.contact_card import ContactCard, ShownProperty
from storage.contact_search import Hit
from storage.feed import ActivityCard
from storage.follow_news import FollowNews
from storage.follows import MOST_FOLLOWED, Followed, Target
from storage.lead_notes import Note
from storage.leads import HubSpotRefusal, LeadCard, LeadStage
from storage.opt_outs import OptOutState
from storage.people_search import Found
from storage.performance import Clicked, Performance, PopularCampaign, RecentClick
from storage.privacy_requests import PrivacyRequestView, Wish
from storage.tracking import EventClass
from storage.trend import Step

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
HOSTILE = {
    "plain": "Max Mustermann",
    "empty": "",
    "300 characters": "Max " * 75,
    "300 ampersands": "&" * 300,
    "300 emoji": "👩‍👩‍👧" * 300,
    "300 stars": "*" * 300,
    "everybody": "<!channel> <!here> <!everyone>",
    "a mention": "<@U012ABCDEF> <#C012ABCDEF> <!subteam^S1>",
    "a link": "<https://evil.example|click me> https://evil.example",
    "markup": "*bold* _italic_ ~struck~ `code` ```block``` > quote",
    "entities": "&lt;!channel&gt; &amp;",
    "a date": "<!date^1^{ago}|x>",
    "right to left": "\u202eגבר\u202c عمر \u2067x",
    "controls": "a\x00b\x1bc\ud800d\u2028e",
    "lines": "first\nsecond\r\n\tthird",
    "braces": "{email} {0} %s",
}
WEEKS = tuple(Step((NOW - timedelta(weeks=one)).date(), 41_000_000, 10_000) for one in range(12))
CHART_URL = ChartLinks(Keys.parse("a long random text"), "https://footlight.ours.de", lambda: NOW)
READERS = {
    f"{language}, {'one look' if now else 'stays'}": Reader(Texts(language), now)
    for language in ("en", "de")
    for now in (None, NOW)
}
Show = Callable[[str, Reader], Message]


def a_performance(text: str, number: int = 3) -> Performance:
    return Performance(
        views=41_000_000,
        clicks=10_000,
        machine_clicks=2,
        click_rate=0.07,
        last_click_at=NOW - timedelta(hours=2),
        recent_clicks=tuple(RecentClick(one, text, NOW, f"{text}@ours.de") for one in range(number)),
        popular_campaigns=tuple(PopularCampaign(text, 1_000) for _ in range(number)),
    )


def a_contact(text: str, number: int = 3, **changes: Any) -> ContactCard:
    values: dict[str, Any] = {
        "contact_id": 1,
        "hubspot_id": "501",
        "hubspot_url": "https://app.hubspot.com/contacts/1/record/0-1/501",
        "name": text,
        "email": f"{text}@firma.de",
        "other_emails": (text,) * number,
        "company": text,
        "owner": text,
        "lifecycle": text,
        "shown_properties": tuple(ShownProperty(f"p{one}", text, text or NOW, "string") for one in range(number)),
        "properties": {},
        "target_groups": (text,) * number,
        "performance": a_performance(text, number),
        "opted_out": OptOutState(NOW, text, False),
        "counted_only_in_groups": False,
        "deleted_at": NOW,
        "asked_at": NOW,
    }
    return ContactCard(**values | changes)


def a_lead(text: str, stage: LeadStage = LeadStage.OPEN, **changes: Any) -> LeadCard:
    values: dict[str, Any] = {
        "id": 1,
        "address_id": 1,
        "email": None if stage is LeadStage.OPTED_OUT else f"{text}@acme.example",
        "account": text,
        "account_contacts": 12_345,
        "account_clicks": 6,
        "clicks": 4,
        "campaigns": tuple(PopularCampaign(text, 1) for _ in range(30)),
        "sender": f"{text}@ours.de",
        "first_at": NOW,
        "last_at": NOW,
        "stage": stage,
        "changed_by": text,
        "changed_at": NOW,
        "spoke_up_at": NOW,
        "hubspot_id": "901",
        "held_by": text,
        "reason": text,
        "snoozed_until": NOW,
        "woke_at": None,
        "asked_by": text,
        "asked_at": NOW,
        "refusal": None,
        "notes": 3,
        "owner": text,
        "owner_user": text,
    }
    return LeadCard(**values | changes)


def an_activity(text: str) -> ActivityCard:
    campaigns = tuple(PopularCampaign(text, 1) for _ in range(30))
    return ActivityCard(1, 1, 1, "1", text, text, text, text, text, 3, campaigns, text, NOW, NOW, text)


def a_click(text: str) -> ToldClick:
    sign = SignTold(BURST.name, text, is_certain=False, measure=text)
    return ToldClick(1, NOW, text, text, text, text, EventClass.MACHINE, False, text, (sign,), text, text)


def a_followed(text: str) -> Followed:
    return Followed(1, "U1", Target(address_id=1), text, 1, None, NOW)


def a_briefing(text: str) -> list[Briefed]:
    clicked = Clicked(12_345, NOW, text, (PopularCampaign(text, 1),) * 9)
    known = Briefed(f"{text}@x.example", 1, None, text, text, text, clicked)
    return [known, replace(known, contact_id=None, lead_id=1, clicked=None), Briefed(text)]


SHOWN: dict[str, Show] = {
    "contact card": lambda text, reader: contact_card(a_contact(text), reader),
    "contact card with very many": lambda text, reader: contact_card(
        a_contact(text, 200), replace(reader, chart_url=CHART_URL), weeks=WEEKS
    ),
    "contact card without numbers": lambda text, reader: contact_card(
        a_contact(text, 0, performance=Performance(), opted_out=None, hubspot_url=None, email=None), reader
    ),
    **{
        f"lead {stage}": lambda text, reader, stage=stage: lead_message(
            a_lead(text, stage), reader, "https://x.example"
        )  # type: ignore[misc]
        for stage in LeadStage
    },
    "lead with one click": lambda text, reader: lead_message(
        a_lead(text, clicks=1, refusal=HubSpotRefusal.SCOPE), reader
    ),
    "lead refused by HubSpot": lambda text, reader: refused_by_hubspot(
        f"{text}@acme.example", HubSpotRefusal.SCOPE, text * 10, reader
    ),
    "leads": lambda text, reader: lead_list([a_lead(text, LeadStage.CLAIMED)] * 8, reader, total=9_000, skipped=8),
    "lead went on": lambda text, reader: lead_went_on("https://slack.example/p1", reader),
    "no leads": lambda _, reader: lead_list([], reader, total=0),
    "activity": lambda text, reader: activity_message(an_activity(text), reader),
    "account": lambda text, reader: account_activity(
        AccountActivityCard(1, "1.2", text, 3, 12_345, (1,), NOW, NOW, NOW - timedelta(days=90)), reader
    ),
    "notes": lambda text, reader: contact_card(
        a_contact(text, 200), reader, note_blocks([Note(text, text or "-", NOW)] * 9, reader)
    ),
    "feed": lambda text, reader: feed_list([an_activity(text)] * 15, reader),
    "found": lambda text, reader: search_results(
        text, Found((Hit(1, text, text, text),) * 5, (a_lead(text),) * 3, 1_004, True), reader
    ),
    "suggested": lambda text, reader: search_results(
        text, Found((Hit(1, "", None, None),), (), 1, is_suggestion=True), reader, "sealed"
    ),
    "unknown name": unknown_name,
    "unknown address": lambda text, reader: unknown_address(f"{text}@x.example", reader, sealed="sealed"),
    "briefing": lambda text, reader: brief_message(a_briefing(text) * 5, reader, own=2),
    "briefing of many": lambda text, reader: brief_message(a_briefing(text) * 16, reader, left_out=9),
    "request of a recipient": lambda text, reader: privacy_request(
        PrivacyRequestView(1, 1, text, Wish.EXPORT, NOW), reader
    ),
    "word for the admin": lambda text, reader: admin_message({"channel": text, "because": text * 10}, [], reader),
    "followed": lambda text, reader: follow_message(
        FollowNews(a_followed(text), (an_activity(text),) * 30), "1:1", reader
    ),
    "whom one follows": lambda text, reader: follow_list([a_followed(text)] * MOST_FOLLOWED, reader),
    "follow begun": lambda text, reader: follow_begun(a_followed(text), "contact:1", reader),
    "shared card": lambda text, reader: shared_card(
        contact_card(a_contact(text, 0), reader), reader.who("slack:U1"), reader
    ),
    "help": lambda _, reader: help_message(reader),
}


@pytest.mark.parametrize("stage", LeadStage)
@pytest.mark.parametrize("asked_at", [None, NOW])
def test_a_lead_has_four_buttons_at_most(stage: LeadStage, asked_at: datetime | None) -> None:
    """Whatever became of a lead, its message has four buttons and an overflow at most."""
    shown = lead_message(a_lead("Max", stage, asked_at=asked_at), Reader(Texts("en")), "https://app.hubspot.com/x")
    elements = [
        one["type"] for block in shown.blocks for one in block.get("elements", ()) if block["type"] == "actions"
    ]

    assert elements.count("button") <= 4
    assert elements.count("overflow") <= 1


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def mrkdwn(value: Any) -> Iterator[str]:
    """Every text of a message that Slack reads as markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            assert value["verbatim"] is True
            yield value["text"]
        for inner in value.values():
            yield from mrkdwn(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from mrkdwn(inner)


# What we put between angle brackets ourselves: dates, and those who did something.
OURS = re.compile(r"<!date\^\d+\^[^|<>]*\|[^<>]*UTC>|<@[UW][A-Z0-9]+>|<#[CGD][A-Z0-9]+>")


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_message_keeps_every_limit(show: Show) -> None:
    """Slack takes the message, in sum too, and its text can be used in an update."""
    for case, reader in product(HOSTILE, READERS.values()):
        message = show(HOSTILE[case], reader)
        assert message_faults(message.blocks) == [], case
        assert 0 < len(message.text) <= 4_000, case
        assert sum(len(one) for one in strings(message.blocks)) < 13_000, case


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_foreign_text_stays_text(show: Show) -> None:
    """Nobody's name mentions, links, or turns the line round; nothing is escaped twice or cut in an entity."""
    for case, text in HOSTILE.items():
        message = show(text, READERS["en, stays"])
        for one in (*mrkdwn(message.blocks), message.text):
            rest = OURS.sub("", one)
            assert not set(rest) & set("<>\x00\x1b\u202e\u2067\ud800"), case
            assert re.search(r"&(?!(amp|lt|gt);)", rest) is None, case


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_modal_keeps_every_limit(text: str) -> None:
    """The question before an opt-out opens whatever the person is called."""
    for reader in READERS.values():
        assert view_faults(opt_out_modal(text, reader, metadata="m" * 2_000)) == []
        assert view_faults(click_page(Page(text, "contact:1", [a_click(text)] * 10, 10, 31), reader)) == []
        assert view_faults(share_modal(reader, metadata="m" * 2_000)) == []
        assert view_faults(follow_modal(text, text, reader, metadata="m" * 2_000)) == []


def test_every_sign_of_a_machine_has_words() -> None:
    """Why a click may be a machine's is told in the reader's language."""
    assert set(SIGNS) == {sign.name for sign in SIGNS_OF_A_MACHINE}


def test_modals_of_a_lead_keep_every_limit() -> None:
    """What is asked about a lead opens in every language."""
    for reader in READERS.values():
        assert view_faults(hand_over_modal(reader, metadata="m" * 2_000)) == []
        assert view_faults(snooze_modal(reader, until=NOW.date(), metadata="m" * 2_000)) == []
        assert view_faults(reason_modal(reader, longest=200, metadata="m" * 2_000)) == []


@pytest.mark.parametrize("stage", LeadStage)
def test_at_most_four_buttons_one_primary(stage: LeadStage) -> None:
    """A lead never asks to choose among more than four buttons, of which one stands out."""
    blocks = lead_message(a_lead("x", stage), READERS["en, stays"], "https://x.example").blocks
    elements = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]

    assert sum(element["type"] == "button" for element in elements) <= 4
    assert sum(element.get("style") == "primary" for element in elements) <= 1


def test_buttons_carry_opaque_ids() -> None:
    """A button's value is seen by everybody: it holds an id and no address."""
    for message in (
        contact_card(a_contact("max", opted_out=None), READERS["en, stays"]),
        lead_message(a_lead("max"), READERS["en, stays"]),
    ):
        values = [element.get("value", "") for block in message.blocks for element in block.get("elements", ())]
        assert all("max" not in value for value in values)


def test_opted_out_lead_names_nobody() -> None:
    """An opted-out lead's message holds no address, no account, no campaign."""
    message = lead_message(a_lead("secret", LeadStage.OPTED_OUT, changed_by="slack:U1"), READERS["en, stays"])

    assert "secret" not in str(message)


def test_what_stays_has_no_relative_time() -> None:
    """A message that stays would lie tomorrow with "2 h ago": it has Slack's dates instead."""
    stays, looked_at = (
        contact_card(a_contact("x", opted_out=None), READERS[key]) for key in ("en, stays", "en, one look")
    )

    assert "ago" not in str(stays.blocks)
    assert "<!date^" in str(stays.blocks)
    assert "2 h ago" in str(looked_at.blocks)


@given(st.text(max_size=400))
def test_any_text_is_harmless_and_short(text: str) -> None:
    """Whatever somebody is called, it stays one short line without markup."""
    escaped = escape(text)

    assert "<" not in escaped
    assert "\n" not in escaped
    assert len(plain(text).encode("utf-16-le", "surrogatepass")) <= 160
    assert escape(escaped) == escaped


@pytest.mark.parametrize("name", ["*Max*", "_Max_", "~Max~", "`Max`", "Max* Muster*"])
def test_marks_at_the_edge_of_words_format_nothing(name: str) -> None:
    """Slack has no escape for its marks: a space of no width keeps them from working; inside an address they stay."""
    assert not re.search(r"(?<![\u200b\w])[*_~`](?!\u200b)", escape(name))
    assert bold(name).startswith("*\u200b") or bold(name).startswith("*M")
    assert escape("j_doe_x@acme.example") == "j_doe_x@acme.example"
