"""`footlight campaigns`: what is shown to whom."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

import typer

from footlight.cli.campaigns_told import as_json_of, as_row, print_seen, seen_as_json
from footlight.cli.command import Footlight, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table
from footlight.cli.typed_address import typed_address
from footlight.cli.typed_moment import typed_moment
from storage import Session
from storage.banner_files import LARGEST_FILE, BannerFault, BannerPicture, NotABanner, keep_picture, read_picture
from storage.campaign_changes import (
    Created,
    NewCampaign,
    archive_campaign,
    change_campaign,
    create_campaign,
    duplicate_campaign,
    pause_campaign,
    resume_campaign,
)
from storage.campaign_choice import who_sees
from storage.campaign_deleted import delete_campaign
from storage.campaign_list import list_campaigns

campaigns = command_group("campaigns", "What is shown to whom, and when.")


class Emptied(StrEnum):
    """What `--clear` takes away from a campaign."""

    GROUPS = "groups"
    ACCOUNTS = "accounts"
    FROM = "from"
    UNTIL = "until"


def _known_zone(text: str | None) -> str | None:
    if text is not None and text not in available_timezones():
        raise typer.BadParameter(f"{text} is no time zone, like Europe/Berlin")
    return text


_IMAGE: Final = typer.Option(help="The banner: a web address, or a PNG, JPEG or GIF file.")
_TARGET: Final = typer.Option(help="Where a click leads.")
_DEFAULT: Final = "For everyone whom no other campaign reaches."
_OWN: Final = "For people of our own domains, who see no other."
_UTM: Final = "Add those UTM parameters that the target has not."
Alt = Annotated[str | None, typer.Option(help="What the banner says, for those who do not see it.")]
Groups = Annotated[list[str] | None, typer.Option(help="A target group that sees it; may be repeated.")]
Accounts = Annotated[list[str] | None, typer.Option(help="A domain that sees it; may be repeated.")]
Priority = Annotated[int | None, typer.Option(help="Of several, the higher wins.")]
Starts = Annotated[str | None, typer.Option("--from", help="ISO 8601; without offset in our time zone.")]
Ends = Annotated[str | None, typer.Option("--until", help="When it is over; as --from.")]
TimeZone = Annotated[
    str | None, typer.Option(callback=_known_zone, help="For times without offset, like Europe/Berlin.")
]


@campaigns.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """Every campaign, newest first."""
    with opened_to_read() as footlight:
        listed = footlight.store.read_now(list_campaigns, now=footlight.now())
    if as_json:
        print_json([as_json_of(one) for one in listed])
        return
    headings = ("Name", "State", "Priority", "From", "Until", "For", "Clicks", "Machines")
    empty = "No campaign yet: footlight campaigns create NAME --image … --target …"
    print_table(headings, [as_row(one) for one in listed], empty)


@campaigns.command("create")
def create(
    context: typer.Context,
    name: str,
    *,
    image: Annotated[str, _IMAGE],
    target: Annotated[str, _TARGET],
    alt: Alt = None,
    group: Groups = None,
    account: Accounts = None,
    priority: Priority = None,
    starts: Starts = None,
    ends: Ends = None,
    time_zone: TimeZone = None,
    default: Annotated[bool, typer.Option("--default", help=_DEFAULT)] = False,
    own: Annotated[bool, typer.Option("--own", help=_OWN)] = False,
    utm: Annotated[bool, typer.Option(help=_UTM)] = True,
    as_json: AsJson = False,
) -> None:
    """Make a campaign."""
    picture = _picture(image)
    with opened() as footlight:
        new = NewCampaign(name=name, **_given(context.params, _clock(footlight, time_zone)), **picture.as_given)
        created = footlight.store.write_now(_create, new, picture.kept, now=footlight.now())
    _tell(created, "is made", picture, as_json)


@campaigns.command("edit")
def edit(
    context: typer.Context,
    name: str,
    *,
    new_name: Annotated[str | None, typer.Option("--name", help="Its new name.")] = None,
    image: Annotated[str | None, _IMAGE] = None,
    target: Annotated[str | None, _TARGET] = None,
    alt: Alt = None,
    group: Groups = None,
    account: Accounts = None,
    priority: Priority = None,
    starts: Starts = None,
    ends: Ends = None,
    time_zone: TimeZone = None,
    default: Annotated[bool | None, typer.Option(help=_DEFAULT)] = None,
    own: Annotated[bool | None, typer.Option(help=_OWN)] = None,
    utm: Annotated[bool | None, typer.Option(help=_UTM)] = None,
    clear: Annotated[list[Emptied] | None, typer.Option(help="What to take away; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given of a campaign, and nothing else; a group or account that is given replaces all before."""
    picture = _picture(image) if image is not None else NO_PICTURE
    with opened() as footlight:
        given = _given(context.params, _clock(footlight, time_zone)) | picture.as_given
        given |= dict(_CLEARED[what] for what in clear or ())
        changed = footlight.store.write_now(_change, name, given, picture.kept, now=footlight.now())
    _tell(changed, "is changed", picture, as_json)


