"""Hints answered: HubSpot's present state of contacts that webhooks named becomes ours, where it is ours to keep."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from storage import inbox, staging, target_groups
from storage.addresses import Address
from storage.contacts import Contact, ContactState, wanted_by_us
from storage.contacts_arrived import Stored, mark_missing, store_states
from storage.inbox import ClaimedHint
from storage.leads import Lead
from storage.opt_outs import Hasher


@dataclass(frozen=True, slots=True)
class ContactsToday:
    """
    What HubSpot said of some contacts.

    `missing`: ids that it knows neither as live nor as deleted. `lists`: by present id, the HubSpot lists that a live
    contact is in; who is not named there keeps the groups they are in. `asked_at`: the moment before all questions.
    """

    asked_at: datetime
    states: Sequence[ContactState]
    missing: Collection[str] = ()
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)


def store_today(
    session: Session, today: ContactsToday, hints: Sequence[ClaimedHint], *, hasher: Hasher, now: datetime
) -> Stored:
    """Keep those that we hold, that a mirrored list holds, or whose address is a lead's; the hints are applied."""
    mirrors = target_groups.imported_lists(session)
    held = wanted_by_us(session, {id_ for state in today.states for id_ in state.ids})
    leads = _leads(session, {email for state in today.states for email in state.emails})
    listed = {id_ for id_, lists in today.lists.items() if not mirrors.keys().isdisjoint(lists)}

    def is_ours(state: ContactState) -> bool:
        is_news = state.hubspot_id in listed or not leads.isdisjoint(state.emails)
        return not held.isdisjoint(state.ids) or (is_news and not state.is_deleted)

    ours = [state for state in today.states if is_ours(state)]
    stored = store_states(session, ours, hasher=hasher, now=now)
    mark_missing(session, today.missing, today.asked_at)
    _place(session, [state for state in ours if state.hubspot_id in today.lists], today, mirrors, stored)
    inbox.applied(session, hints)
    return stored


def _place(
    session: Session, states: Sequence[ContactState], today: ContactsToday, mirrors: Mapping[str, int], stored: Stored
) -> None:
    """Into the groups that mirror their lists; also on the stage, where a pass may stand that read an older state."""
    contact_ids = {
        state.hubspot_id: id_ for state in states if (id_ := stored.contact_ids.get(state.hubspot_id)) is not None
    }
    shown = _shown(session, contact_ids.values())
    for state in states:
        contact_id = contact_ids.get(state.hubspot_id)
        if contact_id is not None and contact_id in shown:
            groups = {mirrors[each] for each in today.lists[state.hubspot_id] if each in mirrors}
            target_groups.place_contact(session, contact_id, groups, now=today.asked_at)
            staging.unstage(session, state.ids, set(mirrors.values()) - groups)


def _shown(session: Session, contact_ids: Collection[int]) -> set[int | None]:
    query = select(Contact.id).where(col(Contact.id).in_(contact_ids))
    return set(session.exec(query.where(col(Contact.deleted_at).is_(None), col(Contact.hidden_at).is_(None))))


def _leads(session: Session, emails: Collection[str]) -> set[str]:
    query = select(Address.email).join(Lead, col(Lead.address_id) == col(Address.id))
    return set(session.exec(query.where(col(Address.email).in_(emails))))
