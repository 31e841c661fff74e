"""The modals of target groups that are kept by hand: the list of them, and what is done to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks.elements import Block, Message, actions, button, context, input_block, modal, overflow, section
from bot.blocks.reader import Reader
from bot.blocks.setup_checklist import CHOOSE_GROUPS
from bot.blocks.text import LONGEST_SECTION, Mrkdwn, bold, escape, fit, plain
from storage.groups_by_hand import LONGEST_NAME, GroupFault, GroupRefused
from storage.target_groups import GroupView

GROUPS_LISTED: Final = "groups_listed"
NEW_GROUP: Final = "new_group"
GROUP_MENU: Final = "group_menu"
ADD, TAKE_OUT, RENAME, DELETE = "add", "take_out", "rename", "delete"
GROUP_MADE: Final = "group_made"
MEMBERS_ADDED: Final = "group_members_added"
MEMBERS_TAKEN_OUT: Final = "group_members_taken_out"
GROUP_RENAMED: Final = "group_renamed"
DELETION_ASKED: Final = "group_deletion_asked"
DELETION_CONFIRMED: Final = "group_deletion_confirmed"
# The value of a button that no checklist has.
OFFERED: Final = "offered"
NAME, WHO = "group_name", "group_who"
MOST_LISTED: Final = 60
# No input of Slack's takes more.
LONGEST_WHO: Final = 3_000
LONGEST_BAD: Final = 60

_MENU: Final = {ADD: "groups_add", TAKE_OUT: "groups_take_out", RENAME: "groups_rename", DELETE: "groups_delete"}
_FAULTS: Final[Mapping[GroupFault | None, str]] = {
    GroupFault.NO_NAME: "groups_no_name",
    GroupFault.NAME_TAKEN: "groups_name_taken",
    GroupFault.RENAMED: "groups_renamed_meanwhile",
    GroupFault.ONLY_IN_GROUPS: "groups_only_counted",
    GroupFault.IN_A_CHANNEL: "groups_in_a_channel",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the addresses that were typed: `changed` members came or went, `passed_over` were not taken."""

    changed: int
    passed_over: int = 0
    bad: tuple[str, ...] = ()


def groups_offer(reader: Reader) -> Message:
    """What `/footlight groups` offers."""
    told = reader.texts("groups_offer")
    show = button(reader.texts.plain("setup_choose_groups"), CHOOSE_GROUPS, OFFERED)
    return Message(told, [section([told], accessory=show)])


def groups_modal(groups: Sequence[GroupView], reader: Reader, *, metadata: str) -> dict[str, Any]:
    """The groups that are kept by hand, each with its menu, and a way to a new one."""
    texts, more = reader.texts, len(groups) - MOST_LISTED
    rows = [_row(group, reader) for group in groups[:MOST_LISTED]]
    return modal(
        texts.plain("setup_choose_groups"),
        None,
        texts.plain("setup_done"),
        callback_id=GROUPS_LISTED,
        metadata=metadata,
        blocks=[
            *actions([button(texts.plain("groups_new"), NEW_GROUP)]),
            *(rows or [section([texts("groups_none")])]),
            *([context([texts("groups_more", n=more)])] if more > 0 else []),
        ],
    )


def _row(group: GroupView, reader: Reader) -> Block:
    texts = reader.texts
    told = [_called(group.name), texts.count("groups_members", group.size)]
    told += [texts("groups_waiting", n=group.waiting)] if group.waiting else []
    told += [texts("groups_counted")] if group.is_aggregate_only else []
    menu = [(texts.plain(key), f"{what} {group.id}") for what, key in _MENU.items()]
    return section([fit(told, between=" · ")], accessory=overflow(GROUP_MENU, menu))


def new_group_modal(reader: Reader, *, metadata: str) -> dict[str, Any]:
    """A group that is still to be made: its name, and who is in it."""
    blocks = [_name("", reader), _who(reader, optional=True)]
    return _form("groups_new", "setup_save", GROUP_MADE, blocks, reader, metadata)


