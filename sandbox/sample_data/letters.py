"""The e-mails that colleagues write while somebody watches, and what their recipients do with them: without end."""

from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

from sandbox.hubspot.crm import Crm
from sandbox.mail.trickle import Fate, Letter
from sandbox.sample_data import people
from sandbox.sample_data.companies import COMPANIES
from sandbox.sample_data.portal import SENDERS

SUBJECTS: Final = (
    "Your question about the tooling",
    "Dates for the installation",
    "Offer 4711, revised",
    "Minutes of our call",
    "Spare parts for your press brake",
    "Invoice for October",
)


class Kind(NamedTuple):
    """What may come; `weight` against the others."""

    weight: int
    is_contact: bool
    fate: Fate


STRANGER_CLICKS, CONTACT_CLICKS = Kind(3, False, "clicked"), Kind(5, True, "clicked")
KINDS: Final = (STRANGER_CLICKS, CONTACT_CLICKS, Kind(4, True, "opened"), Kind(1, True, "scanned"))


def letters(crm: Crm, random: Random) -> Iterator[Letter]:
    """
    Recipients are contacts as they are at that moment, and people whom HubSpot does not know.

    A newcomer sees a lead first, then an activity of the feed.
    """
    yield _letter(crm, random, STRANGER_CLICKS)
    yield _letter(crm, random, CONTACT_CLICKS)
    while True:
        yield _letter(crm, random, random.choices(KINDS, [each.weight for each in KINDS])[0])


def _letter(crm: Crm, random: Random, kind: Kind) -> Letter:
    recipient = _member(crm, random) if kind.is_contact else _stranger(crm, random)
    return Letter(random.choice(SENDERS), recipient, random.choice(SUBJECTS), kind.fate)


def _stranger(crm: Crm, random: Random) -> str:
    """A colleague of people we know."""
    while True:
        company = random.choice(COMPANIES)
        first, last = people.full_name(random, company.country)
        address = f"{people.local_part(first, last)}@{company.stem}.example"
        if crm.contact_by_address(address) is None:
            return address


def _member(crm: Crm, random: Random) -> str:
    """Somebody of a list of contacts, who has an address."""
    members = {one for each in crm.lists.values() if each.object_type == "contacts" for one in each.members}
    found = (crm.contacts.get(one) for one in sorted(members))
    return random.choice(
        [one.properties["email"] for one in found if one and one.archived_at is None and one.properties.get("email")]
    )
