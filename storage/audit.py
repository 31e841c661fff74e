"""The audit log: who changed what, and when. People stand in it by address id, so that erasing empties it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlmodel import Field, Session, SQLModel, col

from storage.addresses import Address
from storage.campaigns import Campaign
from storage.columns import BigId, Moment
from storage.target_groups import TargetGroup
from storage.workspaces import is_in


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=Moment, index=True)
    actor: str = Field(description="`slack:USER` (a kept id), `slack`, `cli`, `api:NAME`, `hubspot` or `recipient`")
    action: str
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True, sa_type=BigId)
    detail: str = Field(default="", description="ids and numbers, never an address")


@dataclass(frozen=True, slots=True)
class Noted:
    """
    An entry as it is shown; `email` is None where it speaks of nobody, or of somebody erased since.

    `campaign` is the name of the one it is about, if it is still there; `group` that of the target group.
    """

    at: datetime
    actor: str
    action: str
    email: str | None
    detail: str
    campaign: str | None = None
    group: str | None = None

    @property
    def channel(self) -> str | None:
        """The Slack channel that it is about, as the store keeps ids; None: none."""
        return self.detail.rpartition(" ")[2] if self.action in _ABOUT_CHANNELS else None


_ABOUT_CHANNELS: Final = (
    "chose a channel",
    "changed a channel's terms",
    "took back a channel",
    "brought back a channel",
)
_CAMPAIGN: Final = re.compile(r"campaign (\d{1,18})\b")
_GROUP: Final = re.compile(r"group (\d{1,18})\b")


def slack_user(actor: str | None) -> str | None:
    """The id of the Slack user that an actor is, if one."""
    kind, _, user_id = (actor or "").partition(":")
    return user_id or None if kind == "slack" else None


def note(
    session: Session, *, now: datetime, actor: str, action: str, address_id: int | None = None, detail: str = ""
) -> None:
    """Write down that `actor` did something."""
    session.add(AuditEntry(at=now, actor=actor, action=action, address_id=address_id, detail=detail))


def newest(session: Session, limit: int, workspace: str | None = None) -> tuple[Noted, ...]:
    """The last entries, newest first; of all, or of what a workspace's people did and what nobody did in Slack."""
    query = (
        select(
            col(AuditEntry.at),
            col(AuditEntry.actor),
            col(AuditEntry.action),
            col(Address.email),
            col(AuditEntry.detail),
        )
        .outerjoin(Address, col(Address.id) == col(AuditEntry.address_id))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(limit)
    )
    if workspace is not None:
        actor = col(AuditEntry.actor)
        query = query.where(or_(actor.not_like("slack:%"), is_in(actor, workspace, "slack:")))
    rows = session.execute(query).all()
    campaigns = _named(session, Campaign, _CAMPAIGN, [row.detail for row in rows])
    groups = _named(session, TargetGroup, _GROUP, [row.detail for row in rows])
    return tuple(
        Noted(at, actor, action, email, detail, campaigns.get(detail), groups.get(detail))
        for at, actor, action, email, detail in rows
    )


def _named(
    session: Session, table: type[Campaign] | type[TargetGroup], pattern: re.Pattern[str], details: Sequence[str]
) -> dict[str, str]:
    """What the rows are called that details speak of, by detail."""
    ids = {detail: int(found[1]) for detail in details if (found := pattern.match(detail))}
    called = dict(session.execute(select(col(table.id), col(table.name)).where(col(table.id).in_(ids.values()))).all())
    return {detail: called[id_] for detail, id_ in ids.items() if id_ in called}
