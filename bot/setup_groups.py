"""Target groups that are kept by hand: made, filled, emptied, renamed and deleted in modals."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from bot.blocks.elements import Message
from bot.blocks.groups_modals import (
    ADD,
    DELETE,
    NAME,
    OFFERED,
    RENAME,
    TAKE_OUT,
    WHO,
    Outcome,
    add_modal,
    delete_again_modal,
    delete_modal,
    groups_modal,
    groups_offer,
    new_group_modal,
    refusal_text,
    refused_modal,
    rename_modal,
    take_out_modal,
)
from bot.blocks.reader import Reader
from bot.command import Typed
from bot.desk import Place
from bot.modal import Submission
from bot.press import Press
from bot.setup import renew_checklist
from decisions.typed_addresses import TypedAddresses, read_addresses
from storage import Busy, Session, StoreDown, group_deleted, groups_by_hand, target_groups
from storage.groups_by_hand import LONGEST_NAME, GroupRefused
from storage.opt_outs import Hasher
from storage.target_groups import GroupView


class Chosen(msgspec.Struct, frozen=True):
    """
    What the modals carry: where the checklist stands that led here, if one did, and the group as it was called then.

    `group_id` is 0 in the list, and while the group is still to be made.
    """

    place: Place | None
    group_id: int = 0
    name: str = ""


async def answer(typed: Typed) -> Message:
    """What `/footlight groups` says. The groups stand in a modal, which takes a pressed button."""
    return groups_offer(typed.visit.reader)


async def open_list(press: Press) -> None:
    """*Groups by hand*: those that there are."""
    groups, reader = await press.desk.store.read(target_groups.by_hand), press.visit.reader
    chosen = Chosen(None if press.value == OFFERED else press.place)
    await press.open(lambda metadata: groups_modal(groups, reader, metadata=metadata), chosen)


async def begin(press: Press) -> None:
    """*New group*: its name, and who is in it."""
    reader = press.visit.reader
    chosen = Chosen(press.carried(Chosen).place)
    await press.open(lambda metadata: new_group_modal(reader, metadata=metadata), chosen)


async def menu(press: Press) -> None:
    """An entry of a group's menu opens what it asks, on top of the list."""
    what, _, asked = press.value.partition(" ")
    groups, reader = await press.desk.store.read(target_groups.by_hand), press.visit.reader
    group = next((one for one in groups if str(one.id) == asked), None)
    if group is None:
        await press.tell("groups_gone")
        return
    chosen = Chosen(press.carried(Chosen).place, group.id, group.name[:LONGEST_NAME])
    if what == DELETE:
        campaigns = await press.desk.store.read(group_deleted.campaigns_for, group.id)
        await press.open(lambda metadata: delete_modal(group, campaigns, reader, metadata=metadata), chosen)
    elif what in _FORMS:
        await press.open(lambda metadata: _FORMS[what](group, reader, metadata), chosen)


_FORMS: Final[Mapping[str, Callable[[GroupView, Reader, str], dict[str, Any]]]] = {
    ADD: lambda group, reader, metadata: add_modal(group.name, None, reader, metadata=metadata),
    TAKE_OUT: lambda group, reader, metadata: take_out_modal(group.name, None, reader, metadata=metadata),
    RENAME: lambda group, reader, metadata: rename_modal(group.name, reader, metadata=metadata),
}


async def made(submission: Submission) -> None:
    """*Save* of a new group: the good addresses are in it; what was none stands where more can be added."""
    typed, name = _typed(submission), str(submission.answers[NAME].get("value") or "")
    chosen = submission.carried(Chosen)
    done = await _done(submission, NAME, _make, chosen, name, typed, submission.desk.hasher)
    if done is not None:
        group, outcome = done
        await _added(group, outcome, submission)


async def added(submission: Submission) -> None:
    """*Save* of addresses that are put into a group."""
    chosen = submission.carried(Chosen)
    outcome = await _done(submission, WHO, _put_in, chosen, _typed(submission), submission.desk.hasher)
    if outcome is not None:
        await _added(chosen, outcome, submission)


async def taken_out(submission: Submission) -> None:
    """*Save* of addresses whose people are taken out of a group."""
    chosen, typed, reader = submission.carried(Chosen), _typed(submission), submission.visit.reader
    outcome = await _done(submission, WHO, _take_out, chosen, typed, submission.desk.hasher)
    if outcome is None:
        return
    if outcome.bad or outcome.changed < len(typed.emails):
        await submission.become(take_out_modal(chosen.name, outcome, reader, metadata=_carrying(chosen)))
    else:
        await submission.close()
    await _renew(chosen, submission)