@campaigns.command("duplicate")
def duplicate(name: str, new_name: Annotated[str | None, typer.Argument()] = None, *, as_json: AsJson = False) -> None:
    """Make a copy, which is paused until it is resumed."""
    with opened() as footlight:
        created = footlight.store.write_now(duplicate_campaign, name, new_name, now=footlight.now())
    _tell(created, "is made, and paused", NO_PICTURE, as_json)


@campaigns.command("pause")
def pause(name: str) -> None:
    """Nobody sees it until it is resumed."""
    with opened() as footlight:
        footlight.store.write_now(pause_campaign, name, now=footlight.now())
    console.print(f"Campaign {name} is paused.", markup=False)


@campaigns.command("resume")
def resume(name: str) -> None:
    """It is shown again, as its schedule says."""
    with opened() as footlight:
        footlight.store.write_now(resume_campaign, name, now=footlight.now())
    console.print(f"Campaign {name} is active again.", markup=False)


@campaigns.command("archive")
def archive(name: str) -> None:
    """It is over; its numbers stay."""
    with opened() as footlight:
        footlight.store.write_now(archive_campaign, name, now=footlight.now())
    console.print(f"Campaign {name} is archived.", markup=False)


@campaigns.command("delete")
def delete(name: str, *, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete an archived campaign for good; its numbers stay under its name, and its links lead where they led."""
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {name} for good? Its banner goes; numbers and links stay.", abort=True)
    with opened() as footlight:
        deleted = footlight.store.write_now(delete_campaign, name, now=footlight.now())
    console.print(f"Campaign {deleted} is deleted; its numbers stay.", markup=False)


@campaigns.command("who")
def who(
    address: str,
    *,
    at: Annotated[str | None, typer.Option(help="When, as --from of `create`; else now.")] = None,
    time_zone: TimeZone = None,
    as_json: AsJson = False,
) -> None:
    """Which campaign an address sees at a moment, by which rule, and why each other one lost."""
    email = typed_address(address)
    with opened_to_read() as footlight:
        moment = _clock(footlight, time_zone)(at) if at else footlight.now()
        own = frozenset(footlight.settings.footlight_own_domains)
        seen = footlight.store.read_now(who_sees, email, moment, own=own)
        if as_json:
            print_json(seen_as_json(seen))
        else:
            print_seen(seen)


class _Picture:
    """The banner that was given: a web address, or a file that is to be kept."""

    def __init__(self, url: str | None = None, kept: BannerPicture | None = None) -> None:
        self.kept = kept
        self.as_given: dict[str, Any] = (
            {"image_url": url, "banner_digest": kept.digest if kept else None} if url or kept else {}
        )


NO_PICTURE: Final = _Picture()


def _picture(image: str) -> _Picture:
    if image.startswith(("http://", "https://")):
        return _Picture(url=image)
    try:
        with Path(image).open("rb") as file:
            octets = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise NotABanner(BannerFault.NOT_READ, f"{image}: {error.strerror}") from error
    return _Picture(kept=read_picture(octets))


def _create(session: Session, new: NewCampaign, picture: BannerPicture | None, *, now: datetime) -> Created:
    if picture:
        keep_picture(session, picture)
    return create_campaign(session, new, now=now)


def _change(
    session: Session, name: str, given: dict[str, Any], picture: BannerPicture | None, *, now: datetime
) -> Created:
    if picture:
        keep_picture(session, picture)
    return change_campaign(session, name, lambda present: replace(present, **given), now=now)


def _clock(footlight: Footlight, time_zone: str | None) -> Callable[[str], datetime]:
    zone = ZoneInfo(time_zone) if time_zone else footlight.zone
    return lambda text: typed_moment(text, zone)


# The options that say what a campaign is, and the fields that they give.
_FIELDS: Final = {
    "new_name": "name",
    "target": "target_url",
    "alt": "alt",
    "group": "groups",
    "account": "accounts",
    "priority": "priority",
    "starts": "starts_at",
    "ends": "ends_at",
    "default": "is_default",
    "own": "is_for_own",
    "utm": "adds_utm",
}
_CLEARED: Final[dict[Emptied, tuple[str, Any]]] = {
    Emptied.GROUPS: ("groups", ()),
    Emptied.ACCOUNTS: ("accounts", ()),
    Emptied.FROM: ("starts_at", None),
    Emptied.UNTIL: ("ends_at", None),
}


def _given(options: dict[str, Any], clock: Callable[[str], datetime]) -> dict[str, Any]:
    """The fields of a campaign that were given."""
    given = {name: options[name] for name in _FIELDS if options.get(name) not in (None, [], ())}
    read: dict[str, Callable[[Any], Any]] = {"starts": clock, "ends": clock, "group": tuple, "account": tuple}
    return {_FIELDS[name]: read[name](value) if name in read else value for name, value in given.items()}


def _tell(made: Created, how: str, picture: _Picture, as_json: bool) -> None:
    if as_json:
        print_json({"id": made.id, "name": made.name, "replaced_default": made.replaced_default})
        return
    console.print(f"Campaign {made.name} {how}.", markup=False)
    if made.replaced_default:
        console.print(f"It is the default now, instead of {made.replaced_default}.", markup=False)
    if picture.kept and picture.kept.frames > 1:
        console.print("The picture moves. Outlook for Windows shows its first frame alone: let that one say it all.")
