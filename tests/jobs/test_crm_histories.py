"""Random histories of a CRM, told by hints that are lost, doubled, late and disordered: in the end we hold the same."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from jobs.apply import Apply, Became
from jobs.context import Context
from jobs.full_pass import full_pass
from jobs.hubspot.lists import find_list
from jobs.reconcile import sync_groups
from sandbox.hubspot import Crm
from sandbox.hubspot.events import AppEvent, Change
from sandbox.hubspot.records import Record
from storage import Session, contacts, inbox, open_store, target_groups
from storage.addresses import Address, AddressKind
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.inbox import HintKind, HintTold
from storage.target_groups import GroupMember, TargetGroup
from tests.database_pool import DatabasePool
from tests.jobs.portal import Waits, a_context, a_crm, a_hubspot

CUSTOMERS, PARTNERS = 611, 612
DATABASES = ("sqlite", "postgresql")
HISTORIES = settings().max_examples // 2  # each costs a server, a database and many passes

People = st.integers(0, 30)
Steps = st.one_of(
    st.tuples(st.sampled_from(["rename", "readdress", "delete", "restore", "forget", "employ", "create"]), People),
    st.tuples(st.sampled_from(["join", "leave"]), People, st.sampled_from([CUSTOMERS, PARTNERS])),
    st.tuples(st.sampled_from(["merge", "pass_on_address"]), People, People),
    st.tuples(st.sampled_from(["apply", "sync"])),
)
# How often a hint is delivered: lost, once, twice.
Deliveries = st.lists(st.integers(0, 2), min_size=1, max_size=20)


@dataclass
class History:
    """A CRM and the hints that tell of its changes and have not been delivered yet."""

    crm: Crm = field(default_factory=a_crm)
    undelivered: list[HintTold] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    passed_on: set[str] = field(default_factory=set)
    """Addresses that went from one contact to another: whose privacy they are is no longer clear."""

    def step(self, what: str, *numbers: int) -> None:
        """Change the CRM, if there is somebody of whom that can be asked."""
        made: Change | None = getattr(self, what)(*numbers)
        if made is not None:
            self.undelivered += [hint for event in made.app_events for hint in hints_of(event)]
            self.undelivered += [HintTold(HintKind.LIST, str(event.list_id)) for event in made.list_events]

    def live(self, number: int) -> Record | None:
        return self._pick(number, lambda one: one.archived_at is None)

    def _pick(self, number: int, fits: Callable[[Record], bool]) -> Record | None:
        fitting = [one for one in self.crm.contacts.values() if fits(one)]
        return fitting[number % len(fitting)] if fitting else None

    def rename(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.change("contacts", one.id, {"lastname": f"Muster{next(self.numbers)}"})

    def readdress(self, number: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.change("contacts", one.id, {"email": f"n{next(self.numbers)}@neu.example"})

    def pass_on_address(self, giver: int, taker: int) -> Change | None:
        one, other = self.live(giver), self.live(taker)
        if one is None or other is None or one is other or "email" not in one.properties:
            return None
        email = one.properties["email"]
        self.passed_on.add(email)
        given_up = self.crm.change("contacts", one.id, {"email": f"n{next(self.numbers)}@neu.example"})
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

    def forget(self, number: int) -> Change | None:
        one = self._pick(number, lambda each: self.passed_on.isdisjoint(each.addresses))
        return one and self.crm.privacy_delete(one.id)

    def employ(self, number: int) -> Change | None:
        one = self.live(number)
        if one is None:
            return None
        name = f"Firma {next(self.numbers)}"
        company = self.crm.create("companies", {"name": name, "domain": f"{name.replace(' ', '')}.example"})
        assert company.record is not None
        employed = self.crm.associate(one.id, company.record.id, primary=True)
        return Change(None, company.app_events + employed.app_events)

    def create(self, number: int) -> Change:
        return self.crm.create("contacts", {"email": f"n{next(self.numbers)}@neu.example", "lastname": f"N{number}"})

    def join(self, number: int, list_id: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.add_to_list(list_id, [one.id])

    def leave(self, number: int, list_id: int) -> Change | None:
        one = self.live(number)
        return one and self.crm.remove_from_list(list_id, [one.id])

    def merge(self, winner: int, loser: int) -> Change | None:
        one, other = self.live(winner), self.live(loser)
        return self.crm.merge("contacts", one.id, other.id) if one and other and one is not other else None


def hints_of(event: AppEvent) -> list[HintTold]:
    """As the receiver understands an event."""
    if event.kind == "privacyDeletion":
        return [HintTold(HintKind.PRIVACY_DELETION, str(event.object_id))]
    kind = HintKind.CONTACT if event.object_type == "contacts" else HintKind.COMPANY
    ids = [event.object_id, event.fields.get("primaryObjectId"), *event.fields.get("mergedObjectIds", ())]
    return [HintTold(kind, str(each)) for each in ids if each is not None]


async def tell(context: Context, apply: Apply, hints: list[HintTold]) -> None:
    await context.store.write(inbox.keep_hints, hints, now=context.now())
    while await apply.apply_due() is Became.APPLIED:
        pass


async def live_through(url: str, steps: list[tuple[str, int]], deliveries: list[int], shuffle: st.DataObject) -> None:
    history, often = History(), itertools.cycle(deliveries)
    history.crm.add_to_list(history.crm.create_list("Partners").id, list(history.crm.contacts)[4:])
    store = open_store(url)
    try:
        async with a_hubspot(history.crm) as hubspot:
            context = a_context(store, hubspot, Waits())
            apply = Apply(context)
            for list_id in (CUSTOMERS, PARTNERS):
                state = await asyncio.to_thread(find_list, context.hubspot, str(list_id), now=context.now())
                assert state is not None
                await store.write(target_groups.import_list, state, now=context.now())
            for what, *numbers in steps:
                if what not in ("apply", "sync"):
                    history.step(what, *numbers)
                    continue
                told = [hint for hint in history.undelivered for _ in range(next(often))]
                history.undelivered.clear()
                told = shuffle.draw(st.permutations(told)) if told else []
                both = [tell(context, apply, told)] + ([sync(context)] if what == "sync" else [])
                await asyncio.gather(*both)
            await apply.stop(timedelta(seconds=20))
            await sync(context)
            await store.read(check, history)
            await full_pass(context)
            await store.read(check_everybody, history)
    finally:
        await store.close()


async def sync(context: Context) -> None:
    assert [each.trouble for each in await sync_groups(context)] == [None, None]


def check(session: Session, history: History) -> None:
    """Both groups hold exactly the lists' live members, and each of these is as HubSpot has it."""
    crm, everyone = history.crm, set[int]()
    for list_id in (CUSTOMERS, PARTNERS):
        listed = {each for each in crm.hubspot_list(list_id).members if crm.contacts[each].archived_at is None}
        assert members(session, list_id) == {str(each) for each in listed}
        everyone |= listed
    for each in sorted(everyone):
        check_contact(session, history, crm.contacts[each], {str(one) for one in everyone})


