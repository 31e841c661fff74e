"""Whom somebody means by what they typed, and how that person, or those, are shown."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.blocks.activity_chart import WEEKS_SHOWN
from bot.blocks.brief_message import brief_message
from bot.blocks.brief_message import subject_of as subject_of_briefed
from bot.blocks.contact_message import contact_card
from bot.blocks.elements import Message, one_line
from bot.blocks.lead_message import lead_message, opted_out_address
from bot.blocks.note_lines import note_blocks
from bot.blocks.reader import Reader
from bot.blocks.search_results import search_results, unknown_address, unknown_name
from bot.blocks.subject import Subject, SubjectKind
from bot.hubspot_search import HubSpotSearch
from decisions.addresses import NotAnAddress, domain_of, normalise
from decisions.calendar_steps import weeks_until
from decisions.outside_text import clean
from storage import Session, Store, briefing, lead_notes, leads, people_search, performance, portal
from storage.contact_card import ContactCard, card, card_of_address
from storage.lead_notes import Note
from storage.leads import LeadCard, LeadStage
from storage.opt_outs import Hasher
from storage.people_search import LONGEST_QUERY, Found
from storage.performance import Performance
from storage.selections import Selection, of_addresses
from storage.senders import own_domains
from storage.trend import Step, trend

MOST_SHOWN: Final = 8
MOST_BRIEFED: Final = 50
LATELY: Final = timedelta(days=90)
LONGEST_TEXT: Final = 40_000

_LINKED: Final = re.compile(r"<mailto:([^|>]+)(?:\|[^>]*)?>")
_ADDRESS: Final = re.compile(r"[^\s<>|\"'(),;:\[\]{}\\]{1,64}@[^\s<>|\"'(),;:\[\]{}\\/]{1,253}")

Card = ContactCard | LeadCard


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown, and whom it names."""

    message: Message
    named: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """
    Somebody with what is shown beside: where HubSpot opens them, the notes on the lead they are or were, and what they
    did in the last weeks; that of contacts alone, who did not opt out.
    """

    who: Card
    url: str | None
    notes: tuple[Note, ...]
    weeks: tuple[Step, ...]


Trend = Callable[[Session, Selection], tuple[Step, ...]]
"""What happened in each of the last weeks."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    Looks people up in the store; `hubspot` is offered for an address that is not there.

    `own_domains` are those of the settings; empty: those that our senders write from.
    """

    store: Store
    hasher: Hasher
    now: Callable[[], datetime]
    hubspot: HubSpotSearch | None = None
    own_domains: frozenset[str] = frozenset()

    async def text(self, text: str, reader: Reader) -> Answer:
        """What somebody typed: an address or several, or a part of a name or domain."""
        if len(emails := addresses_in(text)) > 1:
            return await self.briefing(emails, reader)
        asked = " ".join(clean(_LINKED.sub(r"\1", text), LONGEST_QUERY * 3).split())
        if not asked:
            return _plain(reader, "ask_whom")
        email = _address(asked)
        if email and (found := await self.store.read(_seen_by_address, email, self.hasher, self._trend(reader))):
            return _shown(found, reader, email)
        people = await self.store.read(people_search.find, asked, MOST_SHOWN)
        subjects = subjects_of(people)
        if not subjects:
            return Answer(self._nobody(asked, email, reader))
        if len(subjects) == 1 and not people.is_suggestion:
            return await self.person(subjects[0], reader)
        sealed = self._sealed(email) if people.is_suggestion else None
        return Answer(search_results(asked, people, reader, sealed), subjects)

    def _nobody(self, asked: str, email: str | None, reader: Reader) -> Message:
        return unknown_address(email, reader, self._sealed(email)) if email else unknown_name(asked, reader)

    def _sealed(self, email: str | None) -> str | None:
        """What lets HubSpot be asked for this address; None where it cannot be asked."""
        return self.hubspot.seal(email) if email and self.hubspot else None

    async def person(self, subject: Subject | None, reader: Reader) -> Answer:
        """A contact's card or a lead's state, as it is now."""
        found = await self.store.read(_seen_by_subject, subject, self.hasher, self._trend(reader)) if subject else None
        return _shown(found, reader) if found else _plain(reader, "gone")

    def _trend(self, reader: Reader) -> Trend:
        return partial(trend, bounds=weeks_until(self.now(), reader.zone, WEEKS_SHOWN), zone=reader.zone)

    async def addresses(self, emails: Sequence[str], reader: Reader) -> Answer:
        """The people behind addresses: one as they are shown alone, several in a line each."""
        if not emails:
            return _plain(reader, "no_addresses")
        return await (self.text(emails[0], reader) if len(emails) == 1 else self.briefing(emails, reader))

    async def briefing(self, emails: Sequence[str], reader: Reader) -> Answer:
        """A line on each of these people; our own are passed over, and of very many the first are told."""
        own = self.own_domains or await self.store.read(own_domains)
        others = [email for email in emails if domain_of(email) not in own]
        asked, now = others[:MOST_BRIEFED], self.now()
        people = await self.store.read(briefing.brief, asked, self.hasher, since=now - LATELY, now=now)
        passed_over, left_out = len(emails) - len(others), len(others) - len(asked)
        named = tuple(subject for one in people if (subject := subject_of_briefed(one)))
        return Answer(brief_message(people, reader, own=passed_over, left_out=left_out), named)