def add_modal(name: str, outcome: Outcome | None, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Who else is put in? `outcome`: of what was typed before."""
    told = _told("groups_put_in", outcome, reader)
    blocks = [section([_called(name)]), *told, _who(reader)]
    return _form("groups_add", "setup_save", MEMBERS_ADDED, blocks, reader, metadata)


def take_out_modal(name: str, outcome: Outcome | None, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Who is taken out? `outcome`: of what was typed before."""
    told = _told("groups_taken_out", outcome, reader)
    blocks = [section([_called(name)]), *told, _who(reader)]
    return _form("groups_take_out", "setup_save", MEMBERS_TAKEN_OUT, blocks, reader, metadata)


def rename_modal(name: str, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """What is the group called from now on?"""
    return _form("groups_rename", "setup_save", GROUP_RENAMED, [_name(name, reader)], reader, metadata)


def delete_modal(group: GroupView, campaigns: Sequence[str], reader: Reader, *, metadata: str) -> dict[str, Any]:
    """What follows when this group, which these campaigns are for, is deleted?"""
    texts = reader.texts
    asked = texts("groups_delete_ask", name=_called(group.name), n=group.size + group.waiting)
    named = fit((escape(one) for one in campaigns), LONGEST_SECTION // 2, ", ")
    lose = texts("groups_delete_campaigns", names=named) if campaigns else texts("groups_delete_no_campaign")
    blocks = [section([asked]), section([lose]), section([texts("groups_delete_stays")])]
    return _form("groups_delete", "groups_delete_submit", DELETION_ASKED, blocks, reader, metadata)


def delete_again_modal(name: str, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Is it to be deleted for good?"""
    blocks = [section([reader.texts("groups_delete_again", name=_called(name))])]
    return _form("groups_delete", "groups_delete_for_good", DELETION_CONFIRMED, blocks, reader, metadata)


def refused_modal(told: str, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Why nothing was changed, where there is no field to say it at."""
    texts = reader.texts
    return modal(
        texts.plain("setup_choose_groups"),
        None,
        texts.plain("setup_done"),
        callback_id=GROUPS_LISTED,
        metadata=metadata,
        blocks=[section([escape(told, LONGEST_SECTION // 2)])],
    )


def refusal_text(refused: GroupRefused, reader: Reader) -> str:
    """Why it cannot be done, in the reader's language."""
    return reader.texts.plain(_FAULTS.get(refused.fault, "groups_gone"))


def _called(name: str) -> Mrkdwn:
    return bold(name) or Mrkdwn("—")


def _told(key: str, outcome: Outcome | None, reader: Reader) -> list[Block]:
    if outcome is None:
        return []
    texts = reader.texts
    lines = [texts.count(key, outcome.changed)]
    lines += [texts.count("groups_passed_over", outcome.passed_over)] if outcome.passed_over else []
    if outcome.bad:
        named = fit((escape(one, LONGEST_BAD) for one in outcome.bad), LONGEST_SECTION // 2, ", ")
        lines.append(texts("groups_bad", names=named))
    return [section(lines)]


def _name(name: str, reader: Reader) -> Block:
    shown = plain(name, LONGEST_NAME)
    initial = {"initial_value": shown} if shown else {}
    element = {"type": "plain_text_input", "max_length": LONGEST_NAME, **initial}
    return input_block(reader.texts.plain("groups_name"), NAME, element)


def _who(reader: Reader, *, optional: bool = False) -> Block:
    element = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_WHO}
    asked = input_block(reader.texts.plain("groups_who"), WHO, element, optional=optional)
    return asked | {"hint": {"type": "plain_text", "text": reader.texts.plain("groups_who_hint"), "emoji": False}}


def _form(
    title: str, submit: str, callback_id: str, blocks: list[Block], reader: Reader, metadata: str
) -> dict[str, Any]:
    texts = reader.texts
    return modal(
        texts.plain(title),
        texts.plain(submit),
        texts.plain("cancel"),
        callback_id=callback_id,
        metadata=metadata,
        blocks=blocks,
    )
