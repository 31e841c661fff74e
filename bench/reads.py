"""Reading: one contact's performance with 10 and with 1,000,000 clicks; look-ups by part of a name among many."""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from storage import Store, contact_search, open_store, people_search, performance
from storage.bulk import insert_rows
from storage.columns import to_microseconds
from storage.migrate import upgrade
from storage.tracking import COLUMNS, EventClass, EventKind

FEW, MANY = 10, 1_000_000
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Reading:
    """`against` is the same with little data; `ratio` the one over the other."""

    name: str
    milliseconds: float
    against: float

    @property
    def ratio(self) -> float:
        return self.milliseconds / self.against


def measure(folder: Path, *, contacts: int) -> list[Reading]:
    """On SQLite; each reading is the median of interleaved tries."""
    url = f"sqlite:///{folder}/reads.db"
    upgrade(url)
    store = open_store(url)
    try:
        return [_performance(store), _search(store, contacts)]
    finally:
        store.close_now()


def _performance(store: Store) -> Reading:
    store.write_now(_add_people)
    for address_id, clicks in ((1, FEW), (2, MANY)):
        for start in range(0, clicks, CHUNK):
            store.write_now(_add_clicks, address_id, start, min(CHUNK, clicks - start))
    store.write_now(_add_counters)
    few, many = _interleaved(
        store, lambda s: performance.of_addresses(s, [1]), lambda s: performance.of_addresses(s, [2])
    )
    return Reading("a contact's performance, 1,000,000 clicks against 10", many, few)


def _add_people(session: Session) -> None:
    rows = [(number, f"p{number}@firma.example", 0) for number in (1, 2)]
    insert_rows(session, "address", ("id", "email", "since"), rows)
    insert_rows(
        session,
        "campaign",
        (
            "id",
            "name",
            "name_key",
            "alt",
            "target_url",
            "priority",
            "status",
            "is_default",
            "is_external",
            "created_at",
        ),
        [(1, "Bench", "bench", "", "https://x.example/", 0, "active", False, False, 0)],
    )


def _add_clicks(session: Session, address_id: int, start: int, number: int) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    values = {"kind": int(EventKind.CLICK), "address_id": address_id, "campaign_id": 1, "rule": "default"}
    values |= {"counts_as": int(EventClass.HUMAN), "is_doubted": False, "measures": "", "agent": "", "method": "GET"}
    rows = []
    for place in range(start, start + number):
        told = values | {"at": to_microseconds(begin + timedelta(seconds=place))}
        rows.append(tuple(told.get(name) for name in COLUMNS))
    insert_rows(session, "event", COLUMNS, rows)


def _add_counters(session: Session) -> None:
    rows = [(1, 1, 20, 0, 0, FEW, 0), (2, 1, 20, 0, 0, MANY, 0)]
    insert_rows(session, "counter", ("address_id", "campaign_id", *performance.COUNTS), rows)


def _search(store: Store, contacts: int) -> Reading:
    """By part of a name among all, against the same among a thousand."""
    dice = random.Random(3)
    names = [f"{a}{b}" for a in ("Mül", "Schnei", "Hof", "Berg", "Kel", "Wag") for b in ("ler", "der", "mann", "ner")]
    _add_contacts(store, dice, names, 0, 1_000)
    few = _timed(store, lambda session: people_search.find(session, "needle"))
    for start in range(1_000, contacts, CHUNK):
        _add_contacts(store, dice, names, start, min(CHUNK, contacts - start))
    many = _timed(store, lambda session: people_search.find(session, "needle"))
    return Reading(f"a part of a name among {contacts:,} contacts against 1,000", many, few)


def _add_contacts(store: Store, dice: random.Random, names: list[str], start: int, number: int) -> None:
    def add(session: Session) -> None:
        rows = []
        for place in range(start, start + number):
            name = "Nora Needleman" if place == 500 else f"{dice.choice(names)} {dice.choice(names)} {place}"
            rows.append((10 + place, name, contact_search.searchable(name, ()), "{}", 0))
        insert_rows(session, "contact", ("id", "name", "search_text", "properties", "asked_at"), rows)

    store.write_now(add)


def _interleaved(store: Store, *reads: Callable[[Session], object], tries: int = 60) -> list[float]:
    taken: list[list[float]] = [[] for _ in reads]
    for _ in range(tries):
        for place, read in enumerate(reads):
            taken[place].append(_once(store, read))
    return [statistics.median(one) for one in taken]


def _timed(store: Store, read: Callable[[Session], object], tries: int = 30) -> float:
    return statistics.median(_once(store, read) for _ in range(tries))


def _once(store: Store, read: Callable[[Session], object]) -> float:
    begun = time.perf_counter()
    store.read_now(read)
    return (time.perf_counter() - begun) * 1000
