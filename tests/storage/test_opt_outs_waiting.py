"""Opt-outs from HubSpot, files and domains: few are carried out by themselves, many wait for a yes."""

import time
from collections.abc import Sequence
from threading import Thread

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from storage import Store, hubspot_choices, open_store, opt_outs, opt_outs_waiting, outbox, subscriptions
from storage.contact_properties import held_names
from storage.contacts import ContactState
from storage.hubspot_choices import Chosen, HubSpotOption
from storage.opt_out_asked import opt_out, opt_out_domain
from storage.opt_outs_waiting import NoSuchRequest, OptOutWaiting, RequestState, Source, all_waiting
from storage.outbox import Due, OutboxItem
from storage.privacy import erase
from storage.subscriptions import Topic
from tests.storage.people import HASHER, T0, at, store_all

PROPERTY = Chosen("no_tracking", "true")
ASKED = {"actor": "cli", "hasher": HASHER}


def choose(store: Store, choice: HubSpotOption = HubSpotOption.OPT_OUT_FROM) -> None:
    store.write_now(hubspot_choices.choose, choice, PROPERTY, actor="cli", now=T0)


def people(number: int, minute: int = 0, value: str | None = "true") -> list[ContactState]:
    values = {PROPERTY.property: value}
    return [
        ContactState(str(each), at(minute), f"p{each}@firma.de", properties=values) for each in range(1, number + 1)
    ]


def arrive(store: Store, states: Sequence[ContactState], minute: int = 0) -> None:
    store.write_now(opt_outs_waiting.settle, now=at(minute))  # nothing of before is left
    store_all(store, *states)


def work(store: Store, minute: int) -> None:
    """As the job does it, until nothing is left to do."""
    store.write_now(opt_outs_waiting.settle, now=at(minute))
    while store.write_now(opt_outs_waiting.carry_out, hasher=HASHER, now=at(minute)):
        pass


def out(store: Store, number: int) -> int:
    return len(store.read_now(opt_outs.opted_out, [f"p{each}@firma.de" for each in range(1, number + 1)], HASHER))


def owed(store: Store, kind: Due) -> list[str]:
    return list(store.read_now(lambda session: session.exec(select(OutboxItem.subject).where(OutboxItem.kind == kind))))


def test_only_by_choice(store: Store) -> None:
    """No property of HubSpot's opts anybody out, not even HubSpot's own, until the admin chose it; then it is read."""
    states = [ContactState("1", T0, "p1@firma.de", properties={"hs_email_optout": "true", "no_tracking": "true"})]
    arrive(store, states)
    work(store, 5)
    assert out(store, 1) == 0
    assert "no_tracking" not in store.read_now(held_names)

    choose(store)
    assert "no_tracking" in store.read_now(held_names)
    store_all(store, *people(1, 1))
    work(store, 6)
    assert out(store, 1) == 1


async def test_more_come_while_it_is_decided(store: Store, database_url: str) -> None:
    """Who was found before the decision is counted in it, even if the two happen at the same moment."""
    choose(store)
    arrive(store, people(40))
    other = open_store(database_url)
    deciding = Thread(target=other.write_now, args=(opt_outs_waiting.settle,), kwargs={"now": at(5)})

    def find_more(session: Session) -> None:
        ids = [str(each) for each in range(41, 81)]
        opt_outs_waiting.found_in_hubspot(session, ids, HASHER, now=at(1))
        deciding.start()
        deadline = time.monotonic() + 30
        while deciding.is_alive() and not is_held_up(session) and time.monotonic() < deadline:
            time.sleep(0.01)

    store.write_now(find_more)
    deciding.join(30)
    await other.close()
    (request,) = store.read_now(all_waiting)
    assert (request.people, request.state) == (80, RequestState.WAITING)


