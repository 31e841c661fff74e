"""What a look-up finds when it is not one contact: a short list, a suggestion, or nobody."""

from dataclasses import dataclass
from itertools import chain
from typing import Final

from bot.blocks.elements import Block, Message, actions, button, context, section
from bot.blocks.hubspot_search import search_button
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_ADDRESS, LONGEST_TEXT, Mrkdwn, address, bold, escape, fit, plain
from storage.contact_search import Hit
from storage.leads import LeadCard
from storage.people_search import Found

SHOW_PERSON: Final = "show_person"
SHOW_WHAT_THEY_SEE: Final = "show_what_they_see"
LONGEST_QUERY: Final = 80
LONGEST_ROW: Final = 1_000


@dataclass(frozen=True, slots=True)
class Pick:
    """What *Show* beside somebody does; `option` comes back with it, before whom it is about."""

    action_id: str = SHOW_PERSON
    option: str = ""


def search_results(query: str, found: Found, reader: Reader, sealed: str | None = None, pick: Pick = Pick()) -> Message:
    """
    Contacts and leads to pick from, each with *Show*; `found` holds at least one.

    Args:
        sealed: the value that lets HubSpot be asked for the address that `query` is, where it is one.
    """
    names = (escape(one.name or one.email or "") for one in found.contacts), (escape(_of(lead)) for lead in found.leads)
    told = [_head(escape(query, LONGEST_QUERY), found, reader), *chain.from_iterable(names)]
    blocks = [
        section([_head(bold(query, LONGEST_QUERY), found, reader)]),
        *(_hit(hit, reader, pick) for hit in found.contacts),
        *(_lead(lead, reader, pick) for lead in found.leads),
        *([context([reader.texts("found_hint")])] if found.total > found.shown else []),
        *actions([search_button(query, sealed)] if sealed else []),
    ]
    return Message(fit(told, LONGEST_TEXT, " "), blocks)


def _head(query: Mrkdwn, found: Found, reader: Reader) -> Mrkdwn:
    if found.is_suggestion:
        return reader.texts("did_you_mean", query=query)
    if found.total == found.shown:
        return reader.texts("found_all", n=found.total, query=query)
    key = "found_more" if found.is_more else "found_some"
    return reader.texts(key, shown=found.shown, n=found.total, query=query)


def unknown_name(query: str, reader: Reader) -> Message:
    """Nobody is called so, and what can be done."""
    return _nobody("unknown_name", query, LONGEST_QUERY, reader)


def unknown_address(email: str, reader: Reader, sealed: str | None = None) -> Message:
    """Nobody here has this address, and what can be done: HubSpot can be asked where `sealed`, the value, is given."""
    said = _nobody("unknown_address", email, LONGEST_ADDRESS, reader)
    search = [search_button(email, sealed)] if sealed else []
    return Message(said.text, [*said.blocks, *actions(search)])


def _nobody(key: str, query: str, longest: int, reader: Reader) -> Message:
    hint = reader.texts(f"{key}_hint")
    told = reader.texts(key, query=escape(query, longest))
    return Message(f"{told} {hint}", [section([reader.texts(key, query=bold(query, longest))]), context([hint])])


def _hit(hit: Hit, reader: Reader, pick: Pick) -> Block:
    name = bold(hit.name) or reader.texts("no_name")
    rest = Mrkdwn(" · ".join(part for part in (address(hit.email or ""), escape(hit.company or "")) if part))
    return _row(name, rest, Subject(SubjectKind.CONTACT, hit.contact_id), hit.name or hit.email or "", reader, pick)


def _lead(lead: LeadCard, reader: Reader, pick: Pick = Pick()) -> Block:
    name = reader.texts("known_lead", email=bold(_of(lead), LONGEST_ADDRESS))
    clicks = reader.texts.count("clicks", lead.clicks)
    rest = Mrkdwn(f"{clicks} · {escape(lead.account)}" if lead.account else clicks)
    return _row(name, rest, Subject(SubjectKind.LEAD, lead.id), _of(lead), reader, pick)


def _of(lead: LeadCard) -> str:
    return lead.email or ""


def _row(name: Mrkdwn, rest: Mrkdwn, subject: Subject, about: str, reader: Reader, pick: Pick = Pick()) -> Block:
    value = f"{pick.option} {subject}".strip()
    show = button(reader.texts.plain("show"), pick.action_id, value, about=plain(about))
    return section([fit([line for line in (name, rest) if line], LONGEST_ROW)], accessory=show)
