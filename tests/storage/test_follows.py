"""Who follows a person or an account is told of their clicks, and of nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from decisions.human_or_machine import VerdictKind
from storage import Session, Store, companies, follow_news, follows, opt_out_asked, privacy
from storage.addresses import known_addresses
from storage.companies import CompanyState
from storage.follow_news import FollowNews
from storage.follows import MOST_FOLLOWED, Follow, FollowedClicks, Target, TooMany
from storage.outbox import Due, OutboxItem
from storage.person_export import export
from storage.tracking import Event
from tests.storage.people import HASHER, T0, a_state, at, become_lead, fetch, store_all

ANNA, JONAS = "UANNA", "UJONAS"
MAX, EVA = "max@firma.de", "eva@firma.de"


def person(email: str) -> Callable[[Session], Target]:
    return lambda session: Target(address_id=known_addresses(session, [email])[email].id)


def account(email: str) -> Callable[[Session], Target]:
    return lambda session: Target(account_id=known_addresses(session, [email])[email].account_id)


def begin(store: Store, whom: Callable[[Session], Target], user: str = ANNA, *, days: int = 30) -> int:
    """Somebody follows from just after T0 on."""
    begun = T0 + timedelta(seconds=1)
    target = store.read_now(whom)
    return store.write_now(
        follows.follow, target, user_id=user, team_id="T1", until=begun + timedelta(days=days), now=begun
    ).id


def tell(store: Store, now: datetime) -> int:
    return store.write_now(follow_news.tell, hasher=HASHER, now=now)


def owed(store: Store) -> list[tuple[str, str]]:
    """Whom what is owed, in its order."""
    query = select(OutboxItem.destination, OutboxItem.subject).where(OutboxItem.kind == Due.FOLLOWED_CLICKED)
    return store.read_now(lambda session: list(session.exec(query.order_by(OutboxItem.id)).all()))  # type: ignore[arg-type]


def news(store: Store, subject: str) -> dict[str, int]:
    """How often whom a message names clicked."""
    told: FollowNews | None = store.read_now(follow_news.news, subject)
    return {one.email or "": one.clicks for one in told.people} if told else {}


def test_clicks_close_together_are_one_message(store: Store) -> None:
    """A message grows with each click until ten minutes went by; machines and what came before count for nothing."""
    store_all(store, a_state(additional_emails=("m@privat.example",)))
    fetch(store, MAX, minute=-5)
    id_ = begin(store, person(MAX))
    fetch(store, MAX, minute=1, verdict=VerdictKind.MACHINE)
    assert tell(store, at(1)) == 0

    for minute in (2, 3):
        fetch(store, MAX, minute=minute)
        assert tell(store, at(minute)) == 1
    fetch(store, "m@privat.example", minute=4)
    assert (tell(store, at(4)), tell(store, at(5))) == (1, 0)
    fetch(store, MAX, minute=30)
    assert tell(store, at(30)) == 1

    assert owed(store) == [("slack:UANNA", f"{id_}:1"), ("slack:UANNA", f"{id_}:2")]
    assert news(store, f"{id_}:1") == {MAX: 2, "m@privat.example": 1}
    assert news(store, f"{id_}:2") == {MAX: 1}


def test_doubted_click_is_told_when_it_is_settled(store: Store) -> None:
    """A click that a probable sign speaks against waits, also behind a younger one; as a machine's it is never told."""
    become_lead(store, MAX)
    id_ = begin(store, person(MAX))
    for minute in (1, 2, 3):
        fetch(store, MAX, minute=minute)

    def doubt(session: Session, minutes: set[int]) -> None:
        for event in session.exec(select(Event).where(Event.at > T0)):
            event.is_doubted = event.at in {at(minute) for minute in minutes}

    store.write_now(doubt, {1, 2})
    assert (tell(store, at(3)), news(store, f"{id_}:1")) == (1, {MAX: 1})
    store.write_now(doubt, {2})
    assert (tell(store, at(4)), news(store, f"{id_}:1")) == (1, {MAX: 2})
    store.write_now(lambda session: session.delete(session.exec(select(Event).where(Event.at == at(2))).one()))
    assert tell(store, at(5)) == 0


