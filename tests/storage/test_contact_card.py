"""The contact card tells what people want to know of a contact."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from storage import Store, contact_properties, contacts, portal
from storage.companies import CompanyState, store_companies
from storage.contact_card import ContactCard, card_of_address
from storage.contact_properties import NoSuchProperty, PropertyDefinition, readable, store_definitions
from storage.leads import LeadCard
from storage.opt_out_asked import opt_out
from storage.owners import OwnerState, store_owners
from storage.tracking import EventKind
from tests.storage.people import HASHER, T0, a_state, at, become_lead, fetch, store_all

DEFINITIONS = (
    PropertyDefinition("jobtitle", "Position", "string"),
    PropertyDefinition("lifecyclestage", "Lifecycle Stage", "enumeration", {"customer": "Kunde"}),
    PropertyDefinition("notes_last_contacted", "Last Contacted", "datetime"),
    PropertyDefinition("birthday", "Birthday", "date"),
    PropertyDefinition("partner", "Partner", "owner"),
)
PROPERTIES = {
    "firstname": "Max",
    "lastname": "Mustermann",
    "jobtitle": "Head of Purchasing",
    "lifecyclestage": "customer",
    "notes_last_contacted": "2026-11-12T10:00:00Z",
    "hubspot_owner_id": "7",
    "birthday": "1980-02-01",
    "partner": "8",
    "phone": "",
}


def the_card(store: Store, email: str = "max@firma.de") -> ContactCard:
    card = store.read_now(card_of_address, email, HASHER)
    assert isinstance(card, ContactCard)
    return card


def test_card(store: Store) -> None:
    """Name, company, owner, addresses, the chosen properties as people read them, and the numbers."""
    store_all(
        store, a_state(properties=PROPERTIES, company_id="9", additional_emails=("m@privat.de",), other_ids=("400",))
    )
    store.write_now(store_companies, [CompanyState("9", T0, "Firma GmbH")])
    store.write_now(store_owners, [OwnerState("7", "Anna Becker", "anna@ours.de", False)])
    store.write_now(store_definitions, DEFINITIONS)
    store.write_now(portal.remember, "4711", now=T0, ui_domain="app-eu1.hubspot.com")
    fetch(store, "max@firma.de", EventKind.VIEW)
    fetch(store, "m@privat.de")

    card = the_card(store, "m@privat.de")

    assert (card.name, card.email, card.other_emails) == ("Max Mustermann", "max@firma.de", ("m@privat.de",))
    assert (card.company, card.owner, card.lifecycle) == ("Firma GmbH", "Anna Becker", "Kunde")
    assert [(one.label, one.value) for one in card.shown_properties] == [
        ("Position", "Head of Purchasing"),
        ("Lifecycle Stage", "Kunde"),
        ("Last Contacted", datetime(2026, 11, 12, 10, tzinfo=UTC)),
    ]
    assert (card.performance.views, card.performance.clicks) == (1, 1)
    assert card.properties == PROPERTIES
    assert card.hubspot_url == "https://app-eu1.hubspot.com/contacts/4711/record/0-1/501"
    assert (card.opted_out, card.deleted_at, card.asked_at) == (None, None, T0)


def test_chosen_properties(store: Store) -> None:
    """The admin's choice adds properties after the defaults, and hides some."""
    store.write_now(store_definitions, DEFINITIONS)
    store.write_now(store_owners, [OwnerState("8", "Bert Coy", None, False)])
    for name in ("partner", "birthday"):
        store.write_now(contact_properties.choose, name, actor="cli", now=T0)
    store.write_now(contact_properties.hide, "jobtitle", actor="cli", now=T0)
    store_all(store, a_state(properties=PROPERTIES))

    facts = {one.label: one.value for one in the_card(store).shown_properties}

    assert "Position" not in facts
    assert (facts["Birthday"], facts["Partner"]) == (date(1980, 2, 1), "Bert Coy")
    assert "jobtitle" not in store.read_now(contact_properties.held_names)
    assert {"birthday", "lastname"} < set(store.read_now(contact_properties.held_names))


