"""Campaign changes: how campaigns are made, edited, copied, paused and archived; every process follows at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import Final

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from decisions.addresses import NotAnAddress, normalise_domain
from decisions.mendable import Mendable
from decisions.outside_text import clean
from decisions.web_addresses import NotAWebAddress, normalise_url
from decisions.who_sees_what import Status
from storage import audit
from storage.accounts import AccountDomain, require_account
from storage.campaigns import Campaign, CampaignAccount, CampaignGroup, changed, link_of
from storage.target_groups import TargetGroup

LONGEST_NAME: Final = 200
LONGEST_ALT: Final = 500
# What fits into a token as the target of last resort.
LONGEST_URL: Final = 900
# Both databases hold it as a whole number of 32 bits.
GREATEST_PRIORITY: Final = 1_000_000


class Fault(StrEnum):
    """What keeps a campaign from being made or changed."""

    NO_NAME = "no_name"
    NAME_TAKEN = "name_taken"
    NO_TARGET = "no_target"
    TARGET_TOO_LONG = "target_too_long"
    NO_IMAGE = "no_image"
    BAD_IMAGE = "bad_image"
    IMAGE_TOO_LONG = "image_too_long"
    PRIORITY_TOO_FAR = "priority_too_far"
    ENDS_FIRST = "ends_first"
    NO_GROUP = "no_group"
    NO_DOMAIN = "no_domain"
    NO_CAMPAIGN = "no_campaign"
    EXTERNAL = "external"
    NOT_ARCHIVED = "not_archived"


class CampaignRefused(Mendable, ValueError):
    """The campaign cannot be made or changed; the text says why and what to do, `about` what it speaks of."""

    def __init__(self, fault: Fault, told: str, about: str = "") -> None:
        super().__init__(told)
        self.fault, self.about = fault, about


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """
    What a campaign is to be.

    One of `image_url` and `banner_digest` (of a kept file). `groups` are names of target groups, `accounts` domains.
    Times are aware; `starts_at` belongs to it, `ends_at` no longer does. `is_for_own`: our own people see it, who
    see no other. `adds_utm`: its link gets those UTM parameters that the target has not.
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
    is_for_own: bool = False
    adds_utm: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """The campaign's id and name, and the name of the one that was the default before, if it took that place."""

    id: int
    name: str
    replaced_default: str | None


def create_campaign(session: Session, new: NewCampaign, *, now: datetime, actor: str = "cli") -> Created:
    """
    Make a campaign. A name that only another tool's clicks used so far becomes ours, with those clicks.

    Raises:
        CampaignRefused, NoAccount
    """
    name = _checked_name(new.name)
    row = _holder(session, name) or Campaign(name=name, name_key=name.casefold(), target_url="", created_at=now)
    if row.id is not None and not row.is_external:
        raise _name_taken(name, row.status)
    row.is_external, row.created_at = False, now
    created = _fill(session, row, replace(new, name=name))
    note(session, "made a campaign", created.id, actor, now)
    return created


def change_campaign(
    session: Session, name: str, edit: Callable[[NewCampaign], NewCampaign], *, now: datetime, actor: str = "cli"
) -> Created:
    """
    Make the campaign of this name or id what `edit` makes of what it is; its age, status and numbers stay.

    Raises:
        CampaignRefused, NoAccount
    """
    row = ours(session, name)
    wanted = edit(_as_new(session, row))
    wanted = replace(wanted, name=_checked_name(wanted.name))
    if (holder := _holder(session, wanted.name)) and holder.id != row.id:
        raise _name_taken(wanted.name, holder.status)
    changed_to = _fill(session, row, wanted)
    note(session, "changed a campaign", changed_to.id, actor, now)
    return changed_to


def duplicate_campaign(
    session: Session, name: str, new_name: str | None = None, *, now: datetime, actor: str = "cli"
) -> Created:
    """
    Make a copy of the campaign of this name or id. It is paused, and it is no default.

    Args:
        new_name: None: one that says whose copy it is.

    Raises:
        CampaignRefused
    """
    original = _as_new(session, _required(session, name))
    copy = replace(original, name=new_name or _free_name(session, original.name), is_default=False)
    created = create_campaign(session, copy, now=now, actor=actor)
    session.get_one(Campaign, created.id).status = Status.PAUSED
    session.flush()
    return created


def campaign_as_new(session: Session, name: str) -> NewCampaign:
    """What the campaign of this name or id is, to be edited. Raises CampaignRefused if there is none."""
    return _as_new(session, _required(session, name))


