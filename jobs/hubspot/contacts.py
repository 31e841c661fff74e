"""Contacts as HubSpot holds them: read by id or address, created, looked for before they are forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import structlog

from decisions.addresses import NotAnAddress, normalise
from jobs.hubspot.associations import read_primary_companies
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.records import MERGED_IDS, BatchAnswer, Record, is_id, read_records, refuse_other_errors
from jobs.hubspot.search import search_body
from jobs.hubspot.trouble import Refused, ScopeMissing
from storage.contact_properties import ALWAYS_HELD
from storage.contacts import ContactState

log = structlog.get_logger()

CONTACTS: Final = "0-1"
# Of so many contacts HubSpot tells the companies in one request.
CHUNK: Final = 1000

_ASKED_FOR_THE_REST: Final = (
    "email",
    "hs_additional_emails",
    "associatedcompanyid",
    "createdate",
    "lastmodifieddate",
    *MERGED_IDS,
)


@dataclass(frozen=True, slots=True)
class ContactAnswers:
    """`missing`: the asked ids that HubSpot knows neither as live nor as deleted."""

    found: tuple[ContactState, ...]
    missing: frozenset[str]


class _Made(msgspec.Struct):
    id: str | int


class _Membership(msgspec.Struct):
    listId: str | int


class _Memberships(msgspec.Struct):
    results: list[_Membership]


def read_contacts(
    client: HubSpotClient, ids: Iterable[str], properties: Sequence[str], *, now: datetime
) -> ContactAnswers:
    """
    The present state of contacts, deleted ones too; ids that were merged away lead to the contact that exists now.

    Costs a request for 100 ids, another for 100 that are not live, and one for the companies of 1000: many ids are best
    asked for in thousands.

    Args:
        properties: HubSpot's internal names; those in `ALWAYS_HELD` are read anyway. Unknown names are passed over.
        now: the moment before the call, kept as `asked_at`.

    Raises:
        HubSpotTrouble: nothing is concluded about any id.
    """
    kept = tuple(dict.fromkeys((*ALWAYS_HELD, *properties)))
    asked = tuple(dict.fromkeys((*kept, *_ASKED_FOR_THE_REST)))
    records = read_records(client, client.contact_batches.read, ids, asked)
    companies = _companies(client, [each for each in records.each() if not each.archived])
    asked_ids = records.asked_ids()
    found = tuple(
        _state(each, kept, asked_ids[str(each.id)], companies.get(str(each.id)), now) for each in records.each()
    )
    return ContactAnswers(found, records.missing)


def find_contact_by_email(
    client: HubSpotClient, email: str, properties: Sequence[str], *, now: datetime
) -> ContactState | None:
    """
    The live contact whose primary or additional address this is (normalised); None if there is none.

    New addresses are known to the search for additional ones only after a few moments.
    """
    contact_id = _id_by_primary(client, email) or _id_by_search(client, email)
    if contact_id is None:
        return None
    found = read_contacts(client, [contact_id], properties, now=now).found
    return next((each for each in found if email in (each.email, *each.additional_emails)), None)


def create_contact(client: HubSpotClient, email: str, properties: Mapping[str, str]) -> str:
    """
    Makes a contact; returns its id, or that of the contact which has the address already.

    Raises:
        ScopeMissing: naming `crm.objects.contacts.write`.
        Refused: also when the portal's own rules demand other properties.
    """
    body = {"properties": {**properties, "email": email}, "associations": []}
    try:
        return str(client.ask(client.contacts.create, body, into=_Made).id)
    except Refused as refused:
        if refused.status != 409:
            raise
        existing_id = refused.existing_id or _id_by_primary(client, email)
        if existing_id is None:
            raise
        log.info("contact exists in HubSpot already", hubspot_id=existing_id)
        return existing_id


def set_property(client: HubSpotClient, hubspot_id: str, name: str, value: str) -> None:
    """
    Gives a live contact another value of one property; the same again changes nothing.

    Raises:
        ScopeMissing: naming `crm.objects.contacts.write`.
        NotFound: HubSpot holds no live contact under this id.
        Refused: also when it defines no such property, or the property does not take the value.
    """
    client.ask(client.contacts.update, hubspot_id, {"properties": {name: value}}, into=_Made)


def memberships_of(client: HubSpotClient, hubspot_id: str) -> frozenset[str]:
    """
    The ids of the HubSpot lists that a live contact is in.

    Raises:
        NotFound: HubSpot may say so of a contact it does not hold; that does not mean it left its lists.
    """
    answer = client.ask(client.memberships.get_lists, CONTACTS, hubspot_id, into=_Memberships)
    return frozenset(str(each.listId) for each in answer.results)


def _companies(client: HubSpotClient, live: Sequence[Record]) -> dict[str, str]:
    """
    The primary associations; without the scope for them `associatedcompanyid` must do.

    That property costs nothing, but HubSpot does not document how soon it follows.
    """
    try:
        return read_primary_companies(client, [str(each.id) for each in live])
    except ScopeMissing as missing:
        log.warning("company associations not readable, associatedcompanyid is taken", scopes=missing.scopes)
        return {str(each.id): company for each in live if (company := _stated_company(each))}


def _state(
    record: Record, kept: Sequence[str], asked_ids: Sequence[str], company_id: str | None, now: datetime
) -> ContactState:
    hubspot_id = str(record.id)
    addresses = addresses_of(record)
    other_ids = dict.fromkeys([*asked_ids, *record.old_ids()])
    primary = addresses[0] if addresses and addresses[0] == _normalised(record.text("email")) else None
    return ContactState(
        hubspot_id=hubspot_id,
        asked_at=now,
        email=primary,
        additional_emails=tuple(each for each in addresses if each != primary),
        properties={name: record.text(name) for name in kept if name in record.properties},
        other_ids=tuple(each for each in other_ids if each != hubspot_id),
        company_id=_stated_company(record) if record.archived else company_id,
        is_deleted=record.archived,
        created_at=record.created_at(),
        modified_at=record.modified_at(),
    )


def addresses_of(record: Record) -> list[str]:
    """Normalised, each once; what is no address is left out."""
    written = [record.text("email"), *(record.text("hs_additional_emails") or "").split(";")]
    return list(dict.fromkeys(each for each in map(_normalised, written) if each))


def _normalised(text: str | None) -> str | None:
    try:
        return normalise(text) if text else None
    except NotAnAddress:
        return None


def _stated_company(record: Record) -> str | None:
    company_id = record.text("associatedcompanyid")
    return company_id if company_id and is_id(company_id) else None


def _id_by_primary(client: HubSpotClient, email: str) -> str | None:
    """In the body of a batch read, since a path with an address would stand in logs."""
    body = {"inputs": [{"id": email}], "properties": [], "propertiesWithHistory": [], "idProperty": "email"}
    answer = client.ask(client.contact_batches.read, body, into=BatchAnswer)
    refuse_other_errors(answer.errors)
    return _first_id(answer)


def _id_by_search(client: HubSpotClient, email: str) -> str | None:
    found = {"propertyName": "hs_additional_emails", "operator": "CONTAINS_TOKEN", "value": email}
    answer = client.ask(client.contact_search.do_search, search_body([found], (), 1), into=BatchAnswer)
    return _first_id(answer)


def _first_id(answer: BatchAnswer) -> str | None:
    return str(answer.results[0].id) if answer.results else None
