"""A CRM that lives: people change it at random, and what it told of that and has not been delivered yet."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.hubspot import Crm
from sandbox.hubspot.events import AppEvent, Change, ListEvent
from sandbox.hubspot.records import Owner, Record
from tests.jobs.portal import a_crm

CUSTOMERS, PARTNERS, KEY_ACCOUNTS = 611, 612, 613


def a_portal(now: Callable[[], datetime]) -> Crm:
    """Seven people, most of them in two lists that overlap; an employer, that a list of companies holds; two owners."""
    crm = a_crm()
    crm.now = now
    crm.owners[78] = Owner(78, 9078, "otto@ours.example", "Otto", "Owner", datetime(2026, 1, 1, tzinfo=UTC))
    crm.add_to_list(crm.create_list("Partners").id, list(crm.contacts)[4:])
    crm.add_to_list(crm.create_list("Key accounts", "companies").id, list(crm.companies))
    return crm


class People:
    """Who may be one person: addresses and ids that were on one record at some time, merged ones too."""

    def __init__(self) -> None:
        self._group_of: dict[str, set[str]] = {}

    def link(self, *keys: str) -> None:
        group = set(keys).union(*(self._group_of.get(key, ()) for key in keys))
        self._group_of.update(dict.fromkeys(group, group))

    def of(self, key: str | int) -> set[str]:
        return self._group_of.get(str(key), {str(key)})


@dataclass
class History:
    """What happened to `crm`; `app_events` and `list_events` were not delivered yet."""

    crm: Crm
    people: People = field(default_factory=People)
    app_events: list[AppEvent] = field(default_factory=list)
    list_events: list[ListEvent] = field(default_factory=list)
    privacy_deleted: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))

    def __post_init__(self) -> None:
        self._link()

    def step(self, what: str, *numbers: int) -> None:
        """Change the CRM, if there is somebody of whom that can be asked."""
        made: Change | None = getattr(self, what)(*numbers)
        if made is not None:
            self.app_events += made.app_events
            self.list_events += made.list_events
        self._link()

    def _link(self) -> None:
        for one in self.crm.contacts.values():
            self.people.link(str(one.id), *one.addresses)
        for old, new in self.crm.merged_into.items():
            self.people.link(str(old), str(new))

    def live(self, number: int) -> Record | None:
        return self._pick(number, lambda one: one.archived_at is None)

    def _pick(self, number: int, fits: Callable[[Record], bool]) -> Record | None:
        fitting = [one for one in self.crm.contacts.values() if fits(one)]
        return fitting[number % len(fitting)] if fitting else None

    def _new_address(self) -> str:
        return f"n{next(self.numbers)}@neu.example"

    def rename(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.change("contacts", one.id, {"lastname": f"Muster{next(self.numbers)}"})

    def readdress(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.change("contacts", one.id, {"email": self._new_address()})

    def add_address(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.add_address(one.id, self._new_address())

    def assign(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.change("contacts", one.id, {"hubspot_owner_id": str(77 + number % 2)})

    def pass_on_address(self, giver: int, taker: int) -> Change | None:
        one, other = self.live(giver), self.live(taker)
        if one is None or other is None or one is other or "email" not in one.properties:
            return None
        email = one.properties["email"]
        given_up = self.crm.change("contacts", one.id, {"email": self._new_address()})
        taken = self.crm.change("contacts", other.id, {"email": email})
        return Change(None, given_up.app_events + taken.app_events)

    def delete(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.delete("contacts", one.id)

    def restore(self, number: int) -> Change | None:
        one = self._pick(number, lambda each: each.archived_at is not None and self._is_free(each))
        return one and self.crm.restore("contacts", one.id)

    def _is_free(self, one: Record) -> bool:
        return all(self.crm.contact_by_address(each) is None for each in one.addresses)

    def privacy_delete(self, number: int) -> Change | None:
        one = self._pick(number, lambda each: True)
        if one is None:
            return None
        self.privacy_deleted |= {str(one.id), *one.addresses}
        return self.crm.privacy_delete(one.id)

    def employ(self, number: int) -> Change | None:
        one = self.live(number)
        if one is None:
            return None
        name = f"Firma {next(self.numbers)}"
        company = self.crm.create("companies", {"name": name, "domain": f"{name.replace(' ', '')}.example"})
        assert company.record is not None
        employed = self.crm.associate(one.id, company.record.id, primary=True)
        return Change(None, company.app_events + employed.app_events)

    def rename_company(self, number: int) -> Change:
        companies = list(self.crm.companies)
        return self.crm.change("companies", companies[number % len(companies)], {"name": f"AG {next(self.numbers)}"})

    def move_company(self, number: int) -> Change:
        companies = list(self.crm.companies)
        which = [companies[number % len(companies)]]
        held = self.crm.hubspot_list(KEY_ACCOUNTS).members
        move = self.crm.remove_from_list if which[0] in held else self.crm.add_to_list
        return move(KEY_ACCOUNTS, which)

    def create(self, number: int) -> Change:
        return self.crm.create("contacts", {"email": self._new_address(), "lastname": f"N{number}"})

    def join(self, number: int, list_id: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.add_to_list(list_id, [one.id])

    def leave(self, number: int, list_id: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.remove_from_list(list_id, [one.id])

    def merge(self, winner: int, loser: int) -> Change | None:
        one, other = self.live(winner), self.live(loser)
        return self.crm.merge("contacts", one.id, other.id) if one and other and one is not other else None
