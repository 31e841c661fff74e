"""Campaign changes: how campaigns are made, assigned, paused and archived; every process follows at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from decisions.addresses import NotAnAddress, normalise_domain
from decisions.outside_text import clean
from decisions.web_addresses import NotAWebAddress, normalise_url
from decisions.who_sees_what import Status
from storage.accounts import Account, require_account
from storage.campaigns import Campaign, CampaignAccount, CampaignGroup, changed
from storage.target_groups import TargetGroup

LONGEST_NAME: Final = 200
LONGEST_ALT: Final = 500
# What fits into a token as the target of last resort.
LONGEST_URL: Final = 900


class CampaignRefused(ValueError):
    """The campaign cannot be made or changed; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """
    What a new campaign is to be.

    One of `image_url` and `banner_digest` (of a kept file). `groups` are names of target groups, `accounts` domains.
    Times are aware; `starts_at` belongs to it, `ends_at` no longer does.
    """

    name: str
    target_url: str
    image_url: str | None = None
    banner_digest: str | None = None
    alt: str = ""
    groups: Sequence[str] = ()
    accounts: Sequence[str] = ()
    priority: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """The new campaign's id, and the name of the campaign that was the default before, if it took that place."""

    id: int
    replaced_default: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign as people list it. `accounts` are named; `is_external`: known by another tool's clicks alone."""

    id: int
    name: str
    status: Status
    target_url: str
    image_url: str | None
    banner_digest: str | None
    alt: str
    priority: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_default: bool
    is_external: bool
    groups: tuple[str, ...]
    accounts: tuple[str, ...]


def create_campaign(session: Session, new: NewCampaign, *, now: datetime) -> Created:
    """
    Make a campaign. A name that only another tool's clicks used so far becomes ours, with those clicks.

    Raises:
        CampaignRefused, NoAccount
    """
    _refuse_schedule(new)
    row = _row_for(session, new, now)
    replaced = _take_default(session) if new.is_default else None
    row.is_default = new.is_default
    session.add(row)
    session.flush()
    assert row.id is not None
    _assign(session, row.id, new)
    changed(session)
    return Created(row.id, replaced)


def pause_campaign(session: Session, name: str) -> None:
    """Nobody sees it until it is resumed. Raises CampaignRefused if there is none of this name or id."""
    _set_status(session, name, Status.PAUSED)


def resume_campaign(session: Session, name: str) -> None:
    """It is shown again, as its schedule says. Raises CampaignRefused if there is none of this name or id."""
    _set_status(session, name, Status.ACTIVE)


def archive_campaign(session: Session, name: str) -> None:
    """It is over; its numbers stay. Raises CampaignRefused if there is none of this name or id."""
    _set_status(session, name, Status.ARCHIVED)


def list_campaigns(session: Session) -> list[Listed]:
    """Every campaign, newest first, the external ones too."""
    groups = _names(session.exec(_GROUPS_OF_CAMPAIGNS))
    accounts = _names(session.exec(_ACCOUNTS_OF_CAMPAIGNS))
    rows = session.exec(select(Campaign).order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc()))
    return [_listed(row, groups.get(row.id or 0, ()), accounts.get(row.id or 0, ())) for row in rows]


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


def _listed(row: Campaign, groups: tuple[str, ...], accounts: tuple[str, ...]) -> Listed:
    assert row.id is not None
    return Listed(
        id=row.id,
        name=row.name,
        status=row.status,
        target_url=row.target_url,
        image_url=row.image_url,
        banner_digest=row.banner_digest,
        alt=row.alt,
        priority=row.priority,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_default=row.is_default,
        is_external=row.is_external,
        groups=groups,
        accounts=accounts,
    )


def _refuse_schedule(new: NewCampaign) -> None:
    if new.starts_at and new.ends_at and new.ends_at <= new.starts_at:
        raise CampaignRefused("the campaign ends before it starts: give a later --until")
    if (new.image_url is None) == (new.banner_digest is None):
        raise CampaignRefused("a campaign needs one image: a file or a URL")


def _row_for(session: Session, new: NewCampaign, now: datetime) -> Campaign:
    name = " ".join(clean(new.name, LONGEST_NAME).split())
    if not name:
        raise CampaignRefused("a campaign needs a name")
    row = session.exec(select(Campaign).where(col(Campaign.name_key) == name.casefold())).first()
    if row and not row.is_external:
        raise CampaignRefused("there is a campaign of this name already: give it another one")
    row = row or Campaign(name=name, name_key=name.casefold(), target_url="", created_at=now)
    row.name, row.is_external, row.created_at = name, False, now
    row.target_url = _url("target", new.target_url)
    row.image_url = _url("image", new.image_url) if new.image_url else None
    row.banner_digest, row.alt = new.banner_digest, clean(new.alt, LONGEST_ALT)
    row.priority, row.starts_at, row.ends_at = new.priority, new.starts_at, new.ends_at
    return row


def _url(what: str, text: str) -> str:
    try:
        url = normalise_url(text)
    except NotAWebAddress as error:
        raise CampaignRefused(f"the {what}: {error}") from error
    if len(url) > LONGEST_URL:
        raise CampaignRefused(f"the {what}: its address is longer than {LONGEST_URL} characters")
    return url


def _take_default(session: Session) -> str | None:
    """Its former holder's name."""
    held_by = session.exec(select(Campaign.name).where(col(Campaign.is_default))).first()
    session.execute(update(Campaign).where(col(Campaign.is_default)).values(is_default=False))
    return held_by


def _assign(session: Session, campaign_id: int, new: NewCampaign) -> None:
    for group_id in sorted({_group_id(session, group) for group in new.groups}):
        session.add(CampaignGroup(campaign_id=campaign_id, group_id=group_id))
    for account_id in sorted({_account_id(session, domain) for domain in new.accounts}):
        session.add(CampaignAccount(campaign_id=campaign_id, account_id=account_id))
    session.flush()


def _group_id(session: Session, name: str) -> int:
    group_id = session.exec(select(TargetGroup.id).where(col(TargetGroup.name_key) == name.strip().casefold())).first()
    if group_id is None:
        raise CampaignRefused(f"there is no target group {clean(name, LONGEST_NAME)!r}: see `footlight groups list`")
    return group_id


def _account_id(session: Session, domain: str) -> int:
    try:
        return require_account(session, normalise_domain(domain))
    except NotAnAddress as error:
        raise CampaignRefused(f"the account {clean(domain, LONGEST_NAME)!r} is no domain: {error}") from error


def _set_status(session: Session, name: str, status: Status) -> None:
    by_name = col(Campaign.name_key) == " ".join(name.split()).casefold()
    row = session.exec(select(Campaign).where(by_name)).first()
    if row is None and name.isascii() and name.isdigit() and len(name) < 19:
        row = session.get(Campaign, int(name))
    if row is None:
        raise CampaignRefused(f"there is no campaign {clean(name, LONGEST_NAME)!r}: see `footlight campaigns list`")
    row.status = status
    session.add(row)
    session.flush()
    changed(session)
