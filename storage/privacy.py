"""Privacy: forgetting all we hold of a person, save the hashes that keep them forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, union_all, update
from sqlmodel import Session, col, select

from storage import (
    account_activities,
    audit,
    erased_bytes,
    follows,
    kept_totals,
    opt_outs,
    opt_outs_waiting,
    outbox,
    person_passing,
    posted,
)
from storage.accounts import Account, AccountDomain
from storage.address_claims import LostClaim
from storage.addresses import Address
from storage.audit import AuditEntry
from storage.campaigns import CampaignAccount
from storage.companies import Company
from storage.contacts import Contact, ContactId, contact_ids, take_turns
from storage.feed import Activity
from storage.follows import Follow, FollowedClicks
from storage.kept_totals import KeptCount
from storage.lead_notes import LeadNote
from storage.leads import Lead
from storage.opt_out_asked import keys_of_contacts, opt_out
from storage.opt_outs import Hasher, KeyKind, PersonKeys
from storage.opt_outs_waiting import OptOutWaiting
from storage.outbox import Due
from storage.performance import Counter
from storage.posted import Message, Posted
from storage.privacy_requests import PrivacyRequest
from storage.target_groups import GroupAccount, GroupAddress, GroupMember
from storage.tracking import Event, LastSeen

# Every table that points at people is in one of these.
NAMED_BY_ADDRESS: Final[tuple[Any, ...]] = (
    *(Event, LastSeen, Counter, KeptCount, Activity, Lead, LeadNote, LostClaim, GroupAddress, OptOutWaiting),
    *(PrivacyRequest, FollowedClicks, Follow),
)
EMPTIED_OF_ADDRESS: Final[tuple[type[AuditEntry | Posted], ...]] = (AuditEntry, Posted)
NAMED_BY_CONTACT: Final[tuple[type[GroupMember | LostClaim | ContactId], ...]] = (GroupMember, LostClaim, ContactId)
USES_ACCOUNTS: Final[tuple[type[Address | Company | CampaignAccount | GroupAccount | Follow], ...]] = (
    *(Address, Company, CampaignAccount, GroupAccount, Follow),
)
OUT_OF_REACH: Final = (
    "answers in Slack that only one person saw",
    "what people wrote in Slack themselves, in threads too",
    "cards under links that people posted in Slack",
    "what people copied or exported from Slack",
    "backups of the database",
    "HubSpot itself",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """`messages_to_rewrite` in Slack are owed, in the background; `could_not_reach`: in words."""

    was_known: bool
    messages_to_rewrite: int
    could_not_reach: tuple[str, ...] = OUT_OF_REACH


def erase(session: Session, email: str, *, actor: str, hasher: Hasher, now: datetime) -> Erased:
    """
    Forget a normalised address and the contact it belongs to, and never store them again.

    Bytes remain in free pages and in the search index until `storage.database.forget_bytes` went through, which is owed
    in this transaction.
    """
    take_turns(session)
    row = session.exec(select(Address.id, Address.contact_id).where(Address.email == email)).first()
    address_id, contact_id = row or (None, None)
    if contact_id is not None:
        return erase_held(session, contact_id, actor=actor, hasher=hasher, now=now)
    keys = PersonKeys.of(hasher, emails=[email]).own
    _record(session, keys, actor, now)
    messages = _forget_addresses(session, [address_id], now) if address_id is not None else 0
    _note_erased(session, actor, now)
    return Erased(address_id is not None, messages)


def erase_contact(session: Session, hubspot_id: str, *, actor: str, hasher: Hasher, now: datetime) -> Erased:
    """`erase` by HubSpot id, held by us or not."""
    take_turns(session)
    contact_id = contact_ids(session, [hubspot_id]).get(hubspot_id)
    if contact_id is not None:
        return erase_held(session, contact_id, actor=actor, hasher=hasher, now=now)
    _record(session, {hasher.hubspot_id(hubspot_id): KeyKind.HUBSPOT_ID}, actor, now)
    _note_erased(session, actor, now)
    return Erased(False, 0)


def erase_held(session: Session, contact_id: int, *, actor: str, hasher: Hasher, now: datetime) -> Erased:
    """
    `erase` of a contact that we hold, by all its keys.

    An address that HubSpot gives to it and to another, who holds it here, is opted out and not erased: else the next
    pass would erase that other too.
    """
    lost = _lost_addresses(session, contact_id)
    for email in lost:
        opt_out(session, email, actor=actor, hasher=hasher, now=now)
    others = {hasher.address(email) for email in lost}
    keys = keys_of_contacts(session, [contact_id], hasher)[contact_id].own
    _record(session, {key: kind for key, kind in keys.items() if key not in others}, actor, now)
    addresses = select(Address.id).where(Address.contact_id == contact_id)
    messages = _forget_addresses(session, [id_ for id_ in session.exec(addresses) if id_ is not None], now)
    _forget_contact(session, contact_id)
    _note_erased(session, actor, now)
    return Erased(True, messages)


def _lost_addresses(session: Session, contact_id: int) -> Sequence[str]:
    query = select(Address.email).join(LostClaim, col(LostClaim.address_id) == col(Address.id))
    return session.exec(query.where(LostClaim.contact_id == contact_id)).all()


def _record(session: Session, keys: Mapping[bytes, KeyKind], actor: str, now: datetime) -> None:
    opt_outs.record(session, keys, actor, now, erased_at=now)
    opt_outs_waiting.forget(session, keys)


def _note_erased(session: Session, actor: str, now: datetime) -> None:
    audit.note(session, now=now, actor=actor, action="erased")
    erased_bytes.owe(session, now=now)


def _forget_addresses(session: Session, address_ids: Collection[int], now: datetime) -> int:
    """How many messages in Slack name them, and will be rewritten."""
    # On PostgreSQL nobody can hang a new event on them from here on.
    session.execute(select(Address.id).where(col(Address.id).in_(address_ids)).with_for_update())
    messages = _owe_rewrites(session, posted.naming(session, address_ids), now)
    kept_totals.fold(session, col(Event.address_id).in_(address_ids))
    person_passing.drop_owed(session, address_ids)
    follows.withdraw(session, address_ids)
    for table in NAMED_BY_ADDRESS:
        session.execute(delete(table).where(col(table.address_id).in_(address_ids)))
    for log in EMPTIED_OF_ADDRESS:
        session.execute(update(log).where(col(log.address_id).in_(address_ids)).values(address_id=None))
    account_ids = session.exec(select(Address.account_id).where(col(Address.id).in_(address_ids)).distinct()).all()
    session.execute(delete(Address).where(col(Address.id).in_(address_ids)))
    _forget_empty_accounts(session, [id_ for id_ in account_ids if id_ is not None])
    return messages


def _forget_empty_accounts(session: Session, account_ids: Collection[int]) -> None:
    """A domain may be one person's; it goes with the last of its addresses, unless somebody works with the account."""
    used: Any = union_all(
        *(select(table.account_id).where(col(table.account_id).in_(account_ids)) for table in USES_ACCOUNTS)
    )
    empty = set(account_ids).difference(session.execute(used).scalars())
    account_activities.forget(session, empty)
    session.execute(delete(AccountDomain).where(col(AccountDomain.account_id).in_(empty)))
    session.execute(delete(Account).where(col(Account.id).in_(empty)))


