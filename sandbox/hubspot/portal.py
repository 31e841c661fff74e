"""A HubSpot portal: its CRM and settings, what people do in it, and the webhooks and the journal that tell of it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from sandbox.exchanges import OnExchange
from sandbox.hubspot.crm import Crm
from sandbox.hubspot.events import Change
from sandbox.hubspot.faults import Faults
from sandbox.hubspot.journal import Journal
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.member_pages import MemberPages
from sandbox.hubspot.records import ObjectType, Record
from sandbox.hubspot.webhooks import Webhooks


class Portal:
    """
    Webhooks go to `webhook_url`, those of list workflows to `webhook_url + "/lists?list=ID"`; both can be set
    later on `webhooks`. `search_lag` is in seconds: so long a change is unknown to searches.
    """

    def __init__(
        self,
        crm: Crm,
        *,
        token: str,
        client_secret: str,
        client_id: str = "app-of-the-sandbox",
        portal_id: int,
        webhook_url: str | None = None,
        scopes: Iterable[str],
        limits: Limits | None = None,
        time_zone: str = "Europe/Berlin",
        search_lag: float = 0.0,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.crm = crm
        self.token = token
        self.portal_id = portal_id
        self.scopes = frozenset(scopes)
        self.limits = limits or Limits()
        self.time_zone = time_zone
        self.search_lag = search_lag
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        """Requests by endpoint name, refused ones too; `unknown` for paths that are none of ours."""
        self.member_pages = MemberPages()
        self.on_exchange = on_exchange
        self.webhooks = Webhooks(client_secret, portal_id, on_exchange=on_exchange)
        self.journal = Journal(client_id, client_secret, portal_id)
        self.port = 0
        """Where its API listens; 0 before it does."""
        self.send_webhooks_to(webhook_url)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send_webhooks_to(self, url: str | None) -> None:
        self.webhooks.url = url
        self.webhooks.list_url = None if url is None else url + "/lists?list={list_id}"

    def announce(self, change: Change) -> Change:
        """Sends the webhooks of a change made on `crm`, and keeps it in the journal."""
        self.journal.note(change, self.crm.now())
        self.webhooks.announce(change.app_events, change.list_events)
        return change

    def create_contact(self, properties: Mapping[str, str]) -> Record:
        record = self.announce(self.crm.create("contacts", properties)).record
        assert record is not None
        return record

    def change_contact(self, contact_id: int, properties: Mapping[str, str]) -> Change:
        return self.announce(self.crm.change("contacts", contact_id, properties))

    def change_company(self, company_id: int, properties: Mapping[str, str]) -> Change:
        return self.announce(self.crm.change("companies", company_id, properties))

    def delete(self, record_id: int, object_type: ObjectType = "contacts") -> Change:
        return self.announce(self.crm.delete(object_type, record_id))

    def restore(self, record_id: int, object_type: ObjectType = "contacts") -> Change:
        return self.announce(self.crm.restore(object_type, record_id))

    def merge(self, primary_id: int, loser_id: int, object_type: ObjectType = "contacts") -> Record:
        record = self.announce(self.crm.merge(object_type, primary_id, loser_id)).record
        assert record is not None
        return record

    def privacy_delete(self, contact_id: int) -> Change:
        return self.announce(self.crm.privacy_delete(contact_id))

    def associate(self, contact_id: int, company_id: int, *, primary: bool = False) -> Change:
        return self.announce(self.crm.associate(contact_id, company_id, primary=primary))

    def dissociate(self, contact_id: int, company_id: int) -> Change:
        return self.announce(self.crm.dissociate(contact_id, company_id))

    def add_to_list(self, list_id: int, *record_ids: int) -> Change:
        return self.announce(self.crm.add_to_list(list_id, record_ids))

    def remove_from_list(self, list_id: int, *record_ids: int) -> Change:
        return self.announce(self.crm.remove_from_list(list_id, record_ids))

    def move(self, record_id: int, from_list: int, to_list: int) -> Change:
        return self.announce(self.crm.move(record_id, from_list, to_list))
