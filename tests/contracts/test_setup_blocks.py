"""The set-up, channels, digests and the Home keep Slack's limits in Slack, whatever everything is called."""

from dataclasses import fields, replace
from datetime import time, timedelta
from itertools import product
from typing import Any

import pytest

from bot.blocks.channel_greeting import channel_greeting
from bot.blocks.channel_modals import channel_modal, channels_modal, suggestions
from bot.blocks.counting_modals import confirm_modal, counting_modal
from bot.blocks.digest_message import Since, activity_digest, digest_page, lead_digest
from bot.blocks.groups_modals import (
    Outcome,
    add_modal,
    delete_again_modal,
    delete_modal,
    groups_modal,
    groups_offer,
    new_group_modal,
    refused_modal,
    rename_modal,
    take_out_modal,
)
from bot.blocks.home_view import home_view, person_modal, refused_home
from bot.blocks.lead_message import lead_message
from bot.blocks.lists_modal import list_suggestions, lists_modal
from bot.blocks.opt_out_anyone import ask_domain, ask_whom
from bot.blocks.people_modal import people_modal
from bot.blocks.reader import Reader
from bot.blocks.setup_checklist import setup_checklist
from bot.blocks.text import masked
from decisions.channel_filters import Filters
from decisions.gathering import Gathered
from decisions.quiet_hours import Mode, Rhythm
from sandbox.slack.block_kit import ALL_TEXT, message_faults, suggestion_faults, text_length, view_faults
from storage.audit import Noted
from storage.digest_numbers import ActiveAccount, DigestNumbers
from storage.feed import ActivityCard
from storage.filter_choices import Filtered, FilterValue
from storage.home_state import AdminState, HomeState, Week
from storage.leads import LeadStage
from storage.list_catalogue import ListedList
from storage.performance import PopularCampaign
from storage.setup_state import SetupState
from storage.subscriptions import Subscribed, Terms, Topic
from storage.target_groups import GroupView
from storage.trend import Step
from tests.contracts.test_blocks import CHART_URL, HOSTILE, NOW, READERS, a_lead, an_activity, mrkdwn

TEXTS = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
RHYTHM = Rhythm(Mode.DAILY, "America/Argentina/ComodRivadavia", time(22), time(7))
TERMS = Terms(Filters((1,), (2,), ("3",), 1_000), RHYTHM, "de", True)


def names(text: str) -> dict[Filtered, tuple[FilterValue, ...]]:
    return {kind: tuple(FilterValue(str(number), text) for number in range(60)) for kind in Filtered}


def a_channel(text: str, number: int) -> Subscribed:
    topic = Topic.LEADS if number % 2 else Topic.FEED
    return Subscribed(topic, f"C{number:09}", NOW, NOW, text, TERMS, None)


def a_group(text: str, number: int) -> GroupView:
    values = {one.name: None for one in fields(GroupView)}
    told = {
        "id": number,
        "name": text,
        "size": 1_000,
        "waiting": 1,
        "equal_since": None if number % 2 else NOW,
        "trouble": text,
    }
    return GroupView(**values | told)


def activities(text: str, number: int) -> list[ActivityCard]:
    return [an_activity(text) for _ in range(number)]


def numbers(text: str) -> DigestNumbers:
    days = tuple(Step((NOW + timedelta(days=one)).date(), 41_000_000, 10_000_000) for one in range(7))
    ranked = (ActiveAccount(text, 9_999),) * 5, (PopularCampaign(text, 12_345),) * 5
    return DigestNumbers(days, days, *ranked)


@TEXTS
def test_messages(text: str) -> None:
    """Greetings, digests of any size and the checklist are messages that Slack takes; no name is a mention."""
    for number, reader in product((0, 1, 30), READERS.values()):
        check_messages(text, number, reader)


