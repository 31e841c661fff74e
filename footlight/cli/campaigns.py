"""`footlight campaigns`: what is shown to whom."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from footlight.cli.command import Footlight, command_group, opened
from footlight.cli.printing import AsJson, console, print_json, print_table, told_exactly
from storage import Session
from storage.banner_files import NotABanner, keep_file
from storage.campaign_changes import (
    Created,
    Listed,
    NewCampaign,
    archive_campaign,
    create_campaign,
    list_campaigns,
    pause_campaign,
    resume_campaign,
)

campaigns = command_group("campaigns", "What is shown to whom, and when.")


@campaigns.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """Every campaign, newest first."""
    with opened() as footlight:
        listed = footlight.store.read_now(list_campaigns)
    if as_json:
        print_json([_as_json(one) for one in listed])
        return
    headings = ("Name", "Status", "Priority", "From", "Until", "For", "Target")
    rows = [
        (one.name, one.status, one.priority, one.starts_at, one.ends_at, _for_whom(one), one.target_url)
        for one in listed
    ]
    print_table(headings, rows, "No campaign yet: footlight campaigns create NAME --image … --target …")


@campaigns.command("create")
def create(
    name: str,
    *,
    image: Annotated[str, typer.Option(help="The banner: a web address, or a PNG, JPEG or GIF file.")],
    target: Annotated[str, typer.Option(help="Where a click leads.")],
    alt: Annotated[str, typer.Option(help="What the banner says, for those who do not see it.")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A target group that sees it; may be repeated.")] = None,
    account: Annotated[list[str] | None, typer.Option(help="A domain that sees it; may be repeated.")] = None,
    priority: Annotated[int, typer.Option(help="Of several, the higher wins.")] = 0,
    starts: Annotated[str | None, typer.Option("--from", help="ISO 8601; without offset in our time zone.")] = None,
    ends: Annotated[str | None, typer.Option("--until", help="ISO 8601; without offset in our time zone.")] = None,
    default: Annotated[bool, typer.Option("--default", help="For everyone whom no other campaign reaches.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a campaign."""
    with opened() as footlight:
        is_url = image.startswith(("http://", "https://"))
        new = NewCampaign(
            name=name,
            target_url=target,
            image_url=image if is_url else None,
            alt=alt,
            groups=tuple(group or ()),
            accounts=tuple(account or ()),
            priority=priority,
            starts_at=_moment(starts, footlight),
            ends_at=_moment(ends, footlight),
            is_default=default,
        )
        octets = None if is_url else _read(image)
        created = footlight.store.write_now(_create, new, octets, now=footlight.now())
    if as_json:
        print_json({"id": created.id, "name": name, "replaced_default": created.replaced_default})
        return
    console.print(f"Campaign {name} is made.")
    if created.replaced_default:
        console.print(f"It is the default now, instead of {created.replaced_default}.")


def _create(session: Session, new: NewCampaign, octets: bytes | None, *, now: datetime) -> Created:
    if octets is not None:
        new = replace(new, banner_digest=keep_file(session, octets))
    return create_campaign(session, new, now=now)


@campaigns.command("pause")
def pause(name: str) -> None:
    """Nobody sees it until it is resumed."""
    with opened() as footlight:
        footlight.store.write_now(pause_campaign, name)
    console.print(f"Campaign {name} is paused.")


@campaigns.command("resume")
def resume(name: str) -> None:
    """It is shown again, as its schedule says."""
    with opened() as footlight:
        footlight.store.write_now(resume_campaign, name)
    console.print(f"Campaign {name} is active again.")


@campaigns.command("archive")
def archive(name: str) -> None:
    """It is over; its numbers stay."""
    with opened() as footlight:
        footlight.store.write_now(archive_campaign, name)
    console.print(f"Campaign {name} is archived.")


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise NotABanner(f"{path}: {error.strerror}") from error


def _moment(text: str | None, footlight: Footlight) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no ISO 8601 time, like 2026-12-01T08:00") from error
    zone = ZoneInfo(footlight.time_zone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _for_whom(one: Listed) -> str:
    default = ("everyone else",) if one.is_default else ()
    return ", ".join((*one.groups, *one.accounts, *default))


def _as_json(one: Listed) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "target": one.target_url,
        "image": one.image_url,
        "banner_digest": one.banner_digest,
        "alt": one.alt,
        "priority": one.priority,
        "from": told_exactly(one.starts_at),
        "until": told_exactly(one.ends_at),
        "default": one.is_default,
        "external": one.is_external,
        "groups": one.groups,
        "accounts": one.accounts,
    }
