"""What a look-up finds when it is not one contact: a short list, a suggestion, or nobody."""

from bot.blocks.elements import Block, Message, button, context, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_ADDRESS, Mrkdwn, address, bold, escape, plain
from storage.contact_search import Found, Hit

SHOW_CONTACT = "show_contact"
LONGEST_QUERY = 80


def search_results(query: str, found: Found, reader: Reader) -> Message:
    """Contacts to pick from, each with *Show*; `found` holds at least one."""
    key = "did_you_mean" if found.is_suggestion else "found_many"
    count = len(found.contacts)
    head = section([reader.texts(key, query=bold(query, LONGEST_QUERY), n=count)])
    told = reader.texts(key, query=escape(query, LONGEST_QUERY), n=count)
    names = ", ".join(escape(hit.name or hit.email or "", 40) for hit in found.contacts)
    return Message(f"{told} {names}", [head, *(_hit(hit, reader) for hit in found.contacts)])


def nobody(query: str, reader: Reader, *, is_address: bool) -> Message:
    """Nobody was found, and what can be done."""
    key = "unknown_address" if is_address else "unknown_name"
    longest = LONGEST_ADDRESS if is_address else LONGEST_QUERY
    hint = reader.texts(f"{key}_hint")
    told = reader.texts(key, query=escape(query, longest))
    return Message(f"{told} {hint}", [section([reader.texts(key, query=bold(query, longest))]), context([hint])])


def _hit(hit: Hit, reader: Reader) -> Block:
    name = bold(hit.name) or reader.texts("no_name")
    rest = Mrkdwn(" · ".join(part for part in (address(hit.email or ""), escape(hit.company or "")) if part))
    show = button(
        reader.texts.plain("show"), SHOW_CONTACT, str(hit.contact_id), about=plain(hit.name or hit.email or "")
    )
    return section([line for line in (name, rest) if line], accessory=show)
