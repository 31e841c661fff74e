"""The list of campaigns as people read it: what each shows to whom, whether it is in force, and what it brought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from decisions.who_sees_what import Because, Status, why_not_in_force
from storage import performance
from storage.accounts import Account
from storage.campaigns import Campaign, CampaignAccount, CampaignGroup, link_of
from storage.performance import CampaignNumbers
from storage.target_groups import TargetGroup


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A campaign as people list it. `accounts` are named; `is_external`: known by another tool's clicks alone.

    `link_url` is the target with our UTM parameters, where it has them. `why_not`: why nobody sees it at present;
    None: it is in force.
    """

    id: int
    name: str
    status: Status
    why_not: Because | None
    target_url: str
    link_url: str
    adds_utm: bool
    image_url: str | None
    banner_digest: str | None
    alt: str
    priority: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_default: bool
    is_for_own: bool
    is_external: bool
    groups: tuple[str, ...]
    accounts: tuple[str, ...]
    numbers: CampaignNumbers

    @property
    def state(self) -> str:
        """`in_force`, `external`, or why nobody sees it at present, in one word."""
        if self.is_external:
            return "external"
        return self.why_not.why if self.why_not else "in_force"


def list_campaigns(session: Session, *, now: datetime) -> list[Listed]:
    """Every campaign that is not deleted, newest first, the external ones too."""
    groups = _names(session.exec(_GROUPS_OF_CAMPAIGNS))
    accounts = _names(session.exec(_ACCOUNTS_OF_CAMPAIGNS))
    numbers = performance.of_campaigns(session)
    there = select(Campaign).where(col(Campaign.status) != Status.DELETED)
    rows = session.exec(there.order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc()))
    return [
        _listed(row, groups.get(row.id, ()), accounts.get(row.id, ()), numbers.get(row.id, NOTHING), now)
        for row in rows
        if row.id is not None
    ]


NOTHING: Final = CampaignNumbers()
_GROUPS_OF_CAMPAIGNS: Final = (
    select(CampaignGroup.campaign_id, TargetGroup.name)
    .join(TargetGroup, col(TargetGroup.id) == col(CampaignGroup.group_id))
    .order_by(TargetGroup.name_key)
)
_ACCOUNTS_OF_CAMPAIGNS: Final = (
    select(CampaignAccount.campaign_id, Account.name)
    .join(Account, col(Account.id) == col(CampaignAccount.account_id))
    .order_by(Account.name)
)


def _names(rows: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for campaign_id, name in rows:
        found[campaign_id] = (*found.get(campaign_id, ()), name)
    return found


def _listed(
    row: Campaign, groups: tuple[str, ...], accounts: tuple[str, ...], numbers: CampaignNumbers, now: datetime
) -> Listed:
    assert row.id is not None
    return Listed(
        id=row.id,
        name=row.name,
        status=row.status,
        why_not=why_not_in_force(row, now),
        target_url=row.target_url,
        link_url=link_of(row),
        adds_utm=row.adds_utm,
        image_url=row.image_url,
        banner_digest=row.banner_digest,
        alt=row.alt,
        priority=row.priority,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_default=row.is_default,
        is_for_own=row.is_for_own,
        is_external=row.is_external,
        groups=groups,
        accounts=accounts,
        numbers=numbers,
    )