def campaign_id(session: Session, name: str) -> int:
    """
    The id of a campaign by its name, in any case, or its id; of a deleted one too, whose numbers are kept.

    Raises:
        CampaignRefused: there is none.
    """
    return _named(session, name).id or 0


def pause_campaign(session: Session, name: str, *, now: datetime, actor: str = "cli") -> None:
    """Nobody sees it until it is resumed. Raises CampaignRefused if there is none of this name or id."""
    _set_status(session, name, Status.PAUSED, "paused a campaign", actor, now)


def resume_campaign(session: Session, name: str, *, now: datetime, actor: str = "cli") -> None:
    """It is shown again, as its schedule says. Raises CampaignRefused if there is none of this name or id."""
    _set_status(session, name, Status.ACTIVE, "resumed a campaign", actor, now)


def archive_campaign(session: Session, name: str, *, now: datetime, actor: str = "cli") -> None:
    """It is over; its numbers stay. Raises CampaignRefused if there is none of this name or id."""
    _set_status(session, name, Status.ARCHIVED, "archived a campaign", actor, now)


def _set_status(session: Session, name: str, status: Status, told: str, actor: str, now: datetime) -> None:
    row = _required(session, name)
    row.status = status
    session.flush()
    assert row.id is not None
    note(session, told, row.id, actor, now)
    changed(session)


def note(session: Session, told: str, campaign_id: int, actor: str, now: datetime) -> None:
    """Write into the audit what was done to a campaign."""
    audit.note(session, now=now, actor=actor, action=told, detail=f"campaign {campaign_id}")


def _fill(session: Session, row: Campaign, wanted: NewCampaign) -> Created:
    """Write what is wanted into a row, new or not; its name was looked at."""
    _refuse_contradictions(wanted)
    row.name, row.name_key = wanted.name, wanted.name.casefold()
    row.target_url = _url(Fault.NO_TARGET, Fault.TARGET_TOO_LONG, "target", wanted.target_url)
    row.image_url = _url(Fault.BAD_IMAGE, Fault.IMAGE_TOO_LONG, "image", wanted.image_url) if wanted.image_url else None
    row.banner_digest, row.alt = wanted.banner_digest, clean(wanted.alt, LONGEST_ALT)
    row.priority, row.starts_at, row.ends_at = wanted.priority, wanted.starts_at, wanted.ends_at
    row.is_for_own, row.adds_utm = wanted.is_for_own, wanted.adds_utm
    _require_length(Fault.TARGET_TOO_LONG, "target", link_of(row))
    replaced = _take_default(session, row) if wanted.is_default else None
    row.is_default = wanted.is_default
    session.add(row)
    session.flush()
    assert row.id is not None
    _assign(session, row.id, wanted)
    changed(session)
    return Created(row.id, row.name, replaced)


def _refuse_contradictions(wanted: NewCampaign) -> None:
    if wanted.starts_at and wanted.ends_at and wanted.ends_at <= wanted.starts_at:
        raise CampaignRefused(Fault.ENDS_FIRST, "the campaign ends before it starts: give a later --until")
    if (wanted.image_url is None) == (wanted.banner_digest is None):
        raise CampaignRefused(Fault.NO_IMAGE, "a campaign needs one image: a file or a URL")
    if abs(wanted.priority) > GREATEST_PRIORITY:
        told = f"priorities go from -{GREATEST_PRIORITY:,} to {GREATEST_PRIORITY:,}"
        raise CampaignRefused(Fault.PRIORITY_TOO_FAR, told)


def _checked_name(name: str) -> str:
    name = " ".join(clean(name, LONGEST_NAME).split())
    if not name:
        raise CampaignRefused(Fault.NO_NAME, "a campaign needs a name")
    return name


def _name_taken(name: str, holder: Status) -> CampaignRefused:
    told = "there is a campaign of this name already: give it another one"
    if holder is Status.DELETED:
        told = "a deleted campaign had this name, under which its numbers are kept: give it another one"
    return CampaignRefused(Fault.NAME_TAKEN, told, name)


def _url(fault: Fault, too_long: Fault, what: str, text: str) -> str:
    try:
        url = normalise_url(text)
    except NotAWebAddress as error:
        raise CampaignRefused(fault, f"the {what}: {error}") from error
    _require_length(too_long, what, url)
    return url


def _require_length(fault: Fault, what: str, url: str) -> None:
    if len(url) > LONGEST_URL:
        raise CampaignRefused(fault, f"the {what}: its address is longer than {LONGEST_URL} characters")


