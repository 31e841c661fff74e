"""People are found by what one remembers of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decisions.outside_text import clean
from decisions.search import plain
from storage import Store, contacts, privacy
from storage.companies import CompanyState, store_companies
from storage.contact_search import Hit, listed_contacts, searchable
from storage.contacts import ContactState
from storage.people_search import Found, find
from tests.storage.people import HASHER, T0, a_state, at, become_lead, store_all


def named(hubspot_id: str, name: str, email: str | None, minute: int = 0, **others: object) -> ContactState:
    first, _, last = name.partition(" ")
    return a_state(hubspot_id, email, minute, properties={"firstname": first, "lastname": last}, **others)


@pytest.fixture
def people(store: Store) -> Store:
    """Five people at four companies."""
    store_all(
        store,
        named("1", "Max Mustermann", "max.mustermann@musterfirma.de", company_id="9"),
        named("2", "Erika Mustermann", "erika@example.org"),
        named("3", "Jörg Müller", "j.mueller@xn--mller-kva.example"),
        named("4", "Li Wei", "li.wei@wei.example"),
        named("5", "", "info@musterfirma.de"),
    )
    store.write_now(store_companies, [CompanyState("9", T0, "Musterfirma GmbH", ("musterfirma.de",))])
    return store


def found(store: Store, asked: str) -> list[str]:
    """Names of those found for certain."""
    result = store.read_now(find, asked)
    return [] if result.is_suggestion else [hit.name for hit in result.contacts]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("musterm", ["Erika Mustermann", "Max Mustermann"]),
        ("MAX", ["Max Mustermann"]),
        ("mustermann max", ["Max Mustermann"]),
        ("musterfirma.de", ["", "Max Mustermann"]),
        ("@example.org", ["Erika Mustermann"]),
        ("muller", ["Jörg Müller"]),
        ("Müller", ["Jörg Müller"]),
        ("müller.example", ["Jörg Müller"]),
        ("li", ["Li Wei"]),
        ("li wei", ["Li Wei"]),
        ("e", ["Erika Mustermann"]),
        ("max.mustermann@musterfirma.de", ["Max Mustermann"]),
        ("MAX.Mustermann@Musterfirma.DE ", ["Max Mustermann"]),
        ("%", []),
        ("_ax", []),
        ('"', []),
        ('mus" OR "', []),
        ("", []),
    ],
)
def test_find(people: Store, asked: str, expected: list[str]) -> None:
    """Any part of name, address or domain finds, in any case, without accents, and no character has a power."""
    assert sorted(found(people, asked)) == expected


def test_hit_says_who_it_is(people: Store) -> None:
    """A hit has name, primary address and company, enough to pick from a list."""
    (hit,) = people.read_now(find, "max").contacts

    assert hit == Hit(hit.contact_id, "Max Mustermann", "max.mustermann@musterfirma.de", "Musterfirma GmbH")


def test_who_begins_with_it_comes_first(store: Store) -> None:
    """A name that begins with what was asked comes before one that merely holds it."""
    store_all(
        store, named("1", "Anna Maxwell", "a@b.de"), named("2", "Max Zorn", "z@b.de"), named("3", "Tomax It", "i@b.de")
    )

    assert found(store, "max") == ["Max Zorn", "Anna Maxwell", "Tomax It"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Mustremann", "Erika Mustermann"),
        ("Maxx Musterman", "Max Mustermann"),
        ("maks mustermenn", "Max Mustermann"),
        ("Erica Mustermann", "Erika Mustermann"),
        ("maxx.mustermann@musterfirma.de", "Max Mustermann"),
        ("max.mustermann@gmail.example", "Max Mustermann"),
    ],
)
def test_misspelt(people: Store, asked: str, meant: str) -> None:
    """A name with errors in any of its words suggests whom it may mean, and says that it is a suggestion."""
    result = people.read_now(find, asked)

    assert result.is_suggestion
    assert result.contacts[0].name == meant


@pytest.mark.parametrize("asked", ["anton@musterfirma.de", "li.mueller@wei.example", "Max Zorn"])
def test_to_share_a_domain_or_one_name_is_not_to_be_alike(people: Store, asked: str) -> None:
    """Colleagues of an unknown address, and who has one of two names, are nobody's suggestion."""
    assert people.read_now(find, asked) == Found()


