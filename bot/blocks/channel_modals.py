"""The modals of channels: the list of those that are told something, and what one of them is told, and when."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final
from zoneinfo import available_timezones

from bot.blocks.channel_greeting import channel_value
from bot.blocks.elements import Block, actions, button, context, input_block, modal, option, overflow, section
from bot.blocks.reader import Reader
from bot.blocks.terms_lines import TOPICS, Names, what_lines, when_lines
from bot.blocks.text import Mrkdwn, channel_mention, escape, fit, plain
from bot.slack_errors import closed_in
from bot.texts import CATALOGUES
from decisions.channel_filters import Filters
from decisions.quiet_hours import Mode, Rhythm
from storage.filter_choices import Filtered, FilterValue
from storage.subscriptions import Subscribed, Terms, Topic

CHANNELS_LISTED: Final = "channels_listed"
# Of elements in one block, each has an id of its own.
ADD_CHANNEL: Final = {Topic.LEADS: "add_leads_channel", Topic.FEED: "add_feed_channel"}
CHANNEL_MENU: Final = "channel_menu"
CHANGE, STOP = "change", "stop"
CHANNEL_SAVED: Final = "channel_saved"
CHANNEL, MODE, LEAST, ALSO, LANGUAGE = "channel", "mode", "least_clicks", "also", "language"
QUIET_FROM, QUIET_UNTIL = "quiet_from", "quiet_until"
ZONE: Final = "channel_zone"
HIDE: Final = "hide_addresses"
# What a filter's select is called, by what it is made of.
SELECTS: Final = {
    Filtered.CAMPAIGNS: "channel_campaigns",
    Filtered.GROUPS: "channel_groups",
    Filtered.OWNERS: "channel_owners",
}
MOST_LISTED: Final = 40
MOST_CHOSEN: Final = 50
MOST_CLICKS: Final = 1_000
LONGEST_ROW: Final = 1_500
_TITLES: Final = {Topic.LEADS: "channel_leads_title", Topic.FEED: "channel_feed_title"}
_MODES: Final = {
    Mode.EACH: "channel_mode_each",
    Mode.HOURLY: "channel_mode_hourly",
    Mode.DAILY: "channel_mode_daily",
}
_LANGUAGES: Final = {"en": "English", "de": "Deutsch"}


def channels_modal(listed: Sequence[tuple[Subscribed, Names]], reader: Reader, *, metadata: str) -> dict[str, Any]:
    """The channels that are told something, each with its terms, and a way to more."""
    texts = reader.texts
    rows = [_channel(one, names, reader) for one, names in listed[:MOST_LISTED]]
    more = len(listed) - MOST_LISTED
    add = [
        button(texts.plain("setup_add_leads"), ADD_CHANNEL[Topic.LEADS], Topic.LEADS),
        button(texts.plain("setup_add_feed"), ADD_CHANNEL[Topic.FEED], Topic.FEED),
    ]
    return modal(
        texts.plain("channels_title"),
        None,
        texts.plain("setup_done"),
        callback_id=CHANNELS_LISTED,
        metadata=metadata,
        blocks=[
            *(rows or [section([texts("channels_none")])]),
            *([context([texts.count("channels_too_many", more)])] if more > 0 else []),
            *actions(add),
        ],
    )


def _channel(one: Subscribed, names: Names, reader: Reader) -> Block:
    texts = reader.texts
    head = Mrkdwn(f"*{texts(TOPICS[one.topic])}* {channel_mention(one.channel)}")
    waits = closed_in(texts, one.paused_because or "") or one.paused_because
    paused = [texts("channel_waits", because=escape(waits or "", 300))] if one.paused_at else []
    lines = [head, *paused, *when_lines(one.terms.rhythm, reader), *what_lines(one.terms, names, reader)]
    value = channel_value(one.topic, one.channel)
    menu = [(texts.plain(key), f"{what} {value}") for what, key in ((CHANGE, "setup_change"), (STOP, "setup_stop"))]
    return section([fit(lines, LONGEST_ROW)], accessory=overflow(CHANNEL_MENU, menu))


def channel_modal(
    topic: Topic, channel: str | None, terms: Terms, names: Names, reader: Reader, *, metadata: str
) -> dict[str, Any]:
    """
    What a channel is told of a topic.

    Args:
        channel: None: it is still to be chosen.
    """
    texts, rhythm = reader.texts, terms.rhythm
    which = [section([channel_mention(channel)])] if channel else [_which(reader)]
    return modal(
        texts.plain(_TITLES[topic]),
        texts.plain("setup_save"),
        texts.plain("cancel"),
        callback_id=CHANNEL_SAVED,
        metadata=metadata,
        blocks=[
            *which,
            _mode(rhythm.mode, reader),
            _least(terms.filters.least_clicks, reader),
            *(_filter(kind, names.get(kind, ()), reader) for kind in SELECTS),
            _clock(QUIET_FROM, "channel_quiet_from", rhythm.quiet_from, reader),
            _hinted(
                _clock(QUIET_UNTIL, "channel_quiet_until", rhythm.quiet_until, reader), "channel_quiet_hint", reader
            ),
            _zone(rhythm.zone, reader),
            _language(terms.language or texts.language, reader),
            _also(terms.hides_addresses, reader),
        ],
    )


def read_channel(states: Mapping[str, Any]) -> Terms:
    """
    The terms that were chosen; `states` by block id.

    Raises:
        ValueError: what cannot be: one quiet time without the other, or twice the same.
    """
    begin, end = (_time(states, block) for block in (QUIET_FROM, QUIET_UNTIL))
    if (begin is None) is not (end is None) or (begin is not None and begin == end):
        raise ValueError("quiet hours need a begin and an end")
    campaigns, groups = (
        tuple(int(id_) for id_ in _chosen(states, SELECTS[kind]) if id_.isdecimal() and len(id_) < 19)
        for kind in (Filtered.CAMPAIGNS, Filtered.GROUPS)
    )
    least = str(states.get(LEAST, {}).get("value") or "1")
    return Terms(
        filters=Filters(
            campaigns,
            groups,
            owners=tuple(_chosen(states, SELECTS[Filtered.OWNERS])),
            least_clicks=min(max(int(least), 1), MOST_CLICKS) if least.isdecimal() and len(least) < 9 else 1,
        ),
        rhythm=Rhythm(Mode(_option(states, MODE) or Mode.EACH), _known_zone(states), begin, end),
        language=_option(states, LANGUAGE),
        hides_addresses=HIDE in _chosen(states, ALSO),
    )


def suggestions(choices: Sequence[FilterValue]) -> list[Block]:
    """What a search in a select offers."""
    return [option(plain(one.name) or f"#{one.id}", one.id) for one in choices]


def _which(reader: Reader) -> Block:
    element = {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    return _hinted(input_block(reader.texts.plain("channel_which"), CHANNEL, element), "channel_which_hint", reader)


def _mode(mode: Mode, reader: Reader) -> Block:
    options = {each: option(reader.texts.plain(key), each) for each, key in _MODES.items()}
    element = {"type": "radio_buttons", "options": list(options.values()), "initial_option": options[mode]}
    return input_block(reader.texts.plain("channel_mode"), MODE, element)


def _least(clicks: int, reader: Reader) -> Block:
    limits = {"min_value": "1", "max_value": str(MOST_CLICKS), "initial_value": str(clicks)}
    element = {"type": "number_input", "is_decimal_allowed": False, **limits}
    return input_block(reader.texts.plain("channel_least"), LEAST, element)


def _filter(kind: Filtered, chosen: Sequence[FilterValue], reader: Reader) -> Block:
    initial = {"initial_options": suggestions(chosen[:MOST_CHOSEN])} if chosen else {}
    element = {**_searched(reader), "type": "multi_external_select", "max_selected_items": MOST_CHOSEN, **initial}
    asked = input_block(reader.texts.plain(SELECTS[kind]), SELECTS[kind], element, optional=True)
    return _hinted(asked, "channel_filter_hint", reader)


def _zone(zone: str, reader: Reader) -> Block:
    element = {**_searched(reader), "type": "external_select", "initial_option": option(zone, zone)}
    return input_block(reader.texts.plain("channel_zone"), ZONE, element)


def _searched(reader: Reader) -> Block:
    placeholder = {"type": "plain_text", "text": reader.texts.plain("channel_search"), "emoji": False}
    return {"min_query_length": 0, "placeholder": placeholder}


def _clock(block: str, label: str, at: time | None, reader: Reader) -> Block:
    initial = {"initial_time": f"{at:%H:%M}"} if at else {}
    return input_block(reader.texts.plain(label), block, {"type": "timepicker", **initial}, optional=True)


def _language(language: str, reader: Reader) -> Block:
    options = {one: option(_LANGUAGES[one], one) for one in CATALOGUES}
    element = {"type": "static_select", "options": list(options.values()), "initial_option": options[language]}
    return input_block(reader.texts.plain("channel_language"), LANGUAGE, element)


def _also(hides_addresses: bool, reader: Reader) -> Block:
    hide = option(reader.texts.plain("channel_hide"), HIDE)
    initial = {"initial_options": [hide]} if hides_addresses else {}
    element = {"type": "checkboxes", "options": [hide], **initial}
    return input_block(reader.texts.plain("channel_also"), ALSO, element, optional=True)


def _hinted(block: Block, hint: str, reader: Reader) -> Block:
    return block | {"hint": {"type": "plain_text", "text": reader.texts.plain(hint), "emoji": False}}


def _known_zone(states: Mapping[str, Any]) -> str:
    zone = _option(states, ZONE) or ""
    return zone if zone in available_timezones() else "UTC"


def _option(states: Mapping[str, Any], block: str) -> str | None:
    chosen = states.get(block, {}).get("selected_option")
    return str(chosen["value"]) if chosen else None


def _chosen(states: Mapping[str, Any], block: str) -> list[str]:
    return [str(one["value"]) for one in states.get(block, {}).get("selected_options") or ()]


def _time(states: Mapping[str, Any], block: str) -> time | None:
    told = states.get(block, {}).get("selected_time")
    return time.fromisoformat(told) if told else None
