"""Opt-outs that wait: many at once, from HubSpot, a file or for a domain, are carried out after somebody said yes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import LargeBinary, delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mass_opt_out import Next, next_for
from decisions.mendable import Mendable
from storage import audit, hubspot_choices, opt_out_asked, opt_outs, outbox, subscriptions
from storage.addresses import Address
from storage.bulk import insert_missing
from storage.columns import BigId, Moment, Word
from storage.contacts import Contact, contact_ids, take_turns
from storage.hubspot_choices import HubSpotOption
from storage.opt_outs import Hasher, KeyKind
from storage.outbox import Due

HUBSPOT_ACTOR: Final = "hubspot"


class Source(StrEnum):
    """Where opt-outs came from."""

    HUBSPOT = "hubspot"
    CSV = "csv"
    DOMAIN = "domain"


class RequestState(StrEnum):
    """COUNTING: more may come in a moment. ACCEPTED: being carried out; done, the request goes."""

    COUNTING = "counting"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class OptOutRequest(SQLModel, table=True):
    """Opt-outs that came together."""

    __tablename__ = "opt_out_request"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source: Source = Field(sa_type=Word(Source))
    state: RequestState = Field(sa_type=Word(RequestState))
    asked_by: str = Field(description="an actor, as in the audit")
    asked_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment, description="when the last of them came")
    domain: str | None = Field(default=None, description="whom it opts out, known or yet to come")


class OptOutWaiting(SQLModel, table=True):
    """One person of a request: by the keyed hash that an opt-out would leave, and by what we hold of them."""

    __tablename__ = "opt_out_waiting"

    request_id: int = Field(foreign_key="opt_out_request.id", primary_key=True, sa_type=BigId)
    hash: bytes = Field(primary_key=True, index=True, sa_type=LargeBinary)
    kind: KeyKind = Field(sa_type=Word(KeyKind))
    hubspot_id: str | None = Field(default=None)
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True, sa_type=BigId)


class NoSuchRequest(Mendable):
    """No opt-outs of that number wait. `footlight optouts list` shows those that do."""


@dataclass(frozen=True, slots=True)
class RequestView:
    """Opt-outs that wait, or were refused. `people`: how many are known; of a `domain` more may come."""

    id: int
    source: Source
    state: RequestState
    asked_by: str
    asked_at: datetime
    people: int
    domain: str | None


def found_in_hubspot(session: Session, hubspot_ids: Collection[str], hasher: Hasher, *, now: datetime) -> None:
    """HubSpot says that these contacts, tracked here, opted out there; who was told of before is no news."""
    rows = {hasher.hubspot_id(id_): id_ for id_ in hubspot_ids}
    known = set(map(bytes, session.exec(select(OptOutWaiting.hash).where(col(OptOutWaiting.hash).in_(rows)))))
    news = {hash_: id_ for hash_, id_ in rows.items() if hash_ not in known}
    if not news:
        return
    request = _open_request(session, now)
    request.last_at = now
    _insert(session, request, [(hash_, KeyKind.HUBSPOT_ID, id_, None) for hash_, id_ in news.items()])
    if request.state is RequestState.WAITING:
        _tell(session, request, now)


def ask(
    session: Session,
    source: Source,
    emails: Sequence[str] = (),
    domain: str | None = None,
    *,
    is_yes: bool = False,
    actor: str,
    hasher: Hasher,
    now: datetime,
) -> int:
    """
    Let these opt-outs wait for a yes, or be carried out where that was given (`is_yes`); the number of the request.

    What is not held is kept as hashes alone.
    """
    state = RequestState.ACCEPTED if is_yes else RequestState.WAITING
    request = OptOutRequest(source=source, state=state, asked_by=actor, asked_at=now, last_at=now, domain=domain)
    session.add(request)
    session.flush()
    assert request.id is not None
    for start in range(0, len(emails), AT_ONCE):
        some = emails[start : start + AT_ONCE]
        held = dict(session.exec(select(Address.email, Address.id).where(col(Address.email).in_(some))).all())
        _insert(session, request, [(hasher.address(each), KeyKind.ADDRESS, None, held.get(each)) for each in some])
    if not is_yes:
        _tell(session, request, now)
    return request.id


AT_ONCE: Final = 1_000


def settle(session: Session, *, now: datetime) -> None:
    """Decide on what came from HubSpot: few are carried out once no more come, many wait for a yes."""
    counting = _REQUESTS.where(col(OptOutRequest.state) == RequestState.COUNTING)
    for request in session.exec(counting.with_for_update()).all():
        match next_for(_people(session, request), now - request.last_at):
            case Next.CARRY_OUT:
                request.state = RequestState.ACCEPTED
            case Next.ASK:
                request.state = RequestState.WAITING
                _tell(session, request, now)
    session.flush()


def accept(session: Session, request_id: int, *, actor: str, now: datetime) -> None:
    """
    Somebody said yes, also after a no: they are opted out from now on, by `carry_out`.

    Raises:
        NoSuchRequest
    """
    _decide(session, request_id, RequestState.ACCEPTED, actor, now)


def refuse(session: Session, request_id: int, *, actor: str, now: datetime) -> None:
    """
    Somebody said no: nobody is opted out, and HubSpot may say the same of them again without a question.

    Raises:
        NoSuchRequest
    """
    _decide(session, request_id, RequestState.REFUSED, actor, now)


def carry_out(session: Session, *, hasher: Hasher, now: datetime, limit: int = 50) -> bool:
    """Opt out some of those for whom somebody said yes; True while there are more."""
    is_accepted = col(OptOutRequest.state) == RequestState.ACCEPTED
    if session.exec(select(OptOutRequest.id).where(is_accepted).limit(1)).first() is None:
        return False
    take_turns(session)  # before the request is locked, as whoever finds opt-outs in HubSpot does
    request = session.exec(_REQUESTS.where(is_accepted).with_for_update(skip_locked=True).limit(1)).first()
    if request is None:
        return False
    if request.domain is not None:
        opt_out_asked.opt_out_domain(session, request.domain, actor=request.asked_by, hasher=hasher, now=now)
    rows = session.exec(_waiting_in(request).order_by(col(OptOutWaiting.hash)).limit(limit)).all()
    for row in rows:
        _opt_out(session, row, request.asked_by, hasher, now)
        session.delete(row)
    if len(rows) < limit:
        session.flush()
        session.delete(request)
    session.flush()
    return True


def get(session: Session, request_id: int) -> RequestView | None:
    """A request as it is now; None: it was carried out."""
    request = session.get(OptOutRequest, request_id, populate_existing=True)
    return _view(session, request) if request else None


def all_waiting(session: Session) -> tuple[RequestView, ...]:
    """What waits for a yes or was refused, oldest first."""
    shown = (RequestState.WAITING, RequestState.REFUSED)
    return tuple(_view(session, one) for one in session.exec(_REQUESTS.where(col(OptOutRequest.state).in_(shown))))


def forget(session: Session, hashes: Collection[bytes]) -> None:
    """Who was erased waits for nothing."""
    session.execute(delete(OptOutWaiting).where(col(OptOutWaiting.hash).in_(hashes)))


_REQUESTS: Final = select(OptOutRequest).order_by(col(OptOutRequest.id))


def _open_request(session: Session, now: datetime) -> OptOutRequest:
    """The request that what HubSpot tells now belongs to."""
    is_open = col(OptOutRequest.state).in_((RequestState.COUNTING, RequestState.WAITING))
    of_hubspot = _REQUESTS.where(is_open, col(OptOutRequest.source) == Source.HUBSPOT).with_for_update()
    found = session.exec(of_hubspot.limit(1)).first()
    if found is None:
        found = OptOutRequest(
            source=Source.HUBSPOT, state=RequestState.COUNTING, asked_by=HUBSPOT_ACTOR, asked_at=now, last_at=now
        )
        session.add(found)
    session.flush()
    return found


def _insert(session: Session, request: OptOutRequest, rows: Sequence[tuple[Any, ...]]) -> None:
    session.flush()
    columns = ("hash", "kind", "hubspot_id", "address_id")
    insert_missing(
        session, OptOutWaiting, [{"request_id": request.id, **dict(zip(columns, row, strict=True))} for row in rows]
    )


def _tell(session: Session, request: OptOutRequest, now: datetime) -> None:
    """Owe the admin the question, or its present state."""
    if channel := subscriptions.admin_channel(session):
        facts, destination = {"people": str(_people(session, request))}, outbox.slack(channel)
        outbox.owe(session, Due.OPT_OUTS_WAITING, request.id or 0, destination=destination, now=now, facts=facts)


def _decide(session: Session, request_id: int, state: RequestState, actor: str, now: datetime) -> None:
    request = session.get(OptOutRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.state in (RequestState.COUNTING, RequestState.ACCEPTED):
        raise NoSuchRequest(f"{request_id}: {NoSuchRequest.__doc__}")
    request.state = state
    word = "let many be opted out" if state is RequestState.ACCEPTED else "let many not be opted out"
    audit.note(session, now=now, actor=actor, action=word, detail=f"{_people(session, request)} people")
    _tell(session, request, now)


def _opt_out(session: Session, row: OptOutWaiting, actor: str, hasher: Hasher, now: datetime) -> None:
    asked: dict[str, Any] = {"actor": actor, "hasher": hasher, "now": now}
    if row.hubspot_id is not None:
        contact_id = contact_ids(session, [row.hubspot_id]).get(row.hubspot_id)
        if contact_id is not None and _says_so(session, contact_id):
            opt_out_asked.opt_out_contact(session, contact_id, **asked)
    elif row.address_id is not None:
        email = session.get_one(Address, row.address_id).email
        opt_out_asked.opt_out(session, email, **asked)
    else:
        opt_outs.record(session, {bytes(row.hash): row.kind}, actor, now)


def _says_so(session: Session, contact_id: int) -> bool:
    """Whether HubSpot still says what it said: a mistake may have been mended there while it waited."""
    chosen = hubspot_choices.chosen(session, HubSpotOption.OPT_OUT_FROM)
    contact = session.get_one(Contact, contact_id)
    return chosen is not None and chosen.is_set(contact.properties.get(chosen.property))


def _people(session: Session, request: OptOutRequest) -> int:
    if request.domain is not None:
        return opt_out_asked.known_at_domain(session, request.domain)
    return session.exec(select(func.count()).select_from(_waiting_in(request).subquery())).one()


def _waiting_in(request: OptOutRequest) -> Any:
    return select(OptOutWaiting).where(col(OptOutWaiting.request_id) == request.id)


def _view(session: Session, request: OptOutRequest) -> RequestView:
    assert request.id is not None
    people = _people(session, request)
    return RequestView(
        request.id, request.source, request.state, request.asked_by, request.asked_at, people, request.domain
    )