def addresses_in(text: str) -> tuple[str, ...]:
    """The e-mail addresses that stand in a text, normalised, each once, in their order."""
    candidates = (candidate.strip(".!?*_~`'") for candidate in _ADDRESS.findall(_unescaped(text[:LONGEST_TEXT])))
    return tuple(dict.fromkeys(email for candidate in candidates if (email := _address(candidate))))


def _unescaped(text: str) -> str:
    """What Slack escaped: `Max &lt;max@firma.de&gt;` holds an address."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def subject_of(who: Card) -> Subject:
    """By what buttons name this person."""
    if isinstance(who, ContactCard):
        return Subject(SubjectKind.CONTACT, who.contact_id)
    return Subject(SubjectKind.LEAD, who.id)


def subjects_of(people: Found) -> tuple[Subject, ...]:
    """By what buttons name those who were found, contacts first."""
    contacts = (Subject(SubjectKind.CONTACT, hit.contact_id) for hit in people.contacts)
    return (*contacts, *(Subject(SubjectKind.LEAD, lead.id) for lead in people.leads))


def _address(text: str) -> str | None:
    try:
        return normalise(text)
    except NotAnAddress:
        return None


def _plain(reader: Reader, key: str) -> Answer:
    return Answer(one_line(reader.texts(key)))


def _shown(found: Seen, reader: Reader, asked: str = "") -> Answer:
    """`asked`: by which address, which those who asked it may read again, though it is no lead any more."""
    who, notes = found.who, note_blocks(found.notes, reader)
    if isinstance(who, ContactCard):
        message = contact_card(who, reader, notes, found.weeks)
    elif asked and who.stage is LeadStage.OPTED_OUT:
        message = opted_out_address(asked, who, reader)
    else:
        message = lead_message(who, reader, found.url, notes)
    return Answer(message, (subject_of(who),))


def address_of(session: Session, subject: Subject, hasher: Hasher) -> str | None:
    """The address that mails to a contact or a lead go to; None where there is none, or nobody any more."""
    who = _card_of(session, subject, hasher)
    return who.email if who else None


def _card_of(session: Session, subject: Subject, hasher: Hasher) -> Card | None:
    is_contact = subject.kind is SubjectKind.CONTACT
    return card(session, subject.id, hasher) if is_contact else leads.get(session, subject.id)


def _seen_by_subject(session: Session, subject: Subject, hasher: Hasher, trend: Trend) -> Seen | None:
    return _seen(session, _card_of(session, subject, hasher), trend)


def _seen_by_address(session: Session, email: str, hasher: Hasher, trend: Trend) -> Seen | None:
    return _seen(session, card_of_address(session, email, hasher), trend)


def _seen(session: Session, who: Card | None, trend: Trend) -> Seen | None:
    if who is None:
        return None
    home = portal.present(session)
    url = home.contact_url(who.hubspot_id) if home and who.hubspot_id else None
    theirs = performance.addresses_of(session, who.contact_id) if isinstance(who, ContactCard) else (who.address_id,)
    is_active = isinstance(who, ContactCard) and not who.opted_out and who.performance != Performance()
    weeks = trend(session, of_addresses(theirs)) if is_active else ()
    return Seen(who, url, lead_notes.of_addresses(session, theirs), weeks)
