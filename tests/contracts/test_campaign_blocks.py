"""Campaigns keep Slack's limits in Slack, whatever they, their groups and their recipients are called."""

import pytest

from bot.blocks.campaign_choice import campaign_choice
from bot.blocks.campaign_editor import Preview, campaign_editor
from bot.blocks.campaign_list import campaign_list
from bot.blocks.reader import Reader
from decisions.who_sees_what import Because, Campaign, RuleKind, Status, Why
from sandbox.slack.block_kit import message_faults, view_faults
from storage.campaign_changes import NewCampaign
from storage.campaign_choice import Loser, Seen
from storage.campaign_list import Listed
from storage.performance import CampaignNumbers
from tests.contracts.test_blocks import HOSTILE, NOW, READERS

EVERY = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
TEXTS = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def a_listed(text: str, number: int) -> Listed:
    return Listed(
        id=number,
        name=text[:200] or "x",
        status=list(Status)[number % 3],
        why_not=Because(list(Why)[number % 10], NOW, 1, 2) if number % 4 else None,
        target_url="https://ours.de",
        link_url="https://ours.de",
        adds_utm=True,
        image_url=None,
        banner_digest=None,
        alt=text,
        priority=1_000_000,
        starts_at=NOW,
        ends_at=NOW,
        is_default=True,
        is_for_own=True,
        is_external=False,
        groups=(text,) * 50,
        accounts=(text,) * 50,
        numbers=CampaignNumbers(41_000_000, 10_000, 2, 0.07),
    )


@EVERY
@TEXTS
def test_list_and_choice(text: str, reader: Reader) -> None:
    """A page of the list and an answer with many losers are messages that Slack takes."""
    listed = [a_listed(text, number) for number in range(1, 40)]
    campaign = Campaign(1, text, "https://ours.de", NOW)
    lost = tuple(Loser(number, text, Because(list(Why)[number % 10], NOW, 1, 2)) for number in range(40))
    seen = Seen(f"{text}@firma.de", NOW, campaign, None, RuleKind.GROUP, (text,) * 20, False, lost)

    for message in (campaign_list(listed, reader, may_change=True), campaign_choice(seen, reader)):
        assert message_faults(message.blocks) == []
        assert 0 < len(message.text) <= 4_000
        assert "<!channel>" not in f"{message.text} {message.blocks}"


@EVERY
@TEXTS
def test_modal(text: str, reader: Reader) -> None:
    """So is the modal, with more groups than a select can hold."""
    name = text.encode("utf-8", "ignore").decode()[:200] or "x"
    groups = {number: f"{number} {name}" for number in range(200)}
    campaign = NewCampaign(name=name, target_url="https://ours.de", alt=name, groups=(groups[150],), starts_at=NOW)
    preview = Preview("https://ours.de/x.png", "preview_now")
    for shown in (campaign, None):
        view = campaign_editor(shown, preview, groups, reader, metadata="{}", is_new=shown is None, taken="F0123456789")
        assert view_faults(view) == []
