"""Companies as HubSpot holds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from decisions.addresses import NotAnAddress, normalise_domain
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.records import MERGED_IDS, Record, read_records
from storage.companies import CompanyState

READ: Final = ("name", "domain", "hs_additional_domains", "industry", "numberofemployees")


@dataclass(frozen=True, slots=True)
class CompanyAnswers:
    """`missing`: neither live nor deleted. `merged`: asked ids that lead to another company now, and its id."""

    found: tuple[CompanyState, ...]
    missing: frozenset[str]
    merged: Mapping[str, str] = field(default_factory=dict)


def read_companies(client: HubSpotClient, ids: Iterable[str], *, now: datetime) -> CompanyAnswers:
    """The present state of companies, deleted ones too, 100 a request. Raises: HubSpotTrouble."""
    records = read_records(client, client.company_batches.read, ids, (*READ, *MERGED_IDS))
    merged = {asked: str(record.id) for asked, record in records.by_asked_id.items() if asked != str(record.id)}
    return CompanyAnswers(tuple(_state(each, now) for each in records.each()), records.missing, merged)


def _state(record: Record, now: datetime) -> CompanyState:
    return CompanyState(
        hubspot_id=str(record.id),
        asked_at=now,
        name=record.text("name") or "",
        domains=_domains(record),
        industry=record.text("industry"),
        size=record.text("numberofemployees"),
        is_deleted=record.archived,
    )


def _domains(record: Record) -> tuple[str, ...]:
    written = [record.text("domain") or "", *(record.text("hs_additional_domains") or "").split(";")]
    return tuple(dict.fromkeys(domain for each in written if (domain := _normalised(each))))


def _normalised(text: str) -> str | None:
    try:
        return normalise_domain(text)
    except NotAnAddress:
        return None