def test_unknown_property_is_refused(store: Store) -> None:
    """A property that HubSpot does not define cannot be chosen, once it was asked."""
    store.write_now(contact_properties.choose, "not_asked_yet", actor="cli", now=T0)
    store.write_now(store_definitions, DEFINITIONS)

    with pytest.raises(NoSuchProperty, match="jobttle"):
        store.write_now(contact_properties.choose, "jobttle", actor="cli", now=T0)


def test_definitions_are_renewed(store: Store) -> None:
    """Labels follow HubSpot; what it no longer defines has its internal name; an empty answer changes nothing."""
    store.write_now(store_definitions, DEFINITIONS)
    store.write_now(store_definitions, [PropertyDefinition("jobtitle", "Stelle", "string")])
    store.write_now(store_definitions, [])

    labels = store.read_now(contact_properties.definitions_of, ["birthday", "jobtitle", "phone"])

    assert [one.label for one in labels] == ["birthday", "Stelle", "Phone"]


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("string", "a;b", "a;b"),
        ("date", "2026-11-12", date(2026, 11, 12)),
        ("date", "1795600000000", date(2026, 11, 25)),
        ("date", "soon", "soon"),
        ("datetime", "2026-11-12T10:00:00.123Z", datetime(2026, 11, 12, 10, 0, 0, 123000, tzinfo=UTC)),
        ("datetime", "99999999999999999999", "99999999999999999999"),
        ("enumeration", "a;c", "Alpha, c"),
        ("owner", "8", "Bert Coy"),
        ("owner", "9", "9"),
        ("bool", "true", "true"),
        ("number", "1.5", "1.5"),
        ("of tomorrow", "x", "x"),
    ],
)
def test_readable(kind: str, raw: str, expected: object) -> None:
    """Values are read by their kind; what is not of its kind stays as it came."""
    assert readable(PropertyDefinition("p", "P", kind, {"a": "Alpha"}), raw, {"8": "Bert Coy"}) == expected


def test_opted_out_card(store: Store) -> None:
    """The card of who opted out says since when and by whom, and keeps HubSpot's data."""
    store_all(store, a_state())
    store.write_now(opt_out, "max@firma.de", actor="slack:U1", hasher=HASHER, now=at(5))

    card = the_card(store)

    assert card.opted_out is not None
    assert (card.opted_out.since, card.opted_out.by, card.name) == (at(5), "slack:U1", "Max Mustermann")


def test_hidden_contact_has_no_card(store: Store) -> None:
    """A contact whose privacy deletion was told is shown nowhere."""
    store_all(store, a_state())

    assert store.write_now(contacts.hide, "501", T0)

    assert store.read_now(card_of_address, "max@firma.de", HASHER) is None
    assert not store.write_now(contacts.hide, "999", T0)


def test_lead_and_nobody(store: Store) -> None:
    """An address without contact shows its lead, else nobody."""
    become_lead(store, "joe@acme.example")

    lead = store.read_now(card_of_address, "joe@acme.example", HASHER)

    assert isinstance(lead, LeadCard)
    assert lead.email == "joe@acme.example"
    assert store.read_now(card_of_address, "nobody@acme.example", HASHER) is None


def test_unasked_company_and_owner_show_nothing(store: Store) -> None:
    """Until HubSpot told their names, company and owner are left out, and known to be missing."""
    from storage.companies import companies_to_ask
    from storage.owners import owners_to_ask

    store_all(store, a_state(properties=PROPERTIES, company_id="9"))

    assert (the_card(store).company, the_card(store).owner) == (None, None)
    assert store.read_now(companies_to_ask) == ("9",)
    assert store.read_now(owners_to_ask)


def test_deleted_in_hubspot(store: Store) -> None:
    """A contact deleted in HubSpot still has its card, which says so."""

    def delete(session: Session) -> None:
        from storage.contacts_arrived import mark_missing

        mark_missing(session, ["501"], at(3))

    store_all(store, a_state())
    store.write_now(delete)

    assert the_card(store).deleted_at == at(3)
