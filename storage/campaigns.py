"""Campaigns: what is shown to whom and when, and the memory of those in force that the hot path asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions import who_sees_what
from decisions.addresses import account_domain
from decisions.utm import with_utm
from decisions.who_sees_what import Recipient, Rule, Status
from storage.accounts import AccountDomain
from storage.columns import BigId, Moment, Word


class Campaign(SQLModel, table=True):
    __tablename__ = "campaign"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    name_key: str = Field(unique=True, description="the name case-folded")
    image_url: str | None = Field(default=None, description="a picture kept elsewhere; never fetched by us")
    banner_digest: str | None = Field(default=None, foreign_key="banner_file.digest")
    alt: str = Field(default="")
    target_url: str = Field(description="as it was given, without our UTM parameters")
    adds_utm: bool = Field(default=False)
    priority: int = Field(default=0)
    starts_at: datetime | None = Field(default=None, sa_type=Moment)
    ends_at: datetime | None = Field(default=None, sa_type=Moment)
    status: Status = Field(default=Status.ACTIVE, sa_type=Word(Status))
    is_default: bool = Field(default=False)
    is_for_own: bool = Field(default=False, description="for people of our own domains")
    is_external: bool = Field(default=False, description="known only by the clicks that another tool reports")
    created_at: datetime = Field(sa_type=Moment)


class CampaignGroup(SQLModel, table=True):
    __tablename__ = "campaign_group"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)


class CampaignAccount(SQLModel, table=True):
    __tablename__ = "campaign_account"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigId)


class CampaignsVersion(SQLModel, table=True):
    """One row whose number moves with each change of campaigns, so that every process's memory can follow."""

    __tablename__ = "campaigns_version"

    id: int = Field(primary_key=True)
    version: int


@dataclass(frozen=True, slots=True)
class Banner:
    """What a recipient is shown: a picture kept elsewhere or by us (its digest), with what HTML needs."""

    image_url: str | None
    digest: str | None
    alt: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class CampaignInForce:
    """A campaign as the hot path needs it: the decision's value, and its banner."""

    decided: who_sees_what.Campaign
    banner: Banner


class CampaignsInForce:
    """
    The campaigns, in memory. Give it a session in each transaction: it reads them again when they changed.

    With the store down it still knows the last ones.
    """

    def __init__(self) -> None:
        self._version: int | None = None
        self._by_id: dict[int, CampaignInForce] = {}
        self._accounts: dict[str, int] = {}
        self._ordered: tuple[who_sees_what.Campaign, ...] = ()
        self._ordered_until: datetime | None = None
        self._ordered_at: datetime | None = None

    def refresh(self, session: Session) -> None:
        """Read the campaigns again if any process changed them."""
        version = session.connection().execute(_VERSION).scalar_one()
        if version != self._version:
            self._by_id = {campaign.decided.id: campaign for campaign in all_campaigns(session, deleted_too=True)}
            self._accounts = _accounts_assigned(session)
            self._version, self._ordered_at = version, None

    def choose(self, recipient: Recipient, now: datetime) -> tuple[CampaignInForce | None, Rule]:
        """What this recipient sees at `now`."""
        campaign, rule = who_sees_what.choose_quickly(recipient, self._in_force(now))
        return (self._by_id[campaign.id] if campaign else None), rule

    def choose_for_all(self, recipients: Sequence[Recipient], now: datetime) -> CampaignInForce | None:
        """What stands in one mail to all of these at `now`."""
        campaign = who_sees_what.choose_for_all(recipients, self._in_force(now))
        return self._by_id[campaign.id] if campaign else None

    def get(self, campaign_id: int) -> CampaignInForce | None:
        """A campaign by its id, in force or not."""
        return self._by_id.get(campaign_id)

    def get_in_force(self, campaign_id: int | None, now: datetime) -> CampaignInForce | None:
        """A campaign by its id, if it may be shown at `now`."""
        campaign = self._by_id.get(campaign_id) if campaign_id is not None else None
        return None if campaign is None or who_sees_what.why_not_in_force(campaign.decided, now) else campaign

    def remembered(self, domain: str | None, now: datetime, *, own: frozenset[str]) -> CampaignInForce | None:
        """
        What someone at this domain sees, as far as memory tells: by account or by default, without target groups.

        For when the store does not answer. It leaves the order alone that the writer's thread keeps.
        """
        account_id = self._accounts.get(account_domain(domain or "") or "")
        recipient = Recipient(account_id=account_id, is_own=domain in own)
        by_id = self._by_id
        campaign, _ = who_sees_what.choose_quickly(
            recipient, who_sees_what.in_force([one.decided for one in by_id.values()], now)
        )
        return by_id[campaign.id] if campaign else None

    def _in_force(self, now: datetime) -> Sequence[who_sees_what.Campaign]:
        if self._ordered_at is None or now < self._ordered_at or (self._ordered_until and now >= self._ordered_until):
            decided = [campaign.decided for campaign in self._by_id.values()]
            turns = (moment for one in decided for moment in (one.starts_at, one.ends_at) if moment and moment > now)
            self._ordered, self._ordered_until = who_sees_what.in_force(decided, now), min(turns, default=None)
            self._ordered_at = now
        return self._ordered


