"""Opt-outs are for good, reach every key of a person, and are kept as hashes alone."""

import pytest
from sqlmodel import select

from decisions.sealing import Keys
from storage import Session, Store, contacts, opt_out_asked, opt_outs
from storage.audit import AuditEntry
from storage.contacts import ContactState
from storage.leads import Lead, LeadStage
from storage.opt_out_asked import OptOutResult, of_address, of_contact, opt_out, opt_out_contact, opt_out_domain
from storage.opt_outs import CannotOpenKey, OptOut, SealedKey, load_hasher
from tests.storage.people import HASHER, T0, a_state, at, become_lead, store_all


def opt_out_max(store: Store, email: str = "max@firma.de") -> OptOutResult:
    return store.write_now(opt_out, email, actor="cli", hasher=HASHER, now=T0)


def is_out(store: Store, hubspot_id: str) -> bool:
    def read(session: Session) -> bool:
        contact_id = contacts.contact_ids(session, [hubspot_id])[hubspot_id]
        return of_contact(session, contact_id, HASHER) is not None

    return store.read_now(read)


def untracked(store: Store, *emails: str) -> set[str]:
    return store.read_now(opt_outs.opted_out, emails, HASHER)


def test_key_is_made_once(store: Store) -> None:
    """The key of the hashes never changes, and the secret key that sealed it opens it again."""
    keys = Keys((b"first secret",))

    assert store.write_now(load_hasher, keys) == store.write_now(load_hasher, keys)


def test_key_survives_rotation(store: Store) -> None:
    """A newer secret key re-seals the key of the hashes; then the old one may go."""
    made = store.write_now(load_hasher, Keys((b"old",)))

    assert store.write_now(load_hasher, Keys((b"new", b"old"))) == made
    assert store.write_now(load_hasher, Keys((b"new",))) == made


def test_wrong_secret_key_is_named(store: Store) -> None:
    """With another secret key the hasher is refused, with what to do, and nothing is overwritten."""
    store.write_now(load_hasher, Keys((b"old",)))
    before = store.read_now(lambda session: session.exec(select(SealedKey.sealed)).one())

    with pytest.raises(CannotOpenKey, match="FOOTLIGHT_SECRET_KEY"):
        store.write_now(load_hasher, Keys((b"other",)))
    assert store.read_now(lambda session: session.exec(select(SealedKey.sealed)).one()) == before


def test_unknown_address_is_only_a_hash(store: Store) -> None:
    """An address that nobody knew is written nowhere, and is opted out once."""
    assert opt_out_max(store) == OptOutResult(was_new=True, contact_id=None)
    assert opt_out_max(store) == OptOutResult(was_new=False, contact_id=None)

    assert untracked(store, "max@firma.de", "eva@firma.de") == {"max@firma.de"}
    entries = store.read_now(lambda session: session.exec(select(AuditEntry.address_id, AuditEntry.detail)).all())
    assert [tuple(entry) for entry in entries] == [(None, "")]


def test_contact_is_opted_out_by_every_key(store: Store) -> None:
    """Any address of a contact opts out all of them, former ones and HubSpot ids too."""
    store_all(store, a_state(email="old@firma.de"))
    store_all(store, a_state(minute=1, additional_emails=("m@privat.de",), other_ids=("400",)))

    result = opt_out_max(store, "m@privat.de")

    assert result.was_new
    assert untracked(store, "old@firma.de", "max@firma.de", "m@privat.de") == {
        "old@firma.de",
        "max@firma.de",
        "m@privat.de",
    }
    ids = {HASHER.hubspot_id(id_) for id_ in ("501", "400")}
    assert store.read_now(opt_outs.find, ids).keys() == ids


def test_contact_without_address(store: Store) -> None:
    """Also who has no address can be opted out, and is so when an address comes."""
    contact_id = store_all(store, a_state(email=None)).contact_ids["501"]
    store.write_now(opt_out_contact, contact_id, actor="cli", hasher=HASHER, now=T0)

    store_all(store, a_state(minute=1))

    assert untracked(store, "max@firma.de") == {"max@firma.de"}


