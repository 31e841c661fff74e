"""What a request means to somebody who watches: a part of a sentence, and what it is about."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from sandbox.exchanges import Exchange
from sandbox.hubspot.crm import Crm
from sandbox.hubspot.records import Record
from sandbox.slack.workspace import Workspace

Partner = Literal["", "HubSpot", "Slack"]
Deed = Literal["", "click", "claim", "list", "look_up"]
LONGEST_QUOTE = 110


@dataclass(frozen=True, slots=True)
class Telling:
    """
    One request.

    Args:
        says: the part of the sentence; of Footlight's own requests without "Footlight". Empty: it is a detail only.
        keys: what it is about. Requests that share a key belong to one story.
        is_cause: somebody did something, and the rest follows from it.
        detail: the request itself.
        deed: what the visitor has done with it, for the tour.
        goes_on: what it says where the story before, which shares a key, goes on with it; empty: it never does.
        inherits: keys of a story whose keys this one takes over.
        partner: whom Footlight needs for what follows. What fails there belongs to the last story that needed them.
    """

    says: str
    keys: frozenset[Hashable]
    detail: str
    is_cause: bool = False
    went_well: bool = True
    deed: Deed = ""
    goes_on: str = ""
    inherits: frozenset[Hashable] = frozenset()
    partner: Partner = ""


class Names:
    """
    How people, lists, channels are called.

    Args:
        is_opted_out: whether nothing is stored of what an address does.
    """

    def __init__(
        self, crm: Crm, workspace: Workspace, is_opted_out: Callable[[str], bool] = lambda address: False
    ) -> None:
        self._crm, self._workspace, self.is_opted_out = crm, workspace, is_opted_out

    def contact(self, contact_id: int) -> str:
        found = self._crm.contacts.get(contact_id)
        return name_of(found) if found else f"contact {contact_id}"

    def member(self, list_id: int, record_id: int) -> str:
        """A contact, or a company where the list is one of companies."""
        found = self._crm.lists.get(list_id)
        member = self._crm.records(found.object_type).get(record_id) if found else None
        return name_of(member) if member else self.contact(record_id)

    def hubspot_list(self, list_id: int) -> str:
        found = self._crm.lists.get(list_id)
        return found.name if found else f"list {list_id}"

    def members(self, list_id: int) -> int:
        found = self._crm.lists.get(list_id)
        return len(found.members) if found else 0

    def is_member(self, list_id: int, record_id: int) -> bool:
        found = self._crm.lists.get(list_id)
        return found is not None and record_id in found.members

    def recipient(self, address: str) -> str:
        """A contact's name, or the address."""
        found = self._crm.contact_by_address(address)
        return name_of(found) if found else address

    def sender(self, address: str) -> str:
        """An employee's name, or the address."""
        owners = self._crm.owners.values()
        return next((f"{one.first_name} {one.last_name}" for one in owners if one.email == address), address)

    def user(self, user_id: str) -> str:
        found = self._workspace.users.get(user_id)
        return found.name if found else user_id

    def channel(self, channel_id: str) -> str:
        found = self._workspace.channels.get(channel_id)
        return f"#{found.name}" if found and found.name else "a direct message"


def name_of(one: Record) -> str:
    """A contact's or a company's name as people read it."""
    if one.object_type == "companies":
        return one.properties.get("name", "") or f"company {one.id}"
    named = f"{one.properties.get('firstname', '')} {one.properties.get('lastname', '')}".strip()
    return named or one.properties.get("email", "") or f"contact {one.id}"


def request_line(exchange: Exchange, sent_by: str, extra: str = "") -> str:
    """The request and its answer in one line."""
    status = str(exchange.status) if exchange.status else "no answer"
    path = urlsplit(exchange.url).path or exchange.url
    again = f", attempt {exchange.attempt + 1}" if exchange.attempt else ""
    about = f" {exchange.about}" if exchange.about not in path else ""
    took = exchange.seconds * 1000
    return f"{sent_by}: {exchange.method} {path}{about}{extra}{again} → {status} in {took:.0f} ms"


def quoted(text: str) -> str:
    """The beginning of a text, in quotation marks."""
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= LONGEST_QUOTE else f"“{line[:LONGEST_QUOTE].rstrip()} …”"


def listed(parts: Iterable[str]) -> str:
    """As people list things: a, b and c."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def short_time(seconds: float) -> str:
    """A time that somebody has waited."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