def is_held_up(session: Session) -> bool:
    """Whether somebody waits for a lock; in SQLite everybody does who wants to write."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one() > 0


@pytest.mark.parametrize("value", ["", "false", None, "untrue"])
def test_other_values(store: Store, value: str | None) -> None:
    """Only the chosen value opts out."""
    choose(store)
    arrive(store, people(1, value=value))
    work(store, 5)
    assert out(store, 1) == 0


def test_few(store: Store) -> None:
    """Fifty at once are opted out by themselves, once no more come, and for good whatever the property says later."""
    choose(store)
    arrive(store, people(50))
    store.write_now(opt_outs_waiting.settle, now=T0)
    assert store.write_now(opt_outs_waiting.carry_out, hasher=HASHER, now=T0) is False
    work(store, 1)
    assert (out(store, 50), store.read_now(all_waiting)) == (50, ())

    arrive(store, people(50, 2, "false"))
    arrive(store, people(50, 3))
    work(store, 9)
    assert (out(store, 50), store.read_now(all_waiting)) == (50, ())


def test_many(store: Store) -> None:
    """One more than fifty wait; the admin is told of all of them, once, and a yes opts them out."""
    choose(store)
    store.write_now(subscriptions.subscribe, Topic.ADMIN, "C0ADMIN", now=T0)
    arrive(store, people(30))
    arrive(store, people(60))
    work(store, 5)
    work(store, 6)
    (waiting,) = store.read_now(all_waiting)
    assert (waiting.people, waiting.source, waiting.state, out(store, 60)) == (60, Source.HUBSPOT, "waiting", 0)
    assert owed(store, Due.OPT_OUTS_WAITING) == [str(waiting.id)]

    arrive(store, people(61, 7))
    assert store.read_now(all_waiting)[0].people == 61
    store.write_now(opt_outs_waiting.accept, waiting.id, actor="slack:U1", now=at(8))
    work(store, 8)
    assert (out(store, 61), store.read_now(all_waiting)) == (61, ())
    with pytest.raises(NoSuchRequest):
        store.write_now(opt_outs_waiting.accept, waiting.id, actor="slack:U1", now=at(9))


def test_refused(store: Store) -> None:
    """After a no nobody is opted out, HubSpot may say it again without a question, and a yes is still possible."""
    choose(store)
    arrive(store, people(51))
    work(store, 5)
    (waiting,) = store.read_now(all_waiting)
    store.write_now(opt_outs_waiting.refuse, waiting.id, actor="cli", now=at(5))
    arrive(store, people(51, 6))
    work(store, 9)
    assert [one.state for one in store.read_now(all_waiting)] == [RequestState.REFUSED]
    assert out(store, 51) == 0

    store.write_now(opt_outs_waiting.accept, waiting.id, actor="cli", now=at(10))
    work(store, 10)
    assert out(store, 51) == 51


def test_mended_meanwhile(store: Store) -> None:
    """Whom HubSpot no longer calls opted out when the yes comes stays tracked."""
    choose(store)
    arrive(store, people(51))
    work(store, 5)
    arrive(store, people(50, 6, "false"))
    store.write_now(opt_outs_waiting.accept, store.read_now(all_waiting)[0].id, actor="cli", now=at(7))
    work(store, 7)
    assert out(store, 51) == 1


def test_from_a_file(store: Store) -> None:
    """Addresses of a file wait as hashes where nobody is known; a yes opts out known and unknown ones."""
    arrive(store, people(1))
    emails = ("p1@firma.de", "p2@firma.de")
    request_id = store.write_now(opt_outs_waiting.ask, Source.CSV, emails, **ASKED, now=T0)
    assert (store.read_now(all_waiting)[0].people, out(store, 2)) == (2, 0)

    store.write_now(opt_outs_waiting.accept, request_id, actor="cli", now=T0)
    work(store, 1)
    assert out(store, 2) == 2


def test_a_domain(store: Store) -> None:
    """A domain waits with the number of known addresses, and is opted out with all that come."""
    arrive(store, people(3))
    request_id = store.write_now(opt_outs_waiting.ask, Source.DOMAIN, domain="firma.de", **ASKED, now=T0)
    assert store.read_now(all_waiting)[0].people == 3
    store.write_now(opt_outs_waiting.accept, request_id, actor="cli", now=T0)
    work(store, 1)
    assert out(store, 9) == 9


def test_erased_meanwhile(store: Store) -> None:
    """Who is erased is forgotten here too."""
    choose(store)
    arrive(store, people(51))
    store.write_now(opt_outs_waiting.ask, Source.CSV, ["p51@firma.de", "new@firma.de"], **ASKED, now=T0)
    for email in ("p51@firma.de", "new@firma.de"):
        store.write_now(erase, email, **ASKED, now=at(1))
    left = store.read_now(lambda session: session.exec(select(OptOutWaiting.hubspot_id)).all())
    assert sorted(left) == sorted(str(each) for each in range(1, 51))


def test_owed_to_hubspot(store: Store) -> None:
    """Where a property was chosen for it, each contact that is opted out here is owed to HubSpot; else nobody is."""
    arrive(store, people(4, value=None))
    store.write_now(opt_out, "p1@firma.de", **ASKED, now=T0)
    choose(store, HubSpotOption.OPT_OUT_TO)
    for email in ("p2@firma.de", "p2@firma.de", "stranger@firma.de"):
        store.write_now(opt_out, email, **ASKED, now=T0)
    assert len(owed(store, Due.OPT_OUT_TO_HUBSPOT)) == 1
    store.write_now(opt_out_domain, "firma.de", **ASKED, now=T0)
    assert len(owed(store, Due.OPT_OUT_TO_HUBSPOT)) == 4
    store_all(store, ContactState("9", at(1), "stranger@firma.de"))
    assert len(owed(store, Due.OPT_OUT_TO_HUBSPOT)) == 5
    destinations = store.read_now(lambda session: set(session.exec(select(OutboxItem.destination))))
    assert outbox.HUBSPOT not in destinations
