"""The outbox: what we owe Slack and HubSpot. Rows hold facts and ids; the words are made when they are sent."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel

from storage import subscriptions
from storage.bulk import write_rows
from storage.columns import BigId, Json, Moment, Word, to_microseconds
from storage.database import is_sqlite
from storage.subscriptions import Topic

HUBSPOT: Final = "hubspot"
SLACK: Final = "slack:"


class Due(StrEnum):
    """What is owed. The subject is the id of what it speaks of."""

    LEAD_CHANGED = "lead_changed"
    LEAD_WENT_ON = "lead_went_on"
    ACTIVITY_CHANGED = "activity_changed"
    ACCOUNT_ACTIVE = "account_active"
    ADMIN_TOLD = "admin_told"
    PERSON_FORGOTTEN = "person_forgotten"
    ADD_TO_HUBSPOT = "add_to_hubspot"
    HUBSPOT_REFUSED = "hubspot_refused"
    PRIVACY_ASKED = "privacy_asked"
    DIGEST = "digest"
    CHANNEL_GREETED = "channel_greeted"
    ADMIN_WELCOMED = "admin_welcomed"
    FOLLOWED_CLICKED = "followed_clicked"
    OPT_OUTS_WAITING = "opt_outs_waiting"
    OPT_OUT_TO_HUBSPOT = "opt_out_to_hubspot"
    CLICKS_TO_HUBSPOT = "clicks_to_hubspot"
    NOTES_TO_HUBSPOT = "notes_to_hubspot"


class OutboxState(StrEnum):
    """SENDING: an attempt began, and its end is not known."""

    DUE = "due"
    SENDING = "sending"
    FAILED = "failed"


class OutboxItem(SQLModel, table=True):
    """
    One thing owed to one destination; sent, its row goes.

    A change that comes while it waits raises `version` and queues nothing; one that comes while it is being sent
    makes it due again, under a new key. `key` stands in the metadata of the Slack message, so that a crash between
    sending and marking is recognised. Of several, the lower `id` goes first.
    """

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index("ux_outbox_item_destination_kind_subject", "destination", "kind", "subject", unique=True),
        Index("ix_outbox_item_destination_state_id", "destination", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    destination: str = Field(description="`slack:CHANNEL`, `slack:USER`, `hubspot`, `hubspot:LANE`")
    kind: Due = Field(sa_type=Word(Due))
    subject: str
    facts: dict[str, str] = Field(default_factory=dict, sa_type=Json, description="never an address")
    key: str
    version: int = Field(default=1)
    state: OutboxState = Field(default=OutboxState.DUE, sa_type=Word(OutboxState))
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    attempts: int = Field(default=0)
    attempted_at: datetime | None = Field(default=None, sa_type=Moment)
    attempted_version: int = Field(default=0, description="the version that the last attempt brought")
    trouble: str | None = Field(default=None)


class OutboxDestination(SQLModel, table=True):
    """Whom we owe: who sends there now (one at a time, over all processes), and when the next item may go."""

    __tablename__ = "outbox_destination"

    destination: str = Field(primary_key=True)
    free_at: datetime = Field(sa_type=Moment, description="no item goes before")
    leased_until: datetime = Field(sa_type=Moment, description="until then an item is being sent")


def slack(channel: str) -> str:
    """The destination of a Slack channel, or of a user: that is their direct messages with us."""
    return SLACK + channel


def slack_channel(destination: str) -> str | None:
    """The Slack channel that a destination is, if it is one."""
    return destination.removeprefix(SLACK) if destination.startswith(SLACK) else None


def owe(
    session: Session,
    kind: Due,
    subject: str | int,
    *,
    destination: str,
    now: datetime,
    facts: Mapping[str, str] | None = None,
    after: timedelta | None = None,
) -> None:
    """
    Owe `destination` one thing, in the transaction of the change that it tells of.

    What waits already is renewed and keeps its place: its version rises, new `facts` replace the old ones (None keeps
    them), and it becomes due earlier, never later; but a failed attempt's wait is kept. What is being sent becomes
    due again after. What was given up is tried afresh.

    Args:
        after: how long it may wait for more to come; None: due at once.
    """
    owe_many(session, kind, [subject], destinations=[destination], now=now, facts=facts, after=after)


_OWED: Final = (
    *("destination", "kind", "subject", "facts", "key", "version", "state", "created_at", "due_at"),
    *("attempts", "attempted_version"),
)


def owe_many(
    session: Session,
    kind: Due,
    subjects: Iterable[str | int],
    *,
    destinations: Collection[str],
    now: datetime,
    facts: Mapping[str, str] | None = None,
    after: timedelta | None = None,
) -> None:
    """`owe` each subject to each destination, in two statements."""
    at, due_at = to_microseconds(now), to_microseconds(now + (after or timedelta(0)))
    told = msgspec.json.encode(facts or {}).decode()
    # In one order everywhere, so that batches of several processes cannot deadlock; numbers in their own.
    in_order = sorted({str(subject) for subject in subjects}, key=lambda subject: (len(subject), subject))
    rows = [
        (destination, kind.value, subject, told, f"{kind}-{subject}-{at}", 1, OutboxState.DUE.value, at, due_at, 0, 0)
        for destination in sorted(set(destinations))
        for subject in in_order
    ]
    if rows:
        _know(session, destinations)
        write_rows(session, "outbox_item", _OWED, rows, _renewed(session, new_facts=facts is not None))


def _know(session: Session, destinations: Collection[str]) -> None:
    rows = [(destination, 0, 0) for destination in sorted(set(destinations))]
    columns = ("destination", "free_at", "leased_until")
    write_rows(session, "outbox_destination", columns, rows, "ON CONFLICT (destination) DO NOTHING")


def _renewed(session: Session, *, new_facts: bool) -> str:
    least = "min" if is_sqlite(session) else "least"
    old = "outbox_item"
    return f"""
        ON CONFLICT (destination, kind, subject) DO UPDATE SET
            version = {old}.version + 1,
            facts = {"excluded" if new_facts else old}.facts,
            due_at = CASE
                WHEN {old}.state = 'failed' THEN excluded.due_at
                WHEN {old}.state = 'due' AND {old}.attempts > 0 THEN {old}.due_at
                ELSE {least}({old}.due_at, excluded.due_at) END,
            attempts = CASE WHEN {old}.state = 'failed' THEN 0 ELSE {old}.attempts END,
            trouble = CASE WHEN {old}.state = 'failed' THEN NULL ELSE {old}.trouble END,
            state = CASE WHEN {old}.state = 'failed' THEN 'due' ELSE {old}.state END
    """


def subscribed(session: Session, topic: Topic) -> tuple[str, ...]:
    """The destinations that a topic's subscriptions name; paused ones too: they keep what they are owed."""
    return tuple(slack(channel) for channel in subscriptions.channels_of(session, topic))