@pytest.mark.parametrize(
    "later",
    [
        [a_state(email="new@firma.de", minute=1), a_state(email="newer@firma.de", minute=2)],
        [a_state("777", minute=1)],
        [a_state("777", email="a@b.de", other_ids=("501",), minute=1)],
        [ContactState("501", at(1), is_deleted=True), a_state(email="new@firma.de", minute=2)],
        [a_state("502", email="b@b.de"), a_state("601", email="b@b.de", other_ids=("501", "502"), minute=1)],
    ],
    ids=["changed address", "made anew", "merged", "deleted and restored", "merged with somebody"],
)
def test_opt_out_survives(store: Store, later: list[ContactState]) -> None:
    """Whatever HubSpot does to the record afterwards, the person stays opted out by all keys."""
    store_all(store, a_state())
    opt_out_max(store)

    for state in later:
        store_all(store, state)

    last = later[-1]
    assert is_out(store, last.hubspot_id)
    assert untracked(store, *last.emails) == set(last.emails)


def test_two_records_with_one_address(store: Store) -> None:
    """Opting out an address opts out every record in HubSpot that has it."""
    store_all(store, a_state(), a_state("777"))

    opt_out_max(store)

    assert is_out(store, "501")
    assert is_out(store, "777")
    assert store.read_now(opt_outs.find, [HASHER.hubspot_id("777")])


def test_known_before_hubspot_told(store: Store) -> None:
    """Who opted out before HubSpot delivered them is opted out as a contact, since the day they asked."""
    opt_out_max(store)

    contact_id = store_all(store, a_state(minute=9, additional_emails=("m@privat.de",))).contact_ids["501"]

    state = store.read_now(of_contact, contact_id, HASHER)
    assert state is not None
    assert (state.since, state.by, state.erased) == (T0, "cli", False)
    assert untracked(store, "m@privat.de") == {"m@privat.de"}


def test_domain(store: Store) -> None:
    """A whole domain is opted out, known people by all keys: leaving the domain does not bring one back."""
    store_all(store, a_state(additional_emails=("m@privat.de",)), a_state("502", email="eva@other.de"))

    known = store.write_now(opt_out_domain, "firma.de", actor="cli", hasher=HASHER, now=T0)
    assert untracked(store, "m@privat.de") == {"m@privat.de"}
    store_all(store, a_state(email="max@new.de", minute=1), a_state("503", email="joe@firma.de", minute=1))

    assert known == 1
    assert untracked(store, "max@new.de", "joe@firma.de", "eva@other.de", "x@firma.de") == {
        "max@new.de",
        "joe@firma.de",
        "x@firma.de",
    }
    assert not is_out(store, "502")


def test_subdomain_is_another_domain(store: Store) -> None:
    """Opting out a domain leaves its subdomains alone."""
    store.write_now(opt_out_domain, "firma.de", actor="cli", hasher=HASHER, now=T0)

    assert untracked(store, "max@mail.firma.de") == set()


def test_lead_ends(store: Store) -> None:
    """A lead who opts out is one no more."""
    become_lead(store, "max@firma.de")

    assert opt_out_max(store).was_new

    assert store.read_now(lambda session: session.exec(select(Lead.stage)).one()) is LeadStage.OPTED_OUT


def test_hashes_differ_by_kind_and_key() -> None:
    """The same text as address, domain or id has different hashes, and another key makes others."""
    other = opt_outs.Hasher(b"x" * 32)

    assert len({HASHER.address("1"), HASHER.domain("1"), HASHER.hubspot_id("1"), other.address("1")}) == 4


def test_day_is_kept(store: Store) -> None:
    """Asking again later does not move the day."""
    opt_out_max(store)

    store.write_now(opt_out_asked.opt_out, "max@firma.de", actor="slack:U1", hasher=HASHER, now=at(60))

    state = store.read_now(of_address, "max@firma.de", HASHER)
    assert state is not None
    assert (state.since, state.by) == (T0, "cli")
    assert len(store.read_now(lambda session: session.exec(select(OptOut)).all())) == 1
