"""A channel's terms in words: when it is told, and of what."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, escape
from decisions.quiet_hours import DAILY_AT, Mode, Rhythm
from storage.filter_choices import Filtered, FilterValue
from storage.subscriptions import Terms, Topic

Names = Mapping[Filtered, Sequence[FilterValue]]
MOST_NAMED: Final = 5
TOPICS: Final = {Topic.LEADS: "topic_leads", Topic.FEED: "topic_feed"}
_MODES: Final = {Mode.EACH: "terms_each", Mode.HOURLY: "terms_hourly", Mode.DAILY: "terms_daily"}
_FILTERS: Final = {
    Filtered.CAMPAIGNS: "terms_campaigns",
    Filtered.GROUPS: "terms_groups",
    Filtered.OWNERS: "terms_owners",
}


def when_lines(rhythm: Rhythm, reader: Reader) -> list[Mrkdwn]:
    """When the channel is told."""
    texts = reader.texts
    told = [texts(_MODES[rhythm.mode], at=f"{DAILY_AT:%H:%M}", zone=rhythm.zone)]
    if rhythm.quiet_from is not None and rhythm.quiet_until is not None:
        begin, end = f"{rhythm.quiet_from:%H:%M}", f"{rhythm.quiet_until:%H:%M}"
        told.append(texts("terms_quiet", begin=begin, end=end, zone=rhythm.zone))
    return told


def what_lines(terms: Terms, names: Names, reader: Reader) -> list[Mrkdwn]:
    """What of the topic it is told; nothing where it is told everything."""
    texts = reader.texts
    told = [texts(_FILTERS[kind], names=_listed(chosen)) for kind, chosen in names.items() if chosen]
    if terms.filters.least_clicks > 1:
        told.append(texts("terms_least", n=terms.filters.least_clicks))
    return [*told, texts("terms_hidden")] if terms.hides_addresses else told


def _listed(chosen: Sequence[FilterValue]) -> Mrkdwn:
    more = [Mrkdwn("…")] if len(chosen) > MOST_NAMED else []
    return Mrkdwn(", ".join((*(escape(one.name) for one in chosen[:MOST_NAMED]), *more)))
