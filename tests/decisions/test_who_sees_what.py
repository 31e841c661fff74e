"""Which campaign a recipient sees, and why the others lost."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from decisions.who_sees_what import Campaign, Recipient, Rule, RuleKind, Status, choose, choose_quickly, in_force

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def a_campaign(number=1, **what):
    made = {"name": f"campaign {number}", "target_url": "https://ours.de", "created_at": NOW - 30 * DAY}
    return Campaign(id=number, **(made | what))


def for_group(number=1, **what):
    return a_campaign(number, group_ids=frozenset({7}), **what)


def for_account(number=1, **what):
    return a_campaign(number, account_ids=frozenset({3}), **what)


MEMBER = Recipient(group_ids=frozenset({7, 8}), account_id=3)
STRANGER = Recipient()


@pytest.mark.parametrize(
    ("recipient", "campaigns", "chosen", "rule"),
    [
        (MEMBER, [], None, Rule(RuleKind.NONE)),
        (STRANGER, [for_group(1), for_account(2)], None, Rule(RuleKind.NONE)),
        (MEMBER, [for_group(1)], 1, Rule(RuleKind.GROUP, 7)),
        (MEMBER, [a_campaign(1, group_ids=frozenset({9, 8, 7}))], 1, Rule(RuleKind.GROUP, 7)),
        (MEMBER, [for_account(1)], 1, Rule(RuleKind.ACCOUNT)),
        (Recipient(account_id=3), [for_account(1)], 1, Rule(RuleKind.ACCOUNT)),
        (MEMBER, [for_group(1, priority=1), for_account(2, priority=2)], 2, Rule(RuleKind.ACCOUNT)),
        (MEMBER, [for_group(1, priority=2), for_account(2, priority=1)], 1, Rule(RuleKind.GROUP, 7)),
        (MEMBER, [for_group(1), for_account(2, created_at=NOW - 31 * DAY)], 2, Rule(RuleKind.ACCOUNT)),
        (MEMBER, [for_account(2), for_group(1)], 1, Rule(RuleKind.GROUP, 7)),
        (STRANGER, [a_campaign(1, is_default=True)], 1, Rule(RuleKind.DEFAULT)),
        (MEMBER, [a_campaign(1, is_default=True, priority=99), for_group(2)], 2, Rule(RuleKind.GROUP, 7)),
        (MEMBER, [for_group(1, is_default=True, priority=5), for_account(2)], 1, Rule(RuleKind.GROUP, 7)),
        (STRANGER, [for_group(1, is_default=True)], 1, Rule(RuleKind.DEFAULT)),
        (replace(MEMBER, is_own=True), [for_group(1), a_campaign(2, is_default=True)], None, Rule(RuleKind.NONE)),
    ],
)
def test_the_choice(recipient, campaigns, chosen, rule):
    """Groups and accounts compete by priority alone, a tie goes to the older campaign, the default comes last."""
    choice = choose(recipient, campaigns, NOW)

    assert (choice.campaign and choice.campaign.id, choice.rule) == (chosen, rule)


@pytest.mark.parametrize(
    ("campaign", "shown"),
    [
        (for_group(status=Status.PAUSED), False),
        (for_group(status=Status.ARCHIVED), False),
        (for_group(starts_at=NOW), True),
        (for_group(starts_at=NOW + timedelta(seconds=1)), False),
        (for_group(ends_at=NOW), False),
        (for_group(ends_at=NOW + timedelta(seconds=1)), True),
        (for_group(starts_at=NOW - DAY, ends_at=NOW + DAY), True),
    ],
)
def test_in_force(campaign, shown):
    """A campaign shows from its start up to, and not at, its end, unless it is paused or archived."""
    assert bool(choose(MEMBER, [campaign], NOW).campaign) is shown


@pytest.mark.parametrize(
    ("loser", "because"),
    [
        (a_campaign(2), "it is assigned to none of their target groups, nor to their account"),
        (for_group(2, priority=1), "its priority 1 is lower than 5"),
        (for_group(2, priority=5), "the same priority 5, but it is younger than the one chosen"),
        (for_group(2, status=Status.PAUSED), "it is paused"),
        (for_group(2, starts_at=NOW + DAY), "it starts 2026-11-25 09:30 UTC"),
        (for_group(2, ends_at=NOW - DAY), "it ended 2026-11-23 09:30 UTC"),
        (a_campaign(2, is_default=True), "the default comes after every campaign that reaches them"),
    ],
)
def test_why_another_lost(loser, because):
    """Every campaign that somebody does not see comes with its reason."""
    choice = choose(MEMBER, [loser, for_group(1, priority=5)], NOW)

    assert [(lost.campaign.id, lost.because) for lost in choice.lost] == [(2, because)]


def some_campaigns():
    moments = st.none() | st.sampled_from([NOW - DAY, NOW, NOW + DAY])
    ids = st.frozensets(st.integers(1, 4), max_size=3)
    return st.lists(
        st.builds(
            Campaign,
            id=st.integers(1, 1000),
            name=st.just("one"),
            target_url=st.just("https://ours.de"),
            created_at=st.sampled_from([NOW - 2 * DAY, NOW - DAY]),
            priority=st.integers(-1, 2),
            starts_at=moments,
            ends_at=moments,
            status=st.sampled_from(Status),
            is_default=st.booleans(),
            group_ids=ids,
            account_ids=ids,
        ),
        max_size=8,
        unique_by=lambda campaign: campaign.id,
    )


def some_recipients():
    return st.builds(
        Recipient,
        group_ids=st.frozensets(st.integers(1, 4), max_size=3),
        account_id=st.none() | st.integers(1, 4),
        is_own=st.booleans(),
    )


@given(some_recipients(), some_campaigns(), st.randoms(use_true_random=False))
def test_the_quick_choice_is_the_same(recipient, campaigns, random):
    """The click path and the explanation choose alike, in whatever order the campaigns are given."""
    choice = choose(recipient, campaigns, NOW)
    random.shuffle(campaigns)

    assert choose_quickly(recipient, in_force(campaigns, NOW)) == (choice.campaign, choice.rule)
    assert len(choice.lost) == len(campaigns) - (choice.campaign is not None)
    assert all(lost.because for lost in choice.lost)


@given(some_recipients(), some_campaigns())
def test_nobody_beats_the_winner(recipient, campaigns):
    """No campaign in force that is assigned to the recipient has a higher priority than the one chosen."""
    winner = choose(recipient, campaigns, NOW).campaign
    if recipient.is_own:
        assert winner is None
        return
    rivals = [
        campaign
        for campaign in in_force(campaigns, NOW)
        if campaign.group_ids & recipient.group_ids or recipient.account_id in campaign.account_ids
    ]

    assert not rivals or (winner in rivals and winner.priority == max(rival.priority for rival in rivals))
