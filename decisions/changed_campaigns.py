"""Changed campaigns: what a file says campaigns are to be, put upon what they are, so that the choice can be tried."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from decisions.local_times import NoMoment, moment_of
from decisions.toml_file import BadFile, line_of, read_toml
from decisions.who_sees_what import Campaign, Recipient, Status, choose_quickly, in_force

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Priority = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class _Turned(StrEnum):
    """The states in which a campaign can be tried."""

    ACTIVE = Status.ACTIVE
    PAUSED = Status.PAUSED
    ARCHIVED = Status.ARCHIVED


class CampaignChange(Struct, forbid_unknown_fields=True, rename={"starts": "from", "ends": "until"}):
    """What is to be of one campaign: what is not said stays. Moments as in TOML or ISO 8601, "" for none."""

    name: _Name
    new: bool = False
    status: _Turned | UnsetType = UNSET
    priority: _Priority | UnsetType = UNSET
    starts: Any = UNSET
    ends: Any = UNSET
    groups: list[_Name] | UnsetType = UNSET
    accounts: list[_Name] | UnsetType = UNSET
    default: bool | UnsetType = UNSET
    own: bool | UnsetType = UNSET


class _Changes(Struct, forbid_unknown_fields=True):
    campaign: Annotated[list[CampaignChange], Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes with the text they stand in, so that what turns out to be wrong is told by its line."""

    text: str
    campaigns: tuple[CampaignChange, ...]

    def wrong(self, place: int, key: str, told: str) -> BadFile:
        """What to raise when the change at this place says something of `key` that cannot be."""
        return BadFile(f"line {line_of(self.text, f'.campaign[{place}].{key}')}: {key}: {told}")


def read_changes(text: str) -> Changes:
    """
    Changes of campaigns, from TOML with a table `[[campaign]]` for each.

    Raises:
        BadFile
    """
    return Changes(text, tuple(read_toml(text, _Changes).campaign))


@dataclass(frozen=True, slots=True)
class Known:
    """Target groups by their case-folded names, and accounts by the domains that the changes name."""

    groups: Mapping[str, int]
    accounts: Mapping[str, int]
    now: datetime
    zone: ZoneInfo
    """Of moments without offset."""


def change_campaigns(present: Collection[Campaign], changes: Changes, known: Known) -> tuple[Campaign, ...]:
    """
    The campaigns as they would be.

    Raises:
        BadFile: a change speaks of what is not there, or contradicts itself.
    """
    campaigns = {one.name.casefold(): one for one in present}
    for place, change in enumerate(changes.campaigns):
        name = change.name.casefold()
        if (name in campaigns) is change.new:
            told = "there is a campaign of this name already" if change.new else _NO_CAMPAIGN
            raise changes.wrong(place, "name", told)
        before = campaigns.get(name) or Campaign(-place - 1, change.name, "", known.now)
        after = replace(before, **_fields(changes, place, known))
        if after.starts_at and after.ends_at and after.ends_at <= after.starts_at:
            raise changes.wrong(place, "until", "the campaign ends before it starts")
        if after.is_default:
            campaigns = {key: replace(one, is_default=False) for key, one in campaigns.items()}
        campaigns[name] = after
    return tuple(campaigns.values())


_NO_CAMPAIGN: Final = "there is no such campaign: see `footlight campaigns list`, or say `new = true`"
_PLAIN: Final = {"priority": "priority", "default": "is_default", "own": "is_for_own"}


def _fields(changes: Changes, place: int, known: Known) -> dict[str, Any]:
    """The fields of a campaign that its change gives."""
    change = changes.campaigns[place]
    told = {key: value for key, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    given = {field: told[key] for key, field in _PLAIN.items() if key in told}
    given |= {"status": Status(told["status"])} if "status" in told else {}
    for key, field, name in (("starts", "starts_at", "from"), ("ends", "ends_at", "until")):
        if key in told:
            given[field] = _moment(changes, place, name, told[key], known.zone)
    for key, field, ids in (("groups", "group_ids", known.groups), ("accounts", "account_ids", known.accounts)):
        if key in told:
            given[field] = _ids(changes, place, key, told[key], ids)
    return given


def _moment(changes: Changes, place: int, key: str, told: object, zone: ZoneInfo) -> datetime | None:
    text = told.isoformat() if isinstance(told, date) else told
    if not isinstance(text, str):
        raise changes.wrong(place, key, "expected a moment")
    try:
        return moment_of(text, zone) if text else None
    except NoMoment as error:
        raise changes.wrong(place, key, str(error)) from error


def _ids(changes: Changes, place: int, key: str, names: Sequence[str], ids: Mapping[str, int]) -> frozenset[int]:
    for name in names:
        if name.casefold() not in ids:
            what = "target group" if key == "groups" else "account"
            raise changes.wrong(place, key, f"there is no {what} {name!r}")
    return frozenset(ids[name.casefold()] for name in names)


class AtAnyMoment:
    """Campaigns, with those in force at any moment at hand: they change only when one starts or ends."""

    def __init__(self, campaigns: Collection[Campaign]) -> None:
        self._campaigns = campaigns
        self._turns = sorted({turn for one in campaigns for turn in (one.starts_at, one.ends_at) if turn})
        self._ordered: dict[int, tuple[Campaign, ...]] = {}

    def seen_by(self, recipient: Recipient, at: datetime) -> int | None:
        """The id of the campaign that they see at that moment."""
        stretch = bisect_right(self._turns, at)
        if stretch not in self._ordered:
            self._ordered[stretch] = in_force(self._campaigns, at)
        campaign, _ = choose_quickly(recipient, self._ordered[stretch])
        return campaign.id if campaign else None
