"""Accounts and their charts keep Slack's limits, whatever a company and its people are called."""

from dataclasses import replace

import pytest

from bot.blocks.account_message import account_list, account_message, no_account
from bot.blocks.reader import Reader
from decisions.calendar_steps import weeks_until
from sandbox.slack.block_kit import message_faults
from storage.account_card import AccountCard, AccountPerson
from storage.account_search import AccountHit, AccountsFound
from storage.counts import Counts
from storage.performance import Performance, PopularCampaign
from storage.performance_report import Report
from storage.trend import Step
from tests.contracts.test_blocks import CHART_URL, HOSTILE, NOW, OURS, READERS, mrkdwn, strings


def an_account(text: str, reader: Reader) -> AccountCard:
    numbers = Performance(41_000_000, 10_000, click_rate=0.07, last_click_at=NOW)
    people = [AccountPerson(n, None, text, f"{text}@firma.de", numbers, n == 3, n == 4) for n in range(1, 8)]
    lead = AccountPerson(None, 1, "", text or None, Performance(), False)
    popular = (PopularCampaign(text, 1_000),) * 3
    report = Report(Counts(41_000_000, 0, 2, 10_000, 2), 3, 1, NOW, NOW, (), popular)
    weeks = tuple(Step(day, 12_345_678, 9_999) for day in weeks_until(NOW, reader.zone, 12)[:-1])
    return AccountCard(1, text, (text or "x",) * 40, report, (*people, lead), 9_000, 8, weeks)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_accounts(text: str, reader: Reader) -> None:
    """A page with its chart, a list and nobody are messages that Slack takes, and no name in them becomes markup."""
    reader, found = replace(reader, chart_url=CHART_URL), AccountsFound((AccountHit(1, text, (text,) * 40),) * 8)
    shown = account_message(an_account(text, reader), reader)

    for message in (shown, account_list(text, found, reader), no_account(text, AccountsFound(), reader)):
        assert message_faults(message.blocks) == []
        assert 0 < len(message.text) <= 4_000
        assert sum(len(one) for one in strings(message.blocks)) < 13_000
        for one in (*mrkdwn(message.blocks), message.text):
            assert not set(OURS.sub("", one)) & set("<>\x00\x1b\u202e\u2067\ud800")
    assert "image" in {block["type"] for block in shown.blocks}
