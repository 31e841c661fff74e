"""Which campaign a recipient sees, and why the others lost."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from decisions.who_sees_what import (
    Campaign,
    Recipient,
    Rule,
    RuleKind,
    Status,
    Why,
    choose,
    choose_for_all,
    choose_quickly,
    in_force,
    why_not_in_force,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def a_campaign(number=1, **what):
    made = {"name": f"campaign {number}", "target_url": "https://ours.de", "created_at": NOW - 30 * DAY}
    return Campaign(id=number, **(made | what))


def for_group(number=1, **what):
    return a_campaign(number, group_ids=frozenset({7}), **what)


def for_account(number=1, **what):
    return a_campaign(number, account_ids=frozenset({3}), **what)


def for_own(number=1, **what):
    return a_campaign(number, is_for_own=True, **what)


def for_anyone(number=1, **what):
    return a_campaign(number, is_default=True, **what)


MEMBER = Recipient(group_ids=frozenset({7, 8}), account_id=3)
COLLEAGUE = replace(MEMBER, is_own=True)
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
        (COLLEAGUE, [for_group(1), for_account(2), for_anyone(3)], None, Rule(RuleKind.NONE)),
        (COLLEAGUE, [for_group(1, priority=9), for_own(2)], 2, Rule(RuleKind.OWN)),
        (COLLEAGUE, [for_own(1), for_own(2, priority=1)], 2, Rule(RuleKind.OWN)),
        (COLLEAGUE, [for_own(1, status=Status.PAUSED), for_anyone(2)], None, Rule(RuleKind.NONE)),
        (MEMBER, [for_own(1, priority=9)], None, Rule(RuleKind.NONE)),
        (MEMBER, [for_own(1, priority=9), for_anyone(2)], 2, Rule(RuleKind.DEFAULT)),
        (MEMBER, [for_own(1, priority=9, group_ids=frozenset({8})), for_group(2)], 1, Rule(RuleKind.GROUP, 8)),
        (STRANGER, [for_own(1, is_default=True)], 1, Rule(RuleKind.DEFAULT)),
        (MEMBER, [for_group(1, status=Status.PAUSED, priority=9), for_account(2)], 2, Rule(RuleKind.ACCOUNT)),
        (MEMBER, [for_group(1, starts_at=NOW + DAY, priority=9), for_account(2)], 2, Rule(RuleKind.ACCOUNT)),
        (MEMBER, [for_group(1, ends_at=NOW, priority=9), for_anyone(2)], 2, Rule(RuleKind.DEFAULT)),
        (MEMBER, [for_group(1, priority=-1), for_anyone(2, priority=9)], 1, Rule(RuleKind.GROUP, 7)),
        (MEMBER, [for_group(2), for_group(1)], 1, Rule(RuleKind.GROUP, 7)),
        (Recipient(group_ids=frozenset({8})), [for_group(1), for_account(2)], None, Rule(RuleKind.NONE)),
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
        (for_group(2, status=Status.ARCHIVED, starts_at=NOW + DAY), "it is archived"),
        (for_own(2, priority=9), "it is assigned to none of their target groups, nor to their account"),
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

    assert [(lost.campaign.id, str(lost.because)) for lost in choice.lost] == [(2, because)]


@pytest.mark.parametrize(
    ("recipient", "loser", "winner", "why"),
    [
        (COLLEAGUE, for_group(1, priority=9), for_own(2), Why.NOT_FOR_OWN),
        (COLLEAGUE, for_group(1, priority=9), None, Why.NOT_FOR_OWN),
        (COLLEAGUE, for_own(1), for_own(2, priority=1), Why.LOWER_PRIORITY),
        (COLLEAGUE, for_own(2), for_own(1), Why.YOUNGER),
        (STRANGER, for_account(1), None, Why.UNASSIGNED),
        (STRANGER, for_anyone(2), for_anyone(1), Why.ANOTHER_DEFAULT),
        (STRANGER, for_account(1, priority=9), for_anyone(2), Why.UNASSIGNED),
    ],
)
def test_why_another_lost_to_others(recipient, loser, winner, why):
    """Our own people, and those whom only the default reaches, are told the reason that holds for them."""
    choice = choose(recipient, [loser, *([winner] if winner else [])], NOW)

    assert choice.campaign is winner
    assert [lost.because.why for lost in choice.lost] == [why]


OTHER = Recipient(account_id=4)


@pytest.mark.parametrize(
    ("recipients", "campaigns", "chosen"),
    [
        ([], [for_anyone(1)], None),
        ([STRANGER, STRANGER], [for_group(1)], None),
        ([MEMBER, OTHER, OTHER], [for_group(1, priority=9), a_campaign(2, account_ids=frozenset({4}))], 2),
        ([MEMBER, STRANGER, STRANGER], [for_group(1)], 1),
        ([MEMBER, OTHER], [for_group(1), a_campaign(2, account_ids=frozenset({4}), priority=1)], 2),
        ([OTHER, MEMBER], [a_campaign(2, account_ids=frozenset({4})), for_group(1)], 1),
        ([MEMBER, STRANGER], [for_anyone(1, priority=9), for_group(2)], 2),
        ([MEMBER, STRANGER, STRANGER], [for_anyone(1), for_group(2, priority=9)], 1),
        ([MEMBER, COLLEAGUE, COLLEAGUE], [for_group(1), for_own(2, priority=9)], 1),
        ([STRANGER, COLLEAGUE], [for_own(2)], None),
        ([COLLEAGUE, COLLEAGUE], [for_anyone(1), for_own(2)], 2),
    ],
)
def test_one_mail_to_several(recipients, campaigns, chosen):
    """What most would see wins; our own people have no say beside others, and see nothing of theirs to customers."""
    campaign = choose_for_all(recipients, in_force(campaigns, NOW))

    assert (campaign and campaign.id) == chosen


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
            is_for_own=st.booleans(),
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
    assert all(str(lost.because) for lost in choice.lost)


@given(some_recipients(), some_campaigns())
def test_nobody_beats_the_winner(recipient, campaigns):
    """No campaign in force that is assigned to the recipient has a higher priority than the one chosen."""
    winner = choose(recipient, campaigns, NOW).campaign
    if recipient.is_own:
        assert winner is None or winner.is_for_own
        return
    rivals = [
        campaign
        for campaign in in_force(campaigns, NOW)
        if campaign.group_ids & recipient.group_ids or recipient.account_id in campaign.account_ids
    ]

    assert not rivals or (winner in rivals and winner.priority == max(rival.priority for rival in rivals))


@given(st.lists(some_recipients(), max_size=6), some_campaigns(), st.randoms(use_true_random=False))
def test_one_mail_in_any_order(recipients, campaigns, random):
    """Neither the order of recipients nor that of campaigns has a say; for one recipient it is what they see alone."""
    chosen = choose_for_all(recipients, in_force(campaigns, NOW))
    random.shuffle(recipients)
    random.shuffle(campaigns)

    assert choose_for_all(recipients, in_force(campaigns, NOW)) == chosen
    if len(recipients) == 1:
        assert chosen == choose(recipients[0], campaigns, NOW).campaign


@given(some_recipients(), some_campaigns(), st.sampled_from([NOW - DAY, NOW, NOW + DAY]))
def test_the_boundaries(recipient, campaigns, moment):
    """A start belongs to its campaign and an end does not, whatever else competes; a microsecond decides."""
    before = choose(recipient, campaigns, moment - timedelta(microseconds=1))
    if not any(moment in (one.starts_at, one.ends_at) for one in campaigns):
        assert choose(recipient, campaigns, moment) == before
    assert all(one.ends_at != moment for one in in_force(campaigns, moment))
    assert all(one.starts_at != moment for one in in_force(campaigns, moment - timedelta(microseconds=1)))


@given(some_recipients(), some_campaigns())
def test_losers_change_nothing(recipient, campaigns):
    """Take away whatever lost, one or all: the recipient sees the same by the same rule."""
    choice = choose(recipient, campaigns, NOW)
    for lost in choice.lost:
        rest = [campaign for campaign in campaigns if campaign is not lost.campaign]
        again = choose(recipient, rest, NOW)
        assert (again.campaign, again.rule) == (choice.campaign, choice.rule)


@given(some_campaigns())
def test_who_is_not_in_force_has_a_reason(campaigns):
    """A campaign is in force, or says why not; never both."""
    shown = in_force(campaigns, NOW)

    assert all((why_not_in_force(campaign, NOW) is None) == (campaign in shown) for campaign in campaigns)