def check_everybody(session: Session, history: History) -> None:
    """After the nightly pass everybody whom we hold is as HubSpot has them, in a list or not."""
    held = select(ContactId.hubspot_id, Contact).join(Contact, col(Contact.id) == col(ContactId.contact_id))
    shown = held.where(col(ContactId.is_present), col(Contact.hidden_at).is_(None))
    for hubspot_id, contact in session.exec(shown):
        record = history.crm.find("contacts", int(hubspot_id))
        if record is None or record.archived_at is not None:
            assert contact.deleted_at is not None
        else:
            assert (str(record.id), contact.deleted_at, contact.name) == (hubspot_id, None, name_of(record))


def name_of(record: Record) -> str:
    return " ".join(record.properties[part] for part in ("firstname", "lastname") if part in record.properties)


def members(session: Session, list_id: int) -> set[str]:
    query = select(ContactId.hubspot_id).join(GroupMember, col(GroupMember.contact_id) == col(ContactId.contact_id))
    query = query.join(TargetGroup).where(TargetGroup.hubspot_list_id == str(list_id), col(ContactId.is_present))
    return set(session.exec(query))


def check_contact(session: Session, history: History, record: Record, listed: set[str]) -> None:
    crm, contact_id = history.crm, contacts.contact_ids(session, [str(record.id)])[str(record.id)]
    contact = session.get_one(Contact, contact_id)
    assert contact.name == name_of(record)
    merged = {str(old) for old in crm.merged_into if crm.find("contacts", old) is record}
    assert set(contacts.contact_ids(session, merged).values()) <= {contact_id}
    assert len(contacts.contact_ids(session, merged)) == len(merged)
    if record.company_ids:
        company = session.get_one(Company, str(record.company_ids[0]))
        assert (contact.company_id, company.name) == (
            company.hubspot_id,
            crm.companies[record.company_ids[0]].properties["name"],
        )
    for email in record.addresses:
        row = session.exec(select(Address).where(Address.email == email)).one()
        if row.contact_id != contact_id:
            # Somebody outside our lists had it, and no hint came that this ended.
            assert email in history.passed_on
            assert row.contact_id is not None
            assert contacts.present_id(session, row.contact_id) not in listed
        elif email == record.properties.get("email"):
            assert row.kind is AddressKind.PRIMARY


@contextmanager
def a_database(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database for one history."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(request.getfixturevalue("migrated_file"), Path(folder) / "footlight.db")
            yield f"sqlite:///{folder}/footlight.db"
        return
    pool: DatabasePool = request.getfixturevalue("database_pool")
    with pool.lent() as url:
        yield url


@pytest.mark.parametrize("kind", DATABASES)
@settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(Steps, min_size=1, max_size=25), deliveries=Deliveries, shuffle=st.data())
def test_any_history(
    request: pytest.FixtureRequest,
    kind: str,
    steps: list[tuple[str, int]],
    deliveries: list[int],
    shuffle: st.DataObject,
) -> None:
    """Whatever hints are lost, doubled or disordered: after a pass members, after a night all, are as in HubSpot."""
    with a_database(kind, request) as url:
        asyncio.run(live_through(url, steps, deliveries, shuffle))
