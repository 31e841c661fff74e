"""What passes through of a person: to be told of them, asked of HubSpot, or not to be used. It goes with them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Text, cast, delete, or_
from sqlmodel import Session, col, select

from storage.contacts import ContactId
from storage.dead_letters import DeadLetter
from storage.digests import DigestEntry
from storage.feed import Activity
from storage.inbox import Hint, HintKind
from storage.leads import Lead
from storage.outbox import Due, OutboxItem, OutboxState
from storage.privacy_requests import PrivacyRequest
from storage.subscriptions import Topic

# What an item of the outbox is about where it is about a person: the table whose id its subject is.
ABOUT: Final[Mapping[Due, Any]] = {
    Due.LEAD_CHANGED: Lead,
    Due.ADD_TO_HUBSPOT: Lead,
    Due.NOTES_TO_HUBSPOT: Lead,
    Due.HUBSPOT_REFUSED: Lead,
    Due.PRIVACY_ASKED: PrivacyRequest,
    Due.ACTIVITY_CHANGED: Activity,
}
# What digests tell of.
_DIGESTED: Final = {Topic.LEADS: Lead, Topic.FEED: Activity}


def hubspot_ids(session: Session, contact_id: int | None) -> Sequence[str]:
    """All ids that lead to a contact; none for nobody."""
    return session.exec(select(ContactId.hubspot_id).where(ContactId.contact_id == contact_id)).all()


def owed(session: Session, address_ids: Collection[int], contact_id: int | None) -> Iterable[OutboxItem]:
    """What is owed to Slack and HubSpot about these addresses and this contact."""
    of_addresses = [_about(kind, table, address_ids) for kind, table in ABOUT.items()]
    return session.exec(select(OutboxItem).where(or_(*of_addresses, _about_contact(contact_id)))).all()


def drop_owed(session: Session, address_ids: Collection[int], kinds: Collection[Due] = tuple(ABOUT)) -> None:
    """What was to be told of them and is not being sent yet. What is being sent is rewritten by its carrier."""
    for kind in ABOUT.keys() & kinds:
        session.execute(delete(OutboxItem).where(_about(kind, ABOUT[kind], address_ids), _NOT_BEING_SENT))
    for topic, table in _DIGESTED.items():
        session.execute(delete(DigestEntry).where(*_told_of(topic, table, address_ids)))


def digest_entries(session: Session, address_ids: Collection[int]) -> Iterable[DigestEntry]:
    """Where they stand in digests, or wait for one."""
    told = [_told_of(topic, table, address_ids) for topic, table in _DIGESTED.items()]
    return [row for where in told for row in session.exec(select(DigestEntry).where(*where))]


def hints(session: Session, hubspot_ids: Collection[str]) -> Iterable[Hint]:
    """What HubSpot told of them and was not looked at yet."""
    return session.exec(select(Hint).where(*_hinted(hubspot_ids))).all()


def dead_letters(session: Session, hubspot_ids: Collection[str]) -> Iterable[DeadLetter]:
    """What HubSpot told of them and could not be used."""
    return session.exec(select(DeadLetter).where(_buried(hubspot_ids))).all() if hubspot_ids else ()


def forget_contact(session: Session, contact_id: int) -> None:
    """Drop what passes through of a contact that is erased."""
    ids = hubspot_ids(session, contact_id)
    session.execute(delete(OutboxItem).where(_about_contact(contact_id), _NOT_BEING_SENT))
    session.execute(delete(Hint).where(*_hinted(ids)))
    if ids:
        session.execute(delete(DeadLetter).where(_buried(ids)))


_NOT_BEING_SENT: Final = col(OutboxItem.state) != OutboxState.SENDING


def _about(kind: Due, table: Any, address_ids: Collection[int]) -> Any:
    subjects = select(cast(table.id, Text)).where(table.address_id.in_(address_ids))
    return (col(OutboxItem.kind) == kind) & col(OutboxItem.subject).in_(subjects)


def _about_contact(contact_id: int | None) -> Any:
    note = (col(OutboxItem.kind) == Due.CLICKS_TO_HUBSPOT) & col(OutboxItem.subject).startswith(f"{contact_id}:")
    return note | ((col(OutboxItem.kind) == Due.OPT_OUT_TO_HUBSPOT) & (col(OutboxItem.subject) == str(contact_id)))


def _told_of(topic: Topic, table: Any, address_ids: Collection[int]) -> tuple[Any, Any]:
    subjects = select(table.id).where(table.address_id.in_(address_ids))
    return col(DigestEntry.topic) == topic, col(DigestEntry.subject).in_(subjects)


def _hinted(hubspot_ids: Collection[str]) -> tuple[Any, Any]:
    return col(Hint.kind) == HintKind.CONTACT, col(Hint.object_id).in_(hubspot_ids)


def _buried(hubspot_ids: Collection[str]) -> Any:
    # A list of ids as JSON's text; an id of another kind of record with the same digits goes too.
    ids = cast(col(DeadLetter.ids), Text)
    return or_(*(ids.contains(f'"{hubspot_id}"', autoescape=True) for hubspot_id in hubspot_ids))