def test_leads_come_after_contacts(people: Store) -> None:
    """A lead is found by any part of its address, after contacts, misspelt too; one that became a contact once."""
    for email in ("j.doe@musterfirma.de", "li.wei@private.example", "m.ueller@xn--mller-kva.example"):
        become_lead(people, email)

    found = people.read_now(find, "musterfirma")
    assert [hit.name for hit in found.contacts] == ["", "Max Mustermann"]
    assert [lead.email for lead in found.leads] == ["j.doe@musterfirma.de"]
    assert (found.total, found.shown, found.is_more) == (3, 3, False)
    assert [lead.email for lead in people.read_now(find, "j.d").leads] == ["j.doe@musterfirma.de"]
    assert [lead.email for lead in people.read_now(find, "Müller.ex").leads] == ["m.ueller@xn--mller-kva.example"]
    assert [lead.email for lead in people.read_now(find, "j.deo@musterfirma.de").leads] == ["j.doe@musterfirma.de"]

    store_all(people, named("9", "John Doe", "j.doe@musterfirma.de"))
    again = people.read_now(find, "doe")
    assert ([hit.name for hit in again.contacts], again.leads) == (["John Doe"], ())


def test_erased_lead_is_found_no_more(store: Store) -> None:
    """An erase takes a lead out of the search as well."""
    become_lead(store, "j.doe@acme.example")
    store.write_now(privacy.erase, "j.doe@acme.example", actor="cli", hasher=HASHER, now=T0)

    assert store.read_now(find, "acme") == Found()


def test_how_many_match(store: Store) -> None:
    """Who sees a part of those who match is told how many do, up to a limit; leads keep a place among many."""
    store_all(store, *(named(str(number), f"Max {number:02}", f"max{number}@b.de") for number in range(1, 25)))
    for number in range(5):
        become_lead(store, f"max{number}@lead.example")

    found = store.read_now(find, "max", 8)
    assert (len(found.contacts), len(found.leads), found.total, found.is_more) == (5, 3, 29, False)
    assert store.read_now(find, "ma", 8).total == 29

    found = store.read_now(find, "max", 8, counted=20)
    assert (found.total, found.is_more) == (25, True)


def test_nobody_is_alike(people: Store) -> None:
    """What resembles nobody finds nobody."""
    assert people.read_now(find, "qqqqxxxx") == Found()


def test_follows_changes(store: Store) -> None:
    """A new name or address is found at once, an old name no more, a former address still, a hidden contact not."""
    store_all(store, named("1", "Max Mustermann", "max@old.example"))
    store_all(store, named("1", "Max Neumann", "max@new.example", 1))

    assert found(store, "neumann") == found(store, "new.exam") == found(store, "old.exam") == ["Max Neumann"]
    assert found(store, "mustermann") == []

    store.write_now(contacts.hide, "1", at(2))
    assert found(store, "neumann") == found(store, "ma") == found(store, "max@new.example") == []
    store.write_now(contacts.show_again, "1")
    assert found(store, "neumann") == ["Max Neumann"]


def test_merged_contact_is_found_once(store: Store) -> None:
    """After a merge one contact answers to the names in all addresses."""
    store_all(store, named("1", "Max One", "max@one.example"), named("2", "Max Two", "max@two.example"))
    store_all(
        store,
        named("3", "Max Three", "max@one.example", 1, additional_emails=("max@two.example",), other_ids=("1", "2")),
    )

    assert found(store, "max") == found(store, "two.exam") == ["Max Three"]


def test_listing_goes_through_everybody(people: Store) -> None:
    """Pages of contacts hold each contact once."""
    pages = []
    after = 0
    while page := people.read_now(listed_contacts, after=after, limit=2):
        pages.append([hit.name for hit in page])
        after = page[-1].contact_id

    assert pages == [["Max Mustermann", "Erika Mustermann"], ["Jörg Müller", "Li Wei"], [""]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120) | st.text(alphabet="maxu \"'%_*:()^-\\ü\x00\ud800", max_size=12))
def test_any_text_can_be_asked(people: Store, asked: str) -> None:
    """No text breaks the search, and whoever is found for certain has every word that was asked."""
    result = people.read_now(find, asked)

    if not result.is_suggestion:
        names = [searchable(hit.name, [hit.email or ""]) for hit in result.contacts]
        assert all(word in name for name in names for word in plain(clean(asked, 100)).split())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_part_finds(people: Store, data: st.DataObject) -> None:
    """Any three letters in a row of a name or an address find their contact."""
    name, email = "Max Mustermann", "max.mustermann@musterfirma.de"
    whole = data.draw(st.sampled_from([*name.split(), email]))
    begin = data.draw(st.integers(0, len(whole) - 3))
    part = whole[begin : data.draw(st.integers(begin + 3, len(whole)))]

    assert name in found(people, part)
