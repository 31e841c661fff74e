"""What *Search HubSpot* says: that it asks, whom HubSpot has, that it has nobody, or that it does not answer."""

from typing import Final

from bot.blocks.contact_message import OPEN_LINK
from bot.blocks.elements import OPEN_IN_HUBSPOT, SEARCH_IN_HUBSPOT, Block, Message, actions, button, context, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_ADDRESS, LONGEST_TEXT, Mrkdwn, address, bold, escape, fit, plain
from storage.contacts import ContactState

SEARCH_HUBSPOT: Final = "search_hubspot"
# What is told of a contact beside its name, by HubSpot's names, and asked for with it.
TOLD: Final = ("jobtitle", "company")


def search_button(email: str, sealed: str) -> Block:
    """*Search HubSpot* for an address; `sealed` is that address as the value."""
    return button(SEARCH_IN_HUBSPOT, SEARCH_HUBSPOT, sealed, about=plain(email))


def asking(email: str, reader: Reader) -> Message:
    """HubSpot is being asked."""
    return _told("hubspot_asked", email, reader)


def hubspot_has(found: ContactState, url: str | None, reader: Reader) -> Message:
    """A contact that HubSpot has and we do not; `url` is where it is opened."""
    name = _name(found)
    lines = [reader.texts("hubspot_has", who=bold(name)), *_about(found)]
    hint = reader.texts("hubspot_has_hint")
    open_it = [button(OPEN_IN_HUBSPOT, OPEN_LINK, url=url, about=name)] if url else []
    return Message(
        fit([reader.texts("hubspot_has", who=escape(name)), *_about(found), hint], LONGEST_TEXT, " · "),
        [section(lines), *actions(open_it), context([hint])],
    )


def hubspot_has_nobody(email: str, reader: Reader) -> Message:
    """HubSpot answered: nobody has this address."""
    return _told("hubspot_has_nobody", email, reader)


def hubspot_silent(email: str, sealed: str, reader: Reader, *, lasting: bool) -> Message:
    """HubSpot did not answer, or refuses us (`lasting`), which says nothing of the address; it can be asked again."""
    said = _told("hubspot_refuses_us" if lasting else "hubspot_silent", email, reader)
    return Message(said.text, [*said.blocks, *actions([search_button(email, sealed)])])


def _told(key: str, email: str, reader: Reader) -> Message:
    told = reader.texts(key, email=escape(email, LONGEST_ADDRESS))
    return Message(told, [section([reader.texts(key, email=bold(email, LONGEST_ADDRESS))])])


def _name(found: ContactState) -> str:
    names = (found.properties.get(name) for name in ("firstname", "lastname"))
    return plain(" ".join(name for name in names if name)) or plain(found.email or "") or f"#{found.hubspot_id}"


def _about(found: ContactState) -> list[Mrkdwn]:
    role = " · ".join(escape(value) for name in TOLD if (value := found.properties.get(name)))
    return [Mrkdwn(line) for line in (role, *(address(email) for email in found.emails[:3])) if line]
