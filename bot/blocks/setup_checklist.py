"""The checklist of the set-up: its live state, each item with the button that does it."""

from typing import Final

from bot.blocks.campaign_list import NEW_CAMPAIGN
from bot.blocks.elements import Block, Message, button, context, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, channel_mention, escape, fit, mention
from storage.setup_state import SetupState
from storage.subscriptions import Subscribed

LOOK_AGAIN: Final = "setup_look_again"
CHOOSE_LISTS: Final = "setup_lists"
CHOOSE_GROUPS: Final = "setup_groups"
CHOOSE_CHANNELS: Final = "setup_channels"
CHOOSE_PEOPLE: Final = "setup_people"
MATCH_OWNERS: Final = "setup_owners"
CHOOSE_COUNTING: Final = "setup_counting"
MOST_NAMED: Final = 5
LONGEST_NAME: Final = 80


def setup_checklist(state: SetupState, reader: Reader, *, is_welcome: bool = False) -> Message:
    """
    What is done and what is not.

    Args:
        is_welcome: it comes unasked, and says why.
    """
    texts = reader.texts
    head = texts("setup_welcome" if is_welcome else "setup_head")
    items = [
        (state.portal_id is not None, _hubspot(state, reader), LOOK_AGAIN, "setup_look_again"),
        (state.groups > 0, _lists(state, reader), CHOOSE_LISTS, "setup_choose_lists"),
        (bool(state.leads or state.feed), _channels(state, reader), CHOOSE_CHANNELS, "setup_choose_channels"),
        (state.campaigns > 0, _campaigns(state, reader), NEW_CAMPAIGN, "campaign_new"),
    ]
    # The next step stands out, and it alone.
    following = next((action for is_done, _, action, _ in items if not is_done), None)
    rows = [_row(*item, is_next=item[2] == following, reader=reader) for item in items]
    by_hand = texts.count("setup_groups", state.by_hand)
    groups = _row(None, by_hand, CHOOSE_GROUPS, "setup_choose_groups", is_next=False, reader=reader)
    counting = []
    if state.aggregate_only is not None:
        line = _counting(state.aggregate_only, reader)
        counting = [_row(None, line, CHOOSE_COUNTING, "setup_choose_counting", is_next=False, reader=reader)]
    people = _row(None, _people(state, reader), CHOOSE_PEOPLE, "setup_choose_people", is_next=False, reader=reader)
    owners = _row(None, texts("setup_owners"), MATCH_OWNERS, "setup_match_owners", is_next=False, reader=reader)
    told = [head, *(_marked(is_done, line) for is_done, line, _, _ in items)]
    return Message(
        fit(told, LONGEST_TEXT, " "),
        [section([head]), *rows, groups, *counting, people, owners, context([texts("setup_later")])],
    )


def _row(is_done: bool | None, line: Mrkdwn, action: str, label: str, *, is_next: bool, reader: Reader) -> Block:
    style = "primary" if is_next else ""
    press = button(reader.texts.plain(label), action, style=style)
    return section([line if is_done is None else _marked(is_done, line)], accessory=press)


def _marked(is_done: bool, line: Mrkdwn) -> Mrkdwn:
    return Mrkdwn(f"{':white_check_mark:' if is_done else ':white_circle:'} {line}")


def _hubspot(state: SetupState, reader: Reader) -> Mrkdwn:
    if state.portal_id is None:
        return reader.texts("setup_hubspot_missing")
    return reader.texts("setup_hubspot", portal=state.portal_id)


def _lists(state: SetupState, reader: Reader) -> Mrkdwn:
    if not state.groups:
        return reader.texts("setup_lists_missing")
    told = reader.texts.count("setup_lists", state.groups)
    return Mrkdwn(f"{told} {reader.texts('setup_lists_behind', n=state.behind)}") if state.behind else told


def _channels(state: SetupState, reader: Reader) -> Mrkdwn:
    return reader.texts("setup_channels", leads=_named(state.leads), feed=_named(state.feed))


def _named(subscribed: tuple[Subscribed, ...]) -> Mrkdwn:
    more = [Mrkdwn("…")] if len(subscribed) > MOST_NAMED else []
    named = (channel_mention(one.channel) for one in subscribed[:MOST_NAMED])
    return Mrkdwn(" ".join((*named, *more)) or "—")


def _campaigns(state: SetupState, reader: Reader) -> Mrkdwn:
    if not state.campaigns:
        return reader.texts("setup_campaign_missing")
    return reader.texts.count("setup_campaigns", state.campaigns)


def _counting(names: tuple[str, ...], reader: Reader) -> Mrkdwn:
    if not names:
        return reader.texts("setup_counting_none")
    more = [Mrkdwn("…")] if len(names) > MOST_NAMED else []
    named = (escape(name, LONGEST_NAME) for name in names[:MOST_NAMED])
    return reader.texts("setup_counting", names=Mrkdwn(", ".join((*named, *more))))


def _people(state: SetupState, reader: Reader) -> Mrkdwn:
    if not state.permitted:
        return reader.texts("setup_people_none")
    more = [Mrkdwn("…")] if len(state.permitted) > MOST_NAMED else []
    named = (mention(user_id) for user_id in state.permitted[:MOST_NAMED])
    return reader.texts("setup_people", people=Mrkdwn(" ".join((*named, *more))))
