"""Who sees what, told: the campaign that an address sees at a moment, by which rule, and why each other one lost."""

from typing import Final

from bot.blocks.elements import Message, context, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_ADDRESS, Mrkdwn, bold, date, escape, fit
from decisions.who_sees_what import Because, RuleKind, Why
from storage.campaign_choice import Loser, Seen

MOST_LOSERS: Final = 20
LONGEST_GROUPS: Final = 300
_WHY_NOT: Final = {
    Why.PAUSED: "not_paused",
    Why.ARCHIVED: "not_archived",
    Why.NOT_STARTED: "not_started",
    Why.ENDED: "not_ended",
    Why.NOT_FOR_OWN: "not_for_own",
    Why.UNASSIGNED: "not_unassigned",
    Why.LOWER_PRIORITY: "not_lower_priority",
    Why.YOUNGER: "not_younger",
    Why.DEFAULT_IS_LAST: "not_default_is_last",
    Why.ANOTHER_DEFAULT: "not_another_default",
}
_BY_RULE: Final = {
    RuleKind.GROUP: "seen_by_group",
    RuleKind.ACCOUNT: "seen_by_account",
    RuleKind.DEFAULT: "seen_by_default",
    RuleKind.OWN: "seen_by_own",
}


def campaign_choice(seen: Seen, reader: Reader) -> Message:
    """What they see and why, then every other campaign with its reason."""
    texts, who = reader.texts, bold(seen.email, LONGEST_ADDRESS)
    key = "sees_campaign" if seen.campaign else "sees_none"
    head = texts(key, who=who, when=date(seen.at), campaign=bold(seen.campaign.name) if seen.campaign else "")
    blocks = [section([head, _why(seen, reader)])]
    if seen.lost:
        more = [Mrkdwn("…")] if len(seen.lost) > MOST_LOSERS else []
        losers = [_loser(one, reader) for one in seen.lost[:MOST_LOSERS]]
        blocks.append(section([bold(texts.plain("sees_not")), *losers, *more]))
    blocks.append(context([texts("sees_as_of_today")]))
    return Message(fit([head, _why(seen, reader)], between=". "), blocks)


def why_not(because: Because, reader: Reader) -> Mrkdwn:
    """Why somebody does not see a campaign."""
    at = date(because.at) if because.at else ""
    return reader.texts(_WHY_NOT[because.why], at=at, priority=because.priority, winning=because.winning)


def _why(seen: Seen, reader: Reader) -> Mrkdwn:
    if seen.campaign is None:
        return reader.texts("seen_by_own_none" if seen.is_own else "seen_by_nothing")
    groups = escape(", ".join(seen.groups), LONGEST_GROUPS)
    return reader.texts(_BY_RULE[seen.rule], priority=seen.campaign.priority, groups=groups)


def _loser(one: Loser, reader: Reader) -> Mrkdwn:
    return Mrkdwn(f" • {escape(one.name)}: {why_not(one.because, reader)}")