def test_everybody_of_an_account(store: Store) -> None:
    """Who follows an account hears of all its people in one message, of later ones too, and when it is joined."""
    store_all(store, a_state(), a_state("502", EVA))
    id_ = begin(store, account(MAX))
    begin(store, person(EVA), JONAS)
    store.write_now(companies.store_companies, [CompanyState("9", T0, "Firma", ("acme.example", "firma.de"))])
    fetch(store, MAX, minute=1)
    fetch(store, EVA, minute=1)
    fetch(store, "j.doe@acme.example", minute=1)

    assert tell(store, at(2)) == 2

    assert news(store, f"{id_}:1") == {MAX: 1, EVA: 1, "j.doe@acme.example": 1}


def test_it_ends(store: Store) -> None:
    """After its last day nothing is told; a new day makes it longer, and stopping ends it for its owner alone."""
    become_lead(store, MAX)
    id_ = begin(store, person(MAX), days=1)
    assert begin(store, person(MAX), days=2) == id_
    other = begin(store, person(MAX), JONAS, days=1)
    fetch(store, MAX, minute=36 * 60)

    assert tell(store, at(36 * 60)) == 1
    assert owed(store) == [("slack:UANNA", f"{id_}:1")]
    assert store.write_now(follows.stop, id_, user_id=JONAS, now=T0) is None
    assert store.write_now(follows.stop, id_, user_id=ANNA, now=T0) is not None
    assert owed(store) == []
    assert tell(store, at(4 * 24 * 60)) == 0
    assert store.read_now(follows.get, other) is None


def test_opt_out_ends_it(store: Store) -> None:
    """Nobody follows who opted out; an account's follow stays, tells nothing of them, and goes on for the others."""
    store_all(store, a_state(), a_state("502", EVA))
    of_account = begin(store, account(MAX))
    begin(store, person(MAX))
    for email in (MAX, EVA):
        fetch(store, email, minute=1)
    assert tell(store, at(1)) == 2
    fetch(store, MAX, minute=2)

    store.write_now(opt_out_asked.opt_out, MAX, actor="cli", hasher=HASHER, now=at(2))

    assert owed(store) == [("slack:UANNA", f"{of_account}:1")]
    assert news(store, f"{of_account}:1") == {EVA: 1}
    assert tell(store, at(3)) == 0
    fetch(store, EVA, minute=4)
    assert (tell(store, at(4)), news(store, f"{of_account}:1")) == (1, {EVA: 2})


def test_erased_and_exported(store: Store) -> None:
    """The export tells who follows a person; an erase leaves no follow of theirs, and no click in others' messages."""
    store_all(store, a_state(), a_state("502", EVA))
    of_account = begin(store, account(MAX))
    begin(store, person(MAX), JONAS)
    fetch(store, MAX, minute=1)
    tell(store, at(1))
    told = store.read_now(export, MAX, HASHER)
    assert ([one["user_id"] for one in told["follows"]], len(told["followed_clicks"])) == ([JONAS], 2)

    store.write_now(privacy.erase, MAX, actor="cli", hasher=HASHER, now=at(2))

    left = store.read_now(lambda session: [one.id for one in session.exec(select(Follow))])
    assert left == [of_account]
    assert store.read_now(lambda session: session.exec(select(FollowedClicks)).all()) == []


def test_merged_contacts_are_followed_once(store: Store) -> None:
    """Who followed two contacts that HubSpot merged follows the one that stays, and hears of each click once."""
    store_all(store, a_state(), a_state("502", EVA))
    first, second = begin(store, person(MAX), days=7), begin(store, person(EVA), days=30)
    store_all(store, a_state("501", MAX, 1, other_ids=("502",), additional_emails=(EVA,)))
    fetch(store, EVA, minute=2)

    assert tell(store, at(2)) == 1

    assert owed(store) == [("slack:UANNA", f"{second}:1")]
    assert store.read_now(follows.get, first) is None


def test_there_is_an_end_to_following(store: Store) -> None:
    """One follows as many as a list of them can show."""
    store_all(store, *(a_state(str(number), f"p{number}@x.example") for number in range(MOST_FOLLOWED + 1)))
    for number in range(MOST_FOLLOWED):
        begin(store, person(f"p{number}@x.example"))

    with pytest.raises(TooMany):
        begin(store, person(f"p{MOST_FOLLOWED}@x.example"))