_VERSION: Final = select(CampaignsVersion.version)


def changed(session: Session) -> None:
    """To be called by whatever changes campaigns or their assignments."""
    session.execute(update(CampaignsVersion).values(version=CampaignsVersion.version + 1))


def link_of(row: Campaign) -> str:
    """Where a campaign's banner leads."""
    return with_utm(row.target_url, row.name) if row.adds_utm else row.target_url


def all_campaigns(session: Session, *, deleted_too: bool = False) -> list[CampaignInForce]:
    """Every campaign that can be shown, paused and archived ones too, and deleted ones, as their links lead on."""
    from storage.banner_files import BannerFile

    groups, accounts = _assigned(session)
    rows = session.exec(
        select(Campaign, BannerFile.width, BannerFile.height)
        .outerjoin(BannerFile, col(BannerFile.digest) == col(Campaign.banner_digest))
        .where(~col(Campaign.is_external), *(() if deleted_too else (col(Campaign.status) != Status.DELETED,)))
    )
    return [_in_force(row, width, height, groups, accounts) for row, width, height in rows]


def _assigned(session: Session) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    groups: dict[int, set[int]] = {}
    accounts: dict[int, set[int]] = {}
    for campaign_id, group_id in session.exec(select(CampaignGroup.campaign_id, CampaignGroup.group_id)):
        groups.setdefault(campaign_id, set()).add(group_id)
    for campaign_id, account_id in session.exec(select(CampaignAccount.campaign_id, CampaignAccount.account_id)):
        accounts.setdefault(campaign_id, set()).add(account_id)
    return groups, accounts


def _accounts_assigned(session: Session) -> dict[str, int]:
    query = select(AccountDomain.domain, AccountDomain.account_id)
    return dict(session.exec(query.where(col(AccountDomain.account_id).in_(select(CampaignAccount.account_id)))).all())


def _in_force(
    row: Campaign, width: int | None, height: int | None, groups: dict[int, set[int]], accounts: dict[int, set[int]]
) -> CampaignInForce:
    assert row.id is not None
    decided = who_sees_what.Campaign(
        id=row.id,
        name=row.name,
        target_url=link_of(row),
        created_at=row.created_at,
        priority=row.priority,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
        is_default=row.is_default,
        is_for_own=row.is_for_own,
        group_ids=frozenset(groups.get(row.id, ())),
        account_ids=frozenset(accounts.get(row.id, ())),
    )
    return CampaignInForce(decided, Banner(row.image_url, row.banner_digest, row.alt, width, height))


def external_ids(session: Session, names: Iterable[str], *, now: datetime) -> dict[str, int]:
    """The campaigns that another tool calls by these names or ids; an unknown name is created as external."""
    return {name: _known(session, name) or _external(session, name, now) for name in sorted(set(names))}


def _known(session: Session, name: str) -> int | None:
    by_name = session.exec(select(Campaign.id).where(col(Campaign.name_key) == name.casefold())).first()
    if by_name is None and name.isascii() and name.isdigit() and len(name) < 19:
        return session.exec(select(Campaign.id).where(col(Campaign.id) == int(name))).first()
    return by_name


def _external(session: Session, name: str, now: datetime) -> int:
    made = Campaign(name=name, name_key=name.casefold(), target_url="", is_external=True, created_at=now)
    session.add(made)
    session.flush()
    assert made.id is not None
    return made.id
