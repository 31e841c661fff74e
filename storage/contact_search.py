"""Contact search: people by part of a name, address or domain, and whom a misspelt name may mean."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import idna
from sqlalchemy import ColumnElement, and_, bindparam, column, or_, select, table, update
from sqlmodel import Session, col

from decisions import search
from decisions.addresses import NotAnAddress, domain_of, normalise
from decisions.outside_text import clean
from decisions.search import plain
from storage.addresses import Address, AddressKind
from storage.companies import Company
from storage.contacts import Contact
from storage.database import is_sqlite

TRIGRAM: Final = 3
LOOKED_AT: Final = 200  # of very many that match, the best are picked among so many
COMPARED: Final = 2_000  # of those that share pieces with a misspelt name
MOST_PIECES: Final = 4
LONGEST_QUERY: Final = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """A contact as a short list shows it; `email` is its primary address, `company` HubSpot's."""

    contact_id: int
    name: str
    email: str | None
    company: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The best first. `is_suggestion`: nothing matches, these look alike."""

    contacts: tuple[Hit, ...]
    is_suggestion: bool


def find(session: Session, text_: str, limit: int = 10) -> Found:
    """
    The contacts that a person may mean: an exact address finds its contact alone, else each word must be part of
    the name or an address. Hidden contacts are not found.
    """
    if contact_id := _by_address(session, text_):
        return Found(hits(session, [contact_id]), False)
    words = _words(text_)
    if not words:
        return Found((), False)
    if matching := _matching(session, words, limit):
        return Found(hits(session, matching), False)
    alike = _alike(session, words, limit)
    return Found(hits(session, alike), bool(alike))


def listed_contacts(session: Session, *, after: int = 0, limit: int = 100) -> tuple[Hit, ...]:
    """Contacts by their id, the next `limit` after that one."""
    query = select(col(Contact.id)).where(col(Contact.id) > after, _SHOWN).order_by(col(Contact.id)).limit(limit)
    return hits(session, session.execute(query).scalars().all())


def searchable(name: str, emails: Iterable[str]) -> str:
    """The text under which a contact is found; international domains also as people write them."""
    spelt = (part for email in sorted(emails) for part in (email, _u_form(domain_of(email))) if part)
    return plain(" ".join((name, *spelt)).strip())


def refresh_search_texts(session: Session, contact_ids: Collection[int]) -> None:
    """To be called when names or addresses of these contacts changed."""
    session.flush()
    emails: dict[int, list[str]] = {}
    held = select(col(Address.contact_id), col(Address.email)).where(col(Address.contact_id).in_(contact_ids))
    for contact_id, email in session.execute(held):
        emails.setdefault(contact_id, []).append(email)
    query = select(col(Contact.id), col(Contact.name), col(Contact.search_text)).where(col(Contact.id).in_(contact_ids))
    fresh = [(id_, searchable(name, emails.get(id_, ())), present) for id_, name, present in session.execute(query)]
    changed = [{"of": id_, "fresh": new} for id_, new, present in fresh if new != present]
    if changed:
        statement = update(_CONTACT).where(_CONTACT.c.id == bindparam("of")).values(search_text=bindparam("fresh"))
        session.connection().execute(statement, changed)


_CONTACT: Final = Contact.metadata.tables["contact"]
_FTS: Final = table("contact_search", column("rowid"), column("contact_search"))
_SHOWN: Final = col(Contact.hidden_at).is_(None)


def _by_address(session: Session, text_: str) -> int | None:
    try:
        email = normalise(text_)
    except NotAnAddress:
        return None
    query = select(col(Contact.id)).join(Address, col(Address.contact_id) == col(Contact.id))
    return session.execute(query.where(col(Address.email) == email, _SHOWN)).scalar()


def _words(text_: str) -> list[str]:
    return plain(clean(text_, LONGEST_QUERY)).split()


def _matching(session: Session, words: Sequence[str], limit: int) -> list[int]:
    """Those whose search text holds every word; names that begin with the first word come first."""
    query = select(col(Contact.id), col(Contact.search_text)).where(_SHOWN, *(_holds(word) for word in words))
    long = [word for word in words if len(word) >= TRIGRAM]
    beginning = session.execute(query.where(*_begins(words[0])).limit(LOOKED_AT)).all()
    others: Sequence[Any] = ()
    if long and len(beginning) < limit:
        others = session.execute(_having(session, query, [long]).limit(LOOKED_AT)).all()
    texts: dict[int, str] = dict(tuple(row) for row in (*beginning, *others))
    return sorted(texts, key=lambda id_: _place(texts[id_], words))[:limit]


def _place(text_: str, words: Sequence[str]) -> tuple[bool, bool, str]:
    """Begins with what was asked, holds it at the begin of words, the alphabet."""
    at_begin = all(re.search(rf"(^|[^\w]){re.escape(word)}", text_) for word in words)
    return not text_.startswith(words[0]), not at_begin, text_


def _holds(word: str) -> ColumnElement[bool]:
    return col(Contact.search_text).contains(word, autoescape=True)


def _begins(word: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # A range, as neither database's LIKE uses the index for every text.
    return col(Contact.search_text) >= word, col(Contact.search_text) < word + "\U0010ffff"


def _having(session: Session, query: Any, choices: Sequence[Sequence[str]]) -> Any:
    """Whose search text holds every part of at least one choice; each part has three letters or more."""
    if is_sqlite(session):
        expression = " OR ".join(f"({' AND '.join(map(_quoted, parts))})" for parts in choices)
        return query.join(_FTS, _FTS.c.rowid == col(Contact.id)).where(_FTS.c.contact_search.op("MATCH")(expression))
    # The trigram index serves LIKE by itself.
    return query.where(or_(*(and_(*map(_holds, parts)) for parts in choices)))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _alike(session: Session, words: Sequence[str], limit: int) -> list[int]:
    """Whom misspelt words may mean: one of their pieces may be wrong, the likeness decides."""
    pieces = _pieces([word for word in words if len(word) >= TRIGRAM])
    if not pieces:
        return []
    choices = [[piece for piece in pieces if piece is not wrong] for wrong in pieces] if len(pieces) > 1 else [pieces]
    query = select(col(Contact.id), col(Contact.name), col(Contact.search_text)).where(_SHOWN)
    rows = session.execute(_having(session, query, choices).limit(COMPARED)).all()
    candidates = [(id_, part) for id_, name, text_ in rows for part in (plain(name), *text_.split()) if part]
    return list(search.rank(" ".join(words), candidates, limit))


def _pieces(words: Sequence[str]) -> list[str]:
    """Words cut into at most four pieces each, of three letters or more."""
    pieces = []
    for word in words:
        number = min(len(word) // TRIGRAM, MOST_PIECES)
        cuts = [len(word) * place // number for place in range(number + 1)]
        pieces += [word[begin:end] for begin, end in pairwise(cuts)]
    return pieces


def hits(session: Session, contact_ids: Sequence[int]) -> tuple[Hit, ...]:
    """These contacts, in this order, deleted ones too."""
    query = (
        select(col(Contact.id), col(Contact.name), col(Address.email), col(Company.name))
        .outerjoin(Address, (col(Address.contact_id) == col(Contact.id)) & (col(Address.kind) == AddressKind.PRIMARY))
        .outerjoin(Company, col(Company.hubspot_id) == col(Contact.company_id))
        .where(col(Contact.id).in_(contact_ids))
    )
    found = {row[0]: Hit(row[0], row[1], row[2], row[3] or None) for row in session.execute(query)}
    return tuple(found[id_] for id_ in contact_ids if id_ in found)


def _u_form(domain: str) -> str | None:
    """`müller.de` for `xn--mller-kva.de`; None where they are the same."""
    if "xn--" not in domain:
        return None
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return None
