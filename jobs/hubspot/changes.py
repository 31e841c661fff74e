"""What changed in HubSpot since a moment: found by its search, which lags, and never tells of deleted records."""

from datetime import datetime
from typing import Any, Final

from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.contacts import addresses_of
from jobs.hubspot.records import MERGED_IDS, BatchAnswer, Record
from jobs.hubspot.search import search_body
from storage.contacts import ContactState

PAGE: Final = 200


def changed_contacts(
    client: HubSpotClient, since: datetime, after: str | None, *, now: datetime
) -> tuple[ContactState, ...]:
    """
    The next contacts that changed, by rising id, with ids, addresses and moments; fewer than `PAGE`: the last ones.

    Paged by id instead of by HubSpot's cursor, which ends at 10,000 results. Raises: HubSpotTrouble.
    """
    properties = ("email", "hs_additional_emails", "lastmodifieddate", *MERGED_IDS)
    body = _body("lastmodifieddate", since, after, properties)
    found = client.ask(client.contact_search.do_search, body, into=BatchAnswer).results
    return tuple(_known(each, now) for each in found)


def changed_companies(client: HubSpotClient, since: datetime, after: str | None) -> tuple[str, ...]:
    """The ids of the next companies that changed, likewise."""
    body = _body("hs_lastmodifieddate", since, after, ())
    return tuple(str(each.id) for each in client.ask(client.company_search.do_search, body, into=BatchAnswer).results)


def _body(modified: str, since: datetime, after: str | None, properties: tuple[str, ...]) -> dict[str, Any]:
    filters = [{"propertyName": modified, "operator": "GTE", "value": str(int(since.timestamp() * 1000))}]
    if after is not None:
        filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": after})
    return search_body(filters, properties, PAGE)


def _known(record: Record, now: datetime) -> ContactState:
    addresses = tuple(addresses_of(record))
    old_ids, modified_at = tuple(record.old_ids()), record.modified_at()
    return ContactState(str(record.id), now, additional_emails=addresses, other_ids=old_ids, modified_at=modified_at)