def _take_default(session: Session, row: Campaign) -> str | None:
    """The name of another that held it."""
    others = (col(Campaign.is_default), col(Campaign.id).is_distinct_from(row.id))
    held_by = session.exec(select(Campaign.name).where(*others)).first()
    session.execute(update(Campaign).where(*others).values(is_default=False))
    return held_by


def _assign(session: Session, campaign_id: int, wanted: NewCampaign) -> None:
    groups = sorted({_group_id(session, group) for group in wanted.groups})
    accounts = sorted({_account_id(session, domain) for domain in wanted.accounts})
    forget_assignments(session, campaign_id)
    session.add_all(CampaignGroup(campaign_id=campaign_id, group_id=group_id) for group_id in groups)
    session.add_all(CampaignAccount(campaign_id=campaign_id, account_id=account_id) for account_id in accounts)
    session.flush()


def forget_assignments(session: Session, campaign_id: int) -> None:
    """It is for no target group and no account any more."""
    session.execute(delete(CampaignGroup).where(col(CampaignGroup.campaign_id) == campaign_id))
    session.execute(delete(CampaignAccount).where(col(CampaignAccount.campaign_id) == campaign_id))


def _group_id(session: Session, name: str) -> int:
    group_id = session.exec(select(TargetGroup.id).where(col(TargetGroup.name_key) == name.strip().casefold())).first()
    if group_id is None:
        asked = clean(name, LONGEST_NAME)
        raise CampaignRefused(Fault.NO_GROUP, f"there is no target group {asked!r}: see `footlight groups list`", asked)
    return group_id


def _account_id(session: Session, domain: str) -> int:
    try:
        return require_account(session, normalise_domain(domain))
    except NotAnAddress as error:
        asked = clean(domain, LONGEST_NAME)
        raise CampaignRefused(Fault.NO_DOMAIN, f"the account {asked!r} is no domain: {error}", asked) from error


def _holder(session: Session, name: str) -> Campaign | None:
    return session.exec(select(Campaign).where(col(Campaign.name_key) == name.casefold())).first()


def ours(session: Session, name: str) -> Campaign:
    """
    A campaign by its name or id, that is known by more than another tool's clicks.

    Raises:
        CampaignRefused
    """
    row = _required(session, name)
    if row.is_external:
        told = "it is known by another tool's clicks alone: `footlight campaigns create` makes it a campaign of ours"
        raise CampaignRefused(Fault.EXTERNAL, told, row.name)
    return row


def _required(session: Session, name: str) -> Campaign:
    row = _named(session, name)
    if row.status is Status.DELETED:
        raise CampaignRefused(Fault.NO_CAMPAIGN, f"{row.name!r} is deleted; only its numbers are kept", row.name)
    return row


def _named(session: Session, name: str) -> Campaign:
    row = _holder(session, " ".join(name.split()))
    if row is None and name.isascii() and name.isdigit() and len(name) < 19:
        row = session.get(Campaign, int(name))
    if row is None:
        asked = clean(name, LONGEST_NAME)
        told = f"there is no campaign {asked!r}: see `footlight campaigns list`"
        raise CampaignRefused(Fault.NO_CAMPAIGN, told, asked)
    return row


def _as_new(session: Session, row: Campaign) -> NewCampaign:
    groups = select(TargetGroup.name).join(CampaignGroup, col(CampaignGroup.group_id) == col(TargetGroup.id))
    # A domain, as an account's name may be that of a company, which others have too.
    domain, account_id = func.min(col(AccountDomain.domain)), col(CampaignAccount.account_id)
    accounts = select(domain).join(CampaignAccount, account_id == col(AccountDomain.account_id))
    return NewCampaign(
        name=row.name,
        target_url=row.target_url,
        image_url=row.image_url,
        banner_digest=row.banner_digest,
        alt=row.alt,
        groups=tuple(session.exec(groups.where(CampaignGroup.campaign_id == row.id).order_by(TargetGroup.name_key))),
        accounts=tuple(
            session.exec(accounts.where(CampaignAccount.campaign_id == row.id).group_by(account_id).order_by(domain))
        ),
        priority=row.priority,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_default=row.is_default,
        is_for_own=row.is_for_own,
        adds_utm=row.adds_utm,
    )


def _free_name(session: Session, name: str) -> str:
    names = (f"{name[: LONGEST_NAME - 12]} ({number})" for number in count(2))
    return next(one for one in names if _holder(session, one) is None)
