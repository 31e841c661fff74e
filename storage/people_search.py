"""People search: contacts and leads by part of a name, address or domain, and whom a misspelt one may mean."""

from dataclasses import dataclass
from typing import Final

import idna
from sqlmodel import Session, col, select

from decisions.addresses import NotAnAddress, normalise
from decisions.misspelt import Asked, patterns, rank
from decisions.outside_text import clean
from decisions.search import plain
from storage import leads
from storage.addresses import Address
from storage.contact_search import Hit, hits
from storage.contacts import Contact
from storage.leads import Lead, LeadCard
from storage.text_search import Index, Matches, candidates, matching

LONGEST_QUERY: Final = 100
MOST_COUNTED: Final = 1_000
LEADS_AT_LEAST: Final = 3  # have a place beside very many contacts

_CONTACTS: Final = Index(
    col(Contact.id), col(Contact.search_text), col(Contact.hidden_at).is_(None), trigrams="contact_search"
)
_LEADS: Final = Index(col(Lead.id), col(Lead.search_text), col(Lead.stage).not_in(leads.ENDS), trigrams="lead_search")


@dataclass(frozen=True, slots=True)
class Found:
    """
    The best first; `is_suggestion`: nothing matches, these look alike.

    `total` is how many match, also those that are not among them; where `is_more`, even more than that.
    """

    contacts: tuple[Hit, ...] = ()
    leads: tuple[LeadCard, ...] = ()
    total: int = 0
    is_more: bool = False
    is_suggestion: bool = False

    @property
    def shown(self) -> int:
        """How many are among them."""
        return len(self.contacts) + len(self.leads)


def find(session: Session, text: str, limit: int = 10, *, counted: int = MOST_COUNTED) -> Found:
    """
    Those whom a person may mean: a contact's exact address finds it alone, else each word must be part of the name or
    an address. Neither hidden contacts are found nor leads that have ended. At most `counted` of each are counted.
    """
    asked = clean(text, LONGEST_QUERY)
    if contact_id := _by_address(session, asked):
        return Found(hits(session, [contact_id]), total=1)
    words = plain(asked).split()
    if not words:
        return Found()
    contacts = matching(session, _CONTACTS, words, limit, counted=counted)
    in_addresses = [_as_in_address(word) for word in asked.split()]
    some_leads = matching(session, _LEADS, in_addresses, limit, counted=counted)
    if not contacts.total and not some_leads.total:
        return _alike(session, asked, limit)
    return _found(session, contacts, some_leads, limit)


def _found(session: Session, contacts: Matches, some_leads: Matches, limit: int) -> Found:
    room = limit - min(len(some_leads.ids), LEADS_AT_LEAST)
    shown = hits(session, contacts.ids[: max(room, 0)])
    return Found(
        shown,
        leads.of_ids(session, some_leads.ids[: limit - len(shown)]),
        total=contacts.total + some_leads.total,
        is_more=contacts.is_more or some_leads.is_more,
    )


def _alike(session: Session, text: str, limit: int) -> Found:
    asked = Asked.of(text)
    for pattern in patterns(asked):
        contacts = rank(asked, candidates(session, _CONTACTS, pattern), limit)
        some_leads = rank(asked, candidates(session, _LEADS, pattern), limit - len(contacts))
        if contacts or some_leads:
            total = len(contacts) + len(some_leads)
            return Found(hits(session, contacts), leads.of_ids(session, some_leads), total, is_suggestion=True)
    return Found()


def _by_address(session: Session, text: str) -> int | None:
    try:
        email = normalise(text)
    except NotAnAddress:
        return None
    query = select(Contact.id).join(Address, col(Address.contact_id) == col(Contact.id))
    return session.exec(query.where(col(Address.email) == email, col(Contact.hidden_at).is_(None))).first()


def _as_in_address(word: str) -> str:
    """As a domain stands in an address: `xn--mller-kva.de` for `Müller.de`."""
    if word.isascii():
        return plain(word)
    local, at, domain = word.rpartition("@")
    try:
        return plain(local) + at + idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return plain(word)
