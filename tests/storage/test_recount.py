"""Numbers equal a recount, whatever happens; and a recount finds what does not."""

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from storage import Store, aggregate_only, events_folded
from storage.addresses import Address
from storage.campaign_changes import NewCampaign, archive_campaign, create_campaign
from storage.campaigns import CampaignsInForce
from storage.clicks_settled import settle
from storage.columns import to_microseconds
from storage.contacts_arrived import store_states
from storage.events_thinned import look, thin
from storage.fetch_arrived import Fetched, Tracker
from storage.hours import by_campaign
from storage.hubspot_lists import HubSpotListState
from storage.opt_out_asked import opt_out
from storage.privacy import erase
from storage.recount import recount
from storage.target_groups import CONTACTS, import_list, place_contact
from storage.tracking import EventKind
from tests.storage.people import HASHER, T0, a_state

PERSON = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
EMAILS: Final = {"501": "max@firma.de", "502": "eva@firma.de", "503": "otto@acme.example"}
EVERYBODY: Final = (*EMAILS.values(), "jo@acme.example", None)
"""Two of one account, one of another, one who is no contact, and a mail to several people."""


@dataclass
class World:
    """A store in which time goes on, and how often who did what there."""

    store: Store
    now: datetime = T0
    tracker: Tracker = field(default_factory=lambda: Tracker(CampaignsInForce(), HASHER))
    happened: Tally[tuple[str | None, EventKind]] = field(default_factory=Tally)
    silent: set[str] = field(default_factory=set)
    """Who opted out or was erased."""
    group_id: int = 0

    def __post_init__(self) -> None:
        self.store.write_now(empty)
        self.tell(*EMAILS)
        self.group_id = self.store.write_now(import_list, HubSpotListState("77", T0, "Customers", CONTACTS), now=T0)
        for name, others in (("Fair", {"is_default": True}), ("Summit", {"groups": ["Customers"]})):
            pages = {"target_url": f"https://{name}.example/", "image_url": f"https://{name}.example/1.png"}
            new = NewCampaign(name=name, **pages, **others)  # type: ignore[arg-type]
            self.store.write_now(create_campaign, new, now=T0)
        self.join("501", True)

    def tell(self, *ids: str, **what: object) -> None:
        """HubSpot tells of these contacts."""
        states = [a_state(id_, EMAILS[id_], int((self.now - T0).total_seconds()) // 60, **what) for id_ in ids]
        self.store.write_now(store_states, states, hasher=HASHER, now=self.now)

    def join(self, id_: str, is_in: bool) -> None:
        """A contact comes into the group, or leaves it; one who was erased does neither."""

        def write(session: Session) -> None:
            query = select(Address.contact_id).where(col(Address.email) == EMAILS[id_])
            contact_id = session.exec(query).first()
            if contact_id is not None:
                place_contact(session, contact_id, [self.group_id] if is_in else [], now=self.now)

        self.store.write_now(write)

    def fetch(self, who: str | None, kind: EventKind, agent: str, wait: float) -> None:
        self.now += timedelta(seconds=wait)
        fetched = Fetched(kind, self.now, "mail0000", "anna@ours.example", who, user_agent=agent)
        (campaign,) = self.store.write_now(self.tracker.keep, [fetched])
        if who not in self.silent and (campaign is not None or kind is EventKind.CLICK):
            self.happened[campaign.decided.name if campaign else None, kind] += 1

    def thin(self, days: int) -> None:
        stretch = self.store.read_now(look, 0, self.now - timedelta(days=days))
        if stretch.old:
            self.store.write_now(thin, stretch.old)

    def count_in_groups(self, on: bool) -> None:
        """The group becomes aggregate only, or is no longer."""
        self.store.write_now(aggregate_only.switch, self.group_id, on=on, actor="cli", now=self.now)

    def fold(self) -> None:
        if address_ids := self.store.read_now(events_folded.recorded):
            self.store.write_now(events_folded.fold, address_ids, now=self.now)

    def merge(self, kept: str, gone: str) -> None:
        if not {EMAILS[kept], EMAILS[gone]} & self.silent:
            self.tell(kept, other_ids=(gone,), additional_emails=(EMAILS[gone],))

    def silence(self, how: Callable[..., object], id_: str) -> None:
        """Opt out or erase a person by one address; whoever is one with them goes too."""
        theirs = self.store.read_now(emails_of_person, EMAILS[id_])
        self.store.write_now(how, EMAILS[id_], actor="cli", hasher=HASHER, now=self.now)
        self.silent |= {EMAILS[id_], *theirs}


def emails_of_person(session: Session, email: str) -> list[str]:
    contact_id = select(Address.contact_id).where(col(Address.email) == email).scalar_subquery()
    return list(session.exec(select(Address.email).where(col(Address.contact_id) == contact_id)))


def empty(session: Session) -> None:
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table.name != "campaigns_version":
            session.execute(table.delete())


def step(name: str, *told: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.tuples(st.just(name), *told)


IDS = st.sampled_from(sorted(EMAILS))
FETCH = step(
    "fetch",
    st.sampled_from(EVERYBODY),
    st.sampled_from([EventKind.VIEW, EventKind.CLICK, EventKind.CLICK]),
    st.sampled_from([PERSON, PERSON, "curl/8", "Mozilla/5.0"]),
    st.sampled_from([0.3, 0.3, 20.0, 3600.0, 86_400.0]),
)
STEPS: Final = {
    "fetch": World.fetch,
    "settle": lambda world: world.store.write_now(settle, now=world.now + timedelta(minutes=1)),
    "thin": World.thin,
    "erase": lambda world, id_: world.silence(erase, id_),
    "opt out": lambda world, id_: world.silence(opt_out, id_),
    "merge": World.merge,
    "join": World.join,
    "count in groups": World.count_in_groups,
    "fold": World.fold,
    "archive": lambda world, name: world.store.write_now(archive_campaign, name, now=world.now),
}
HISTORY = st.lists(
    st.one_of(
        *[FETCH] * 6,
        step("settle"),
        step("thin", st.integers(0, 3)),
        step("erase", IDS),
        step("opt out", IDS),
        step("merge", IDS, IDS).filter(lambda told: told[1] != told[2]),
        step("join", IDS, st.booleans()),
        *[step("count in groups", st.sampled_from([True, True, False]))] * 2,
        step("fold"),
        step("archive", st.sampled_from(["Fair", "Summit"])),
    ),
    min_size=8,
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings.default.max_examples // 2)
@given(history=HISTORY)
def test_numbers_equal_a_recount(store: Store, history: list[tuple[object, ...]]) -> None:
    """Whatever people, machines, HubSpot and time did, the numbers equal a recount, and what really happened."""
    world = World(store)
    for name, *told in [*history, ("settle",)]:
        STEPS[str(name)](world, *told)  # type: ignore[operator]

    found = store.read_now(recount)
    assert found.differences == ()
    assert found.events + found.kept == world.happened.total()
    world.fold()
    assert (store.read_now(events_folded.recorded), store.read_now(recount).differences) == ([], ())
    names = dict(store.read_now(lambda session: session.execute(text("SELECT name, id FROM campaign")).all()))
    brought = store.read_now(by_campaign)
    clicks = {
        name: brought[id_].clicks + brought[id_].machine_clicks if id_ in brought else 0 for name, id_ in names.items()
    }
    assert clicks == {name: world.happened[name, EventKind.CLICK] for name in names}


@pytest.mark.parametrize(
    ("wrong", "differing"),
    [
        ("UPDATE counter SET clicks = clicks + 1", [("max@firma.de", "click", "human", 2, 1)]),
        ("UPDATE counter SET machine_views = 3", [("max@firma.de", "view", "machine", 3, 0)]),
        ("UPDATE hour_counter SET number = 5 WHERE kind = 2", [(None, "click", "human", 5, 1)]),
        ("DELETE FROM hour_counter WHERE kind = 1", [(None, "view", "human", 0, 1)]),
        (
            "UPDATE event SET counts_as = 2 WHERE kind = 2",
            [
                (who, "click", what, told, 1 - told)
                for who in (None, "max@firma.de")
                for what, told in (("human", 1), ("machine", 0))
            ],
        ),
        ("DELETE FROM event WHERE kind = 1", [(who, "view", "human", 1, 0) for who in (None, "max@firma.de")]),
    ],
)
def test_a_recount_finds_what_differs(store: Store, wrong: str, differing: list[tuple[object, ...]]) -> None:
    """A number that was tampered with is named, with what it should be."""
    world = World(store)
    world.fetch("max@firma.de", EventKind.VIEW, PERSON, 0)
    world.fetch("max@firma.de", EventKind.CLICK, PERSON, 20)
    assert store.read_now(recount).differences == ()

    store.write_now(lambda session: session.execute(text(wrong)))

    found = store.read_now(recount).differences
    assert [(one.email, one.kind, one.counts_as, one.told, one.recounted) for one in found] == differing
    assert {one.campaign for one in found} == {"Summit"}
    assert {one.target_group for one in found if one.email is None} <= {"Customers"}
    assert {one.day for one in found if one.email is None} <= {T0.replace(hour=0)}


def test_last_click_after_a_correction(store: Store) -> None:
    """When a person clicked last is told without the clicks that turned out to be a machine's."""
    world = World(store)
    world.fetch("max@firma.de", EventKind.CLICK, PERSON, 0)
    clicked_at = world.now
    for wait, who in ((600, "max@firma.de"), (0.3, "eva@firma.de"), (0.3, "jo@acme.example")):
        world.fetch(who, EventKind.CLICK, PERSON, wait)
    store.write_now(settle, now=world.now + timedelta(minutes=1))

    query = """
        SELECT email, clicks, machine_clicks, first_at, last_click_at FROM counter
        JOIN address ON address.id = address_id ORDER BY email DESC
        """
    at = to_microseconds(clicked_at)
    assert [tuple(row) for row in store.read_now(lambda session: session.execute(text(query)).all())] == [
        ("max@firma.de", 1, 1, at, at),
        ("jo@acme.example", 0, 1, None, None),
        ("eva@firma.de", 0, 1, None, None),
    ]
