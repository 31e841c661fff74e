"""Words for the admin: what happened, what it means, what to do."""

from collections.abc import Mapping, Sequence

from bot.blocks.elements import Message, section
from bot.blocks.group_trouble import LONGEST_REASON, group_trouble
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, bold, channel_mention, escape, fit
from bot.slack_errors import closed_in
from storage.admin_told import Matter
from storage.target_groups import GroupView


def admin_message(facts: Mapping[str, str], in_trouble: Sequence[GroupView], reader: Reader) -> Message:
    """
    A matter for the admin.

    Args:
        facts: as the matter was owed.
        in_trouble: the target groups that are not equal to their lists now.
    """
    lines = _lines(facts, in_trouble, reader)
    return Message(fit(lines, LONGEST_TEXT), [section([Mrkdwn(f":warning: {lines[0]}"), *lines[1:]])])


def _lines(facts: Mapping[str, str], in_trouble: Sequence[GroupView], reader: Reader) -> list[Mrkdwn]:
    texts = reader.texts
    match facts:
        case {"channel": channel, "because": because}:
            reason = escape(closed_in(texts, because) or because, LONGEST_REASON)
            return [texts("admin_paused", channel=channel_mention(channel), because=reason)]
        case {"matter": Matter.TARGET_GROUPS}:
            return [_group(group, reader) for group in in_trouble] or [texts("admin_groups_well")]
        case {"matter": Matter.STILL_IN_HUBSPOT, "hubspot_id": hubspot_id}:
            return [texts("admin_still_in_hubspot", id=hubspot_id)]
    return [texts("admin_look")]


def _group(group: GroupView, reader: Reader) -> Mrkdwn:
    texts, trouble = reader.texts, group_trouble(group, reader)
    if group.trouble_since is None:
        return texts("admin_group", group=bold(group.name), trouble=trouble)
    since = reader.when(group.trouble_since)
    return texts("admin_group_since", group=bold(group.name), when=since, trouble=trouble)
