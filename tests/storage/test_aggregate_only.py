"""People who are counted only in groups: nothing is stored of them but how often, by campaign, group and day."""

from dataclasses import astuple
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from storage import Store, aggregate_only, events_folded, feed, groups_by_hand, outbox, posted
from storage.briefing import brief
from storage.campaign_changes import campaign_id
from storage.contact_card import ContactCard, card_of_address
from storage.contacts_arrived import store_states
from storage.counts import Counts
from storage.outbox import Due
from storage.performance import of_campaigns
from storage.performance_report import NOBODY, parts_of_all, report, series
from storage.person_export import export
from storage.recount import recount
from storage.selections import ALL, of_campaign, of_group
from storage.small_crowds import TooFewPeople
from storage.target_groups import place_contact
from storage.tracking import EventKind
from tests.storage.clicking import click
from tests.storage.people import HASHER, T0, a_state
from tests.storage.test_recount import PERSON, World

VIEW, CLICK = EventKind.VIEW, EventKind.CLICK
RECORDED = ("event", "last_seen", "counter", "kept_count", "activity", "lead")


def switch(world: World, on: bool = True, group_id: int | None = None) -> None:
    chosen = world.group_id if group_id is None else group_id
    world.store.write_now(aggregate_only.switch, chosen, on=on, actor="cli", now=world.now)