async def renamed(submission: Submission) -> None:
    """*Save* of another name."""
    chosen, name = submission.carried(Chosen), str(submission.answers[NAME].get("value") or "")
    if await _done(submission, NAME, _rename, chosen, name) is not None:
        await submission.close()
        await _renew(chosen, submission)


async def deletion_asked(submission: Submission) -> None:
    """*Delete*: asks once more."""
    chosen, reader = submission.carried(Chosen), submission.visit.reader
    await submission.become(delete_again_modal(chosen.name, reader, metadata=_carrying(chosen)))


async def deletion_confirmed(submission: Submission) -> None:
    """*Delete for good*."""
    chosen = submission.carried(Chosen)
    if await _done(submission, "", _delete, chosen) is not None:
        await submission.close()
    await _renew(chosen, submission)


async def _added(chosen: Chosen, outcome: Outcome, submission: Submission) -> None:
    if outcome.bad or outcome.passed_over:
        reader = submission.visit.reader
        await submission.become(add_modal(chosen.name, outcome, reader, metadata=_carrying(chosen)))
    else:
        await submission.close()
    await _renew(chosen, submission)


async def _done(submission: Submission, question: str, work: Callable[..., Any], *given: Any) -> Any:
    """What `work` gives back from its transaction; None: nothing was changed, and the modal says why."""
    desk, reader = submission.desk, submission.visit.reader
    try:
        return await desk.store.write(work, *given, actor=submission.visit.actor, now=desk.now())
    except GroupRefused as refused:
        told = refusal_text(refused, reader)
    except (StoreDown, Busy):
        told = reader.texts.plain("store_down")
    if question:
        await submission.object(question, told)
    else:
        await submission.become(refused_modal(told, reader, metadata=submission.view["private_metadata"]))
    return None


async def _renew(chosen: Chosen, submission: Submission) -> None:
    """The list of groups and the checklist, as they are now."""
    desk, reader = submission.desk, submission.visit.reader
    if list_id := submission.view.get("previous_view_id"):
        groups = await desk.store.read(target_groups.by_hand)
        view = groups_modal(groups, reader, metadata=_carrying(Chosen(chosen.place)))
        await submission.client.views_update(view_id=list_id, view=view)
    if chosen.place:
        await renew_checklist(chosen.place, submission.visit, submission.client, desk)


def _carrying(chosen: Chosen) -> str:
    return msgspec.json.encode(chosen).decode()


def _typed(submission: Submission) -> TypedAddresses:
    return read_addresses(str(submission.answers[WHO].get("value") or ""))


def _make(
    session: Session, chosen: Chosen, name: str, typed: TypedAddresses, hasher: Hasher, *, actor: str, now: datetime
) -> tuple[Chosen, Outcome]:
    group_id = groups_by_hand.create(session, name, actor=actor, now=now)
    made_so = Chosen(chosen.place, group_id, groups_by_hand.require_by_hand(session, group_id).name)
    return made_so, _put_in(session, made_so, typed, hasher, actor=actor, now=now)


def _put_in(
    session: Session, chosen: Chosen, typed: TypedAddresses, hasher: Hasher, *, actor: str, now: datetime
) -> Outcome:
    group_id = chosen.group_id
    groups_by_hand.require_named(session, group_id, chosen.name)
    before = groups_by_hand.members_of(session, group_id)
    told = groups_by_hand.add(session, group_id, typed.emails, (), hasher=hasher, now=now)
    added = len(told.members - before) + len(told.new_emails)
    if added:
        groups_by_hand.note_changed(session, group_id, added=added, removed=0, actor=actor, now=now)
    return Outcome(added, told.held_back + told.opted_out + told.deleted, typed.bad)


def _take_out(
    session: Session, chosen: Chosen, typed: TypedAddresses, hasher: Hasher, *, actor: str, now: datetime
) -> Outcome:
    group_id = chosen.group_id
    groups_by_hand.require_named(session, group_id, chosen.name)
    meant = groups_by_hand.meant(session, typed.emails, (), hasher).members
    leaving = meant & groups_by_hand.members_of(session, group_id)
    groups_by_hand.remove(session, group_id, leaving)
    if len(leaving):
        groups_by_hand.note_changed(session, group_id, added=0, removed=len(leaving), actor=actor, now=now)
    return Outcome(len(leaving), bad=typed.bad)


def _rename(session: Session, chosen: Chosen, name: str, *, actor: str, now: datetime) -> str:
    groups_by_hand.require_named(session, chosen.group_id, chosen.name)
    return groups_by_hand.rename(session, chosen.group_id, name, actor=actor, now=now)


def _delete(session: Session, chosen: Chosen, *, actor: str, now: datetime) -> bool:
    groups_by_hand.require_named(session, chosen.group_id, chosen.name)
    group_deleted.delete_group(session, chosen.group_id, actor=actor, now=now)
    return True