def take_back_what_was_told(session: Session, address_ids: Collection[int], now: datetime) -> None:
    """Take these people out of the messages that told what they did, and let no more of it be told."""
    told = [message for message in posted.naming(session, address_ids) if message.kind in TELLS_WHAT_THEY_DID]
    _owe_rewrites(session, told, now, why=ONLY_IN_GROUPS)
    person_passing.drop_owed(session, address_ids, TELLS_WHAT_THEY_DID)


ONLY_IN_GROUPS: Final = "only in groups"
TELLS_WHAT_THEY_DID: Final = (
    *(Due.LEAD_CHANGED, Due.ADD_TO_HUBSPOT, Due.NOTES_TO_HUBSPOT, Due.HUBSPOT_REFUSED),
    *(Due.ACTIVITY_CHANGED, Due.ACCOUNT_ACTIVE, Due.FOLLOWED_CLICKED, Due.DIGEST),
    Due.PERSON_FORGOTTEN,  # a card that stays, in a direct message or shared
)


def _owe_rewrites(session: Session, messages: Collection[Message], now: datetime, why: str = "") -> int:
    for message in messages:
        facts = {"channel": message.channel, "ts": message.ts, "kind": message.kind.value, "subject": message.subject}
        facts |= {"why": why} if why else {}
        destination = outbox.slack(message.channel)
        outbox.owe(session, Due.PERSON_FORGOTTEN, message.ts, destination=destination, now=now, facts=facts)
    return len(messages)


def _forget_contact(session: Session, contact_id: int) -> None:
    person_passing.forget_contact(session, contact_id)
    for table in NAMED_BY_CONTACT:
        session.execute(delete(table).where(col(table.contact_id) == contact_id))
    session.execute(delete(Contact).where(col(Contact.id) == contact_id))