def rows(store: Store, *tables: str) -> dict[str, int]:
    """How many rows these tables have, those that are empty left out."""

    def read(session: Session) -> dict[str, int]:
        counted = {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
        return {name: number for name, number in counted.items() if number}

    return store.read_now(read)


def totals(store: Store) -> tuple[Counts, dict[int, Any], dict[int, Any]]:
    """All, each campaign and each day, from everybody."""

    def read(session: Session) -> Any:
        days: dict[Any, list[int]] = {}
        for hour, counts in series(session, ALL, T0 - timedelta(days=1), T0 + timedelta(days=9)):
            day = days.setdefault(hour.date(), [0] * 5)
            days[hour.date()] = [a + b for a, b in zip(day, astuple(counts), strict=True)]
        return report(session, ALL).counts, of_campaigns(session), days

    return store.read_now(read)


def numbers(store: Store) -> list[tuple[Any, ...]]:
    """Who is counted, at which hour, by whose choice, how often."""
    query = "SELECT name, hour, group_id, kind, number FROM hour_counter JOIN campaign ON id = campaign_id"
    return [tuple(row) for row in store.read_now(lambda session: session.execute(text(query)).all())]


def test_only_the_day_is_stored(store: Store) -> None:
    """A member's views and clicks are counted by campaign, group, day and class, and stand in no other table."""
    world = World(store)
    switch(world)
    for kind, agent in ((VIEW, PERSON), (CLICK, PERSON), (CLICK, "curl/8")):
        world.fetch("max@firma.de", kind, agent, 60)

    assert rows(store, *RECORDED, "outbox_item", "digest_entry") == {}
    at_ten = int((T0.replace(hour=10)).timestamp() * 1_000_000)
    assert sorted(numbers(store)) == [
        ("Summit", at_ten, world.group_id, kind, number) for kind, number in ((1, 1), (2, 1), (2, 1))
    ]
    assert store.read_now(recount).differences == ()


def test_everybody_of_an_account(store: Store) -> None:
    """An account's people are its members: who was never seen is not even known afterwards; reported clicks too."""
    world = World(store)
    group_id = store.write_now(groups_by_hand.create, "Works council", actor="cli", now=T0)
    store.write_now(groups_by_hand.add, group_id, [], ["acme.example"], hasher=HASHER, now=T0)
    switch(world, group_id=group_id)
    known = rows(store, "address")

    world.fetch("new@acme.example", VIEW, PERSON, 60)
    world.fetch("new@acme.example", CLICK, PERSON, 60)
    click(store, "new@sales.acme.example", world.now)

    assert (rows(store, *RECORDED), rows(store, "address")) == ({}, known)
    assert sum(number for *_, number in numbers(store)) == 3
    assert store.read_now(recount).differences == ()


def test_setting_it_folds_the_past(store: Store) -> None:
    """What was recorded of each goes into the totals, which stay; messages are rewritten, what is owed is not told."""
    world = World(store)
    for who in ("max@firma.de", "eva@firma.de"):
        for kind, wait in ((VIEW, 60), (CLICK, 60), (CLICK, 86_400)):
            world.fetch(who, kind, PERSON, wait)
    world.fetch("jo@acme.example", CLICK, PERSON, 60)
    group_id = store.write_now(groups_by_hand.create, "More", actor="cli", now=T0)
    store.write_now(groups_by_hand.add, group_id, ["jo@acme.example"], [], hasher=HASHER, now=T0)
    activity, *_ = store.read_now(lambda session: [one for one in feed.newest(session, 9) if one.email[:3] == "max"])
    store.write_now(
        posted.remember,
        channel="C1",
        ts="1.2",
        kind=Due.ACTIVITY_CHANGED,
        subject=activity.id,
        address_id=activity.address_id,
        now=T0,
    )
    store.write_now(outbox.owe, Due.ACTIVITY_CHANGED, activity.id, destination="slack:C2", now=T0)
    before = totals(store)

    for id_ in (world.group_id, group_id):
        switch(world, group_id=id_)
    world.fold()

    hours = [hour for _, hour, group_id, *_ in numbers(store) if group_id == world.group_id]
    assert {hour // 3_600_000_000 % 24 for hour in hours} == {10}
    kept = {"event": 3, "counter": 1, "activity": 2, "last_seen": 1}
    assert rows(store, *RECORDED) == kept
    items = store.read_now(lambda session: session.execute(text("SELECT kind, destination FROM outbox_item")).all())
    assert [tuple(item) for item in items] == [("person_forgotten", "slack:C1")]
    assert store.read_now(recount).differences == ()
    switch(world, on=False)
    switch(world, on=False, group_id=group_id)
    assert totals(store) == before


def test_card_and_export_say_so(store: Store) -> None:
    """There are no numbers on the card, even before the past is folded; card and export tell why."""
    world = World(store)
    world.fetch("max@firma.de", CLICK, PERSON, 60)
    switch(world)

    card = store.read_now(card_of_address, "max@firma.de", HASHER)
    assert isinstance(card, ContactCard)
    assert (card.counted_only_in_groups, card.performance.clicks, card.performance.recent_clicks) == (True, 0, ())
    assert store.read_now(export, "max@firma.de", HASHER)["counted_only_in_groups"]
    assert not store.read_now(export, "eva@firma.de", HASHER)["counted_only_in_groups"]
    (max_, eva) = store.read_now(brief, ["max@firma.de", "eva@firma.de"], HASHER, since=T0, now=world.now)
    assert (max_.counted_only_in_groups, max_.clicked, eva.counted_only_in_groups) == (True, None, False)


def test_who_leaves_is_counted_as_anyone(store: Store) -> None:
    """Also a member of another group is counted only in groups; who leaves the aggregate-only one is so no more."""
    world = World(store)
    other = store.write_now(groups_by_hand.create, "Other", actor="cli", now=T0)
    store.write_now(groups_by_hand.add, other, ["max@firma.de"], [], hasher=HASHER, now=T0)
    switch(world)
    world.fetch("max@firma.de", CLICK, PERSON, 60)
    assert rows(store, *RECORDED) == {}

    world.join("501", False)
    world.fetch("max@firma.de", CLICK, PERSON, 60)

    assert rows(store, "event", "activity") == {"event": 1, "activity": 1}
    assert store.read_now(recount).differences == ()


def test_too_few_people(store: Store) -> None:
    """A group of few has no numbers, nor has the campaign that only they saw; the total is whole whatever happens."""
    world = World(store)
    world.fetch("eva@firma.de", CLICK, PERSON, 60)
    world.fetch("max@firma.de", CLICK, PERSON, 60)
    switch(world)

    def told(session: Session) -> list[int]:
        summit = campaign_id(session, "Summit")
        parts = {part.name: part.counts.clicks for part in parts_of_all(session)}
        of_summit = report(session, of_campaign(summit)).counts.clicks
        return [of_summit, of_campaigns(session)[summit].clicks, report(session, ALL).counts.clicks, parts[NOBODY]]

    world.fold()
    assert store.read_now(told) == [0, 0, 2, 1]
    with pytest.raises(TooFewPeople, match="Fewer than five"):
        store.read_now(lambda session: series(session, of_group(world.group_id), T0, world.now))

    states = [a_state(str(600 + place), f"p{place}@crowd.example") for place in range(4)]
    stored = store.write_now(store_states, states, hasher=HASHER, now=T0)
    for contact_id in stored.contact_ids.values():
        store.write_now(place_contact, contact_id, [world.group_id], now=T0)
    assert store.read_now(told) == [1, 1, 2, 1]
    assert store.read_now(lambda session: report(session, of_group(world.group_id)).counts.clicks) == 1


def test_every_table_of_events_is_folded() -> None:
    """A new table that hangs something that people did on an address is folded too, or named here with the reason."""
    kept = {
        "group_address": "membership, by which they are known to be counted only in groups",
        "lead_note": "what colleagues wrote",
        "follow": "that somebody wants to hear of them",
        "lost_claim": "whose address it is in HubSpot",
        "opt_out_waiting": "an opt-out that waits",
        "privacy_request": "what they asked for",
        "audit_entry": "what was decided on them",
        "posted": "where they are named, so that they can be taken out",
    }
    with_address = {name for name, table in SQLModel.metadata.tables.items() if "address_id" in table.c}
    assert with_address - {table.__tablename__ for table in events_folded.RECORDED} == kept.keys()