def check_messages(text: str, number: int, reader: Reader) -> None:
    leads = [a_lead(text, stage) for stage in LeadStage for _ in range(number)]
    channels = tuple(a_channel(text, one) for one in range(number))
    state = SetupState(
        text, number, number, channels, channels, number, (text, "U012ABCDEF") * number, (text,) * number, number
    )
    for message in (
        channel_greeting(Topic.LEADS, "C0LEADS0001", TERMS, names(text), reader),
        lead_digest(leads, Since(NOW, NOW, timedelta(days=1), Gathered.HELD_UP), reader),
        activity_digest(activities(text, number), Since(NOW, NOW, gathered=Gathered.MISSED), reader),
        activity_digest(activities(text, number), None, replace(reader, chart_url=CHART_URL), numbers(text)),
        digest_page(leads[:16], "1.2", reader, total=number, skipped=0),
        setup_checklist(state, reader, is_welcome=bool(number)),
        groups_offer(reader),
    ):
        assert message_faults(message.blocks) == []
        assert text_length(message.blocks) <= ALL_TEXT
        assert 0 < len(message.text) <= 4_000
        assert "<!channel>" not in " ".join((message.text, *mrkdwn(message.blocks)))


@TEXTS
def test_views(text: str) -> None:
    """So are all modals and the Home, with more channels, groups and people than they hold."""
    for reader in READERS.values():
        check_views(text, reader)


def check_views(text: str, reader: Reader) -> None:
    channels = tuple(a_channel(text, number) for number in range(120))
    groups = tuple(a_group(text, number) for number in range(60))
    lead, week = a_lead(text), Week(numbers(text).last, 12_345)
    admin = AdminState(groups, 12, channels, 9_000, (Noted(NOW, text, text, f"{text}@firma.de", text),) * 8)
    home = HomeState((lead,) * 5, 9_000, (lead,) * 5, tuple(activities(text, 5)), week, week, admin)
    empty = HomeState((), 0, (), None, Week((), 0), Week((), 0), AdminState((), 0, (), 0, ()))
    views: list[dict[str, Any]] = [
        channels_modal([(one, names(text)) for one in channels], reader, metadata="{}"),
        channels_modal([], reader, metadata="{}"),
        channel_modal(Topic.LEADS, None, TERMS, names(text), reader, metadata="{}"),
        channel_modal(Topic.FEED, "C0FEED00001", Terms(), {}, reader, metadata="{}"),
        lists_modal([text] * 500, NOW, reader, metadata="{}"),
        lists_modal([], None, reader, metadata="{}"),
        people_modal(["U012ABCDEF"] * 300, reader, metadata="{}"),
        counting_modal(groups, reader, metadata="{}"),
        confirm_modal(groups, reader, metadata="{}"),
        groups_modal(groups * 2, reader, metadata="{}"),
        groups_modal([], reader, metadata="{}"),
        new_group_modal(reader, metadata="{}"),
        add_modal(text, Outcome(2, 1, (text or "x",) * 300), reader, metadata="{}"),
        take_out_modal(text, Outcome(1_000, 0, (text or "x",)), reader, metadata="{}"),
        rename_modal(text, reader, metadata="{}"),
        delete_modal(groups[0], [text] * 200, reader, metadata="{}"),
        delete_again_modal(text, reader, metadata="{}"),
        refused_modal(text or "x", reader, metadata="{}"),
        ask_whom(reader, metadata="{}"),
        ask_domain(text or "firma.de", 1_000, reader, metadata="{}"),
        home_view(home, reader),
        home_view(home, replace(reader, chart_url=CHART_URL)),
        home_view(empty, reader),
        refused_home(reader.texts("refused_guest")),
        person_modal("Footlight", lead_message(lead, reader).blocks, reader),
    ]
    for view in views:
        assert view_faults(view) == []
        assert "<!channel>" not in " ".join(mrkdwn(view))


@TEXTS
def test_suggestions(text: str) -> None:
    """What a search offers is taken by Slack."""
    reader = READERS["de, stays"]
    lists = [ListedList(str(one), text, bool(one % 2), one if one % 3 else None, NOW, None) for one in range(100)]

    assert suggestion_faults({"options": list_suggestions(lists, reader)}) == []
    assert suggestion_faults({"options": suggestions([FilterValue(str(one), text) for one in range(100)])}) == []


def test_a_masked_address() -> None:
    """Only the first character and the domain show."""
    assert masked("j.doe@acme.example") == "j…@acme.example"
    assert masked('"odd@place"@acme.example') == '"…@acme.example'
