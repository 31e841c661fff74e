"""The table of endpoints: one row each, served under the old paths (v3, v4) and the dated ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sandbox.hubspot import (
    associations_api,
    journal_api,
    lists_api,
    memberships_api,
    notes_api,
    objects_api,
    portal_api,
    search_api,
)
from sandbox.hubspot.call import Answer, Call

DATED_VERSIONS = ("2026-03", "2026-09")

BASES: Mapping[str, tuple[str, str]] = {
    "contacts": ("/crm/v3/objects/contacts", "/crm/objects/{version}/contacts"),
    "notes": ("/crm/v3/objects/notes", "/crm/objects/{version}/notes"),
    "companies": ("/crm/v3/objects/companies", "/crm/objects/{version}/companies"),
    "associations": ("/crm/v4/associations", "/crm/associations/{version}"),
    "lists": ("/crm/v3/lists", "/crm/lists/{version}"),
    "owners": ("/crm/v3/owners", "/crm/owners/{version}"),
    "properties": ("/crm/v3/properties", "/crm/properties/{version}"),
    "account": ("/account-info/v3", "/account-info/{version}"),
    "oauth": ("/oauth/v1", "/oauth/{version}"),
    "journal": ("/webhooks-journal/journal/v4", "/webhooks-journal/journal/{version}"),
    "subscriptions": ("/webhooks-journal/subscriptions/v4", "/webhooks-journal/subscriptions/{version}"),
}
"""(old, dated) beginning of the paths of each API; the first word of an endpoint's name says which."""

CONTACTS = ("crm.objects.contacts.read",)
CONTACTS_WRITE = ("crm.objects.contacts.write",)
COMPANIES = ("crm.objects.companies.read",)
EITHER = CONTACTS + COMPANIES
SCHEMAS = ("crm.schemas.contacts.read", "crm.schemas.companies.read")
LISTS = ("crm.lists.read",)
LISTS_WRITE = ("crm.lists.write",)
OWNERS = ("crm.objects.owners.read",)

ALL_SCOPES = frozenset(CONTACTS + CONTACTS_WRITE + COMPANIES + SCHEMAS + LISTS + LISTS_WRITE + OWNERS)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    Any one of `scopes` suffices; none means that every token may. `exempt`: outside the ten-second limit.

    `bearer`: whose token it takes, the portal's, the app's own, or none.
    """

    name: str
    method: str
    tail: str
    scopes: tuple[str, ...]
    answer: Callable[[Call], Answer]
    exempt: bool = False
    bearer: Literal["portal", "app", "nobody"] = "portal"

    @property
    def is_search(self) -> bool:
        return self.name in ("contacts.search", "companies.search")

    def paths(self) -> Iterator[tuple[str, bool]]:
        """Every path it is served under, and whether that is a dated one. A bare base also takes a slash at its end."""
        old, dated = BASES[self.name.split(".")[0]]
        bases = [(old, False), *((dated.format(version=version), True) for version in DATED_VERSIONS)]
        for base, is_dated in bases:
            yield base + self.tail, is_dated
            if not self.tail:
                yield base + "/", is_dated


def _contacts(handler: Callable[..., Answer]) -> Callable[[Call], Answer]:
    return partial(handler, object_type="contacts")


def _companies(handler: Callable[..., Answer]) -> Callable[[Call], Answer]:
    return partial(handler, object_type="companies")


def _of_the_app(name: str, method: str, tail: str, answer: Callable[[Call], Answer]) -> Endpoint:
    return Endpoint(name, method, tail, (), answer, exempt=True, bearer="app")


ENDPOINTS = (
    Endpoint("contacts.batch_read", "POST", "/batch/read", CONTACTS, _contacts(objects_api.batch_read)),
    Endpoint("contacts.search", "POST", "/search", CONTACTS, _contacts(search_api.search), exempt=True),
    Endpoint("contacts.merge", "POST", "/merge", CONTACTS_WRITE, _contacts(objects_api.merge)),
    Endpoint("contacts.gdpr_delete", "POST", "/gdpr-delete", CONTACTS_WRITE, objects_api.gdpr_delete),
    Endpoint("contacts.create", "POST", "", CONTACTS_WRITE, _contacts(objects_api.create)),
    Endpoint("contacts.read", "GET", "/{id}", CONTACTS, _contacts(objects_api.read_one)),
    Endpoint("contacts.update", "PATCH", "/{id}", CONTACTS_WRITE, _contacts(objects_api.update)),
    Endpoint("contacts.archive", "DELETE", "/{id}", CONTACTS_WRITE, _contacts(objects_api.archive)),
    Endpoint("notes.create", "POST", "", CONTACTS_WRITE, notes_api.create),
    Endpoint("notes.update", "PATCH", "/{id}", CONTACTS_WRITE, notes_api.update),
    Endpoint("notes.batch_read", "POST", "/batch/read", CONTACTS, notes_api.batch_read),
    Endpoint("companies.batch_read", "POST", "/batch/read", COMPANIES, _companies(objects_api.batch_read)),
    Endpoint("companies.search", "POST", "/search", COMPANIES, _companies(search_api.search), exempt=True),
    Endpoint("companies.read", "GET", "/{id}", COMPANIES, _companies(objects_api.read_one)),
    Endpoint(
        "associations.batch_read", "POST", "/{from}/{to}/batch/read", EITHER, associations_api.batch_read, exempt=True
    ),
    Endpoint("lists.search", "POST", "/search", LISTS, lists_api.search),
    Endpoint("lists.read_many", "GET", "", LISTS, lists_api.read_many),
    Endpoint("lists.create", "POST", "", LISTS_WRITE, lists_api.create),
    Endpoint("lists.by_name", "GET", "/object-type-id/{type}/name/{name}", LISTS, lists_api.by_name),
    Endpoint("lists.of_record", "GET", "/records/{type}/{record_id}/memberships", LISTS, memberships_api.of_record),
    Endpoint("lists.read", "GET", "/{list_id}", LISTS, lists_api.read_one),
    Endpoint("lists.delete", "DELETE", "/{list_id}", LISTS_WRITE, lists_api.delete),
    Endpoint("lists.memberships", "GET", "/{list_id}/memberships", LISTS, memberships_api.page),
    Endpoint("lists.add_members", "PUT", "/{list_id}/memberships/add", LISTS_WRITE, memberships_api.add),
    Endpoint("lists.remove_members", "PUT", "/{list_id}/memberships/remove", LISTS_WRITE, memberships_api.remove),
    Endpoint("owners.page", "GET", "", OWNERS, portal_api.owners),
    Endpoint("owners.read", "GET", "/{id}", OWNERS, portal_api.owner),
    Endpoint("properties.all", "GET", "/{type}", EITHER + SCHEMAS, portal_api.properties),
    Endpoint("account.details", "GET", "/details", (), portal_api.account_details),
    Endpoint("oauth.token", "POST", "/token", (), journal_api.sign_in, exempt=True, bearer="nobody"),
    _of_the_app("subscriptions.all", "GET", "", journal_api.subscriptions),
    _of_the_app("subscriptions.upsert", "POST", "", journal_api.subscribe),
    _of_the_app("subscriptions.delete", "DELETE", "/{id}", journal_api.unsubscribe),
    _of_the_app("journal.earliest", "GET", "/earliest", journal_api.earliest),
    _of_the_app("journal.latest", "GET", "/latest", journal_api.latest),
    _of_the_app("journal.next", "GET", "/offset/{offset}/next", journal_api.after),
)
