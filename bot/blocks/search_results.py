"""What a look-up finds when it is not one contact: a short list, a suggestion, or nobody."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.contact_card import numbers
from bot.blocks.elements import Block, Message, actions, button, context, section
from bot.blocks.hubspot_search import search_button
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_ADDRESS, LONGEST_TEXT, Mrkdwn, address, bold, escape, fit, plain
from storage.contact_card import ContactCard
from storage.contact_search import Found, Hit
from storage.leads import LeadCard

SHOW_PERSON: Final = "show_person"
LONGEST_QUERY: Final = 80
LONGEST_ROW: Final = 1_000


def search_results(query: str, found: Found, reader: Reader, sealed: str | None = None) -> Message:
    """
    Contacts to pick from, each with *Show*; `found` holds at least one.

    Args:
        sealed: the value that lets HubSpot be asked for the address that `query` is, where it is one.
    """
    key = "did_you_mean" if found.is_suggestion else "found_many"
    count = len(found.contacts)
    head = section([reader.texts(key, query=bold(query, LONGEST_QUERY), n=count)])
    told = reader.texts(key, query=escape(query, LONGEST_QUERY), n=count)
    names = fit((escape(hit.name or hit.email or "") for hit in found.contacts), LONGEST_TEXT, ", ")
    search = [search_button(query, sealed)] if sealed else []
    return Message(f"{told} {names}", [head, *(_hit(hit, reader) for hit in found.contacts), *actions(search)])


def unknown_name(query: str, reader: Reader) -> Message:
    """Nobody is called so, and what can be done."""
    return _nobody("unknown_name", query, LONGEST_QUERY, reader)


def unknown_address(email: str, reader: Reader, sealed: str | None = None) -> Message:
    """Nobody here has this address, and what can be done: HubSpot can be asked where `sealed`, the value, is given."""
    said = _nobody("unknown_address", email, LONGEST_ADDRESS, reader)
    search = [search_button(email, sealed)] if sealed else []
    return Message(said.text, [*said.blocks, *actions(search)])


def people_list(found: Sequence[tuple[str, ContactCard | LeadCard | None]], reader: Reader) -> Message:
    """Several addresses at once, and who is behind each."""
    told = fit((address(email) for email, _ in found), LONGEST_TEXT, ", ")
    return Message(told, [_person(email, who, reader) for email, who in found])


def _nobody(key: str, query: str, longest: int, reader: Reader) -> Message:
    hint = reader.texts(f"{key}_hint")
    told = reader.texts(key, query=escape(query, longest))
    return Message(f"{told} {hint}", [section([reader.texts(key, query=bold(query, longest))]), context([hint])])


def _hit(hit: Hit, reader: Reader) -> Block:
    name = bold(hit.name) or reader.texts("no_name")
    rest = Mrkdwn(" · ".join(part for part in (address(hit.email or ""), escape(hit.company or "")) if part))
    return _row(name, rest, Subject(SubjectKind.CONTACT, hit.contact_id), hit.name or hit.email or "", reader)


def _person(email: str, who: ContactCard | LeadCard | None, reader: Reader) -> Block:
    if who is None:
        return section([reader.texts("unknown_address", query=bold(email, LONGEST_ADDRESS))])
    if isinstance(who, LeadCard):
        name = reader.texts("known_lead", email=bold(email, LONGEST_ADDRESS))
        return _row(name, reader.texts.count("clicks", who.clicks), Subject(SubjectKind.LEAD, who.id), email, reader)
    rest = Mrkdwn(f"{address(email)} · {numbers(who.performance, reader.texts)}")
    return _row(bold(who.name or email), rest, Subject(SubjectKind.CONTACT, who.contact_id), who.name or email, reader)


def _row(name: Mrkdwn, rest: Mrkdwn, subject: Subject, about: str, reader: Reader) -> Block:
    show = button(reader.texts.plain("show"), SHOW_PERSON, str(subject), about=plain(about))
    return section([fit([line for line in (name, rest) if line], LONGEST_ROW)], accessory=show)
