"""Why a target group is not equal to its HubSpot list, in the words of whoever reads it."""

from collections.abc import Mapping
from typing import Final

from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, escape
from storage.group_trouble import TroubleKind
from storage.target_groups import GroupView

LONGEST_REASON: Final = 500

# THE words of each kind; what has none is told as it was kept, in English.
TROUBLES: Final[Mapping[TroubleKind, str]] = {
    TroubleKind.ACCESS: "trouble_token",
    TroubleKind.SCOPE: "trouble_scope",
    TroubleKind.PORTAL: "trouble_portal",
    TroubleKind.NOT_FOUND: "trouble_not_found",
    TroubleKind.LIST_GONE: "trouble_list_gone",
    TroubleKind.DOUBTED: "trouble_doubted",
    TroubleKind.QUOTA: "trouble_quota",
    TroubleKind.LIMIT: "trouble_limit",
    TroubleKind.DOWN: "trouble_down",
    TroubleKind.BAD_ANSWER: "trouble_bad_answer",
    TroubleKind.STUCK: "trouble_stuck",
}


def group_trouble(group: GroupView, reader: Reader) -> Mrkdwn:
    """What happened and what to do; empty where nothing did."""
    if group.why and (key := TROUBLES.get(group.why.kind)):
        return reader.texts(key, about=group.why.about)
    return escape(group.trouble or "", LONGEST_REASON)
