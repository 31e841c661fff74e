"""`footlight groups create`, `add`, `remove` and more: target groups kept by hand, or filled from a CSV file."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from decisions.addresses import NotAnAddress, account_domain, normalise_domain
from decisions.member_file import BadLine, read_members
from footlight.cli import group_filling
from footlight.cli.command import ACTOR, Footlight, opened
from footlight.cli.group_filling import Comparison, NamedMembers
from footlight.cli.printing import AsJson, complaints, console, print_json
from footlight.cli.typed_address import typed_address
from storage import group_deleted, groups_by_hand, target_groups
from storage.accounts import NoAccount
from storage.groups_by_hand import GroupRefused, Members
from storage.target_groups import GroupView

NAMES_SHOWN = 10

Who = Annotated[list[str] | None, typer.Argument(metavar="[WHO]...", help="Addresses, and domains of companies.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", exists=True, dir_okay=False, help="A file with an address or domain a line.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def create(name: str, *, as_json: AsJson = False) -> None:
    """Make a target group without members, to be filled by hand."""
    with opened() as footlight:
        group_id = footlight.store.write_now(groups_by_hand.create, name, actor=ACTOR, now=footlight.now())
        name = next(one.name for one in footlight.store.read_now(target_groups.all_groups) if one.id == group_id)
    if as_json:
        print_json({"id": group_id, "name": name})
    else:
        console.print(f"Made. Fill it: footlight groups add {name!r} max@firma.de firma.de", markup=False)


def add(
    group: str,
    who: Who = None,
    *,
    csv: Csv = None,
    sync: Annotated[bool, typer.Option("--sync", help="Take out whom the file does not name.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Put people and companies into a group that is kept by hand."""
    if sync and csv is None:
        raise typer.BadParameter("--sync goes with --csv")
    asked = _asked(who or (), csv)
    with opened() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        compared = asyncio.run(group_filling.compare(footlight.store, view.id, asked.named, footlight.hasher))
        leaving = compared.others if sync else Members()
        if len(leaving):
            _let_go(footlight, view, asked, leaving, yes=yes)
        asyncio.run(_change(footlight, view, asked.named, compared, leaving))
    _print(view, asked, compared, len(leaving), as_json)


def remove(group: str, who: Who = None, *, csv: Csv = None, as_json: AsJson = False) -> None:
    """Take people and companies out of a group that is kept by hand."""
    asked = _asked(who or (), csv)
    with opened() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        compared = asyncio.run(group_filling.compare(footlight.store, view.id, asked.named, footlight.hasher))
        asyncio.run(_change(footlight, view, NamedMembers(), None, compared.staying))
    removed = len(compared.staying)
    if as_json:
        print_json({"group": view.name, "removed": removed, "bad_lines": asked.bad_lines})
    else:
        console.print(f"{view.name}  −{removed:,}", markup=False)
    _complain(asked.bad_lines)


def unlink(group: str, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let a group mirror its HubSpot list no longer: it keeps its members, and is kept by hand from now on."""
    with opened() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        if not yes and view.hubspot_list_id is not None and sys.stdin.isatty():
            told = f"Keep {view.name} with its {view.size:,} members, and follow list {view.hubspot_list_id} no longer?"
            typer.confirm(told, abort=True)
        asyncio.run(group_filling.unlink(footlight.store, view, actor=ACTOR, now=footlight.now()))
    if as_json:
        print_json({"group": view.name, "size": view.size, "hubspot_list_id": None})
    else:
        console.print(f"{view.name} is kept by hand from now on, with {view.size:,} members.", markup=False)


def rename(group: str, name: str, *, as_json: AsJson = False) -> None:
    """Give a group that is kept by hand another name."""
    with opened() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        name = footlight.store.write_now(groups_by_hand.rename, view.id, name, actor=ACTOR, now=footlight.now())
    if as_json:
        print_json({"id": view.id, "name": name})
    else:
        console.print(f"{view.name} is named {name} from now on.", markup=False)


def delete(group: str, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a group that is kept by hand: campaigns assigned to it lose it, numbers stay."""
    with opened() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        campaigns = footlight.store.read_now(group_deleted.campaigns_for, view.id)
        if not yes:
            _ask_to_delete(view, campaigns)
        footlight.store.write_now(group_deleted.delete_group, view.id, actor=ACTOR, now=footlight.now())
    if as_json:
        print_json({"id": view.id, "name": view.name, "campaigns": campaigns})
    else:
        console.print(f"{view.name} is deleted.", markup=False)


def _ask_to_delete(view: GroupView, campaigns: Sequence[str]) -> None:
    """
    Raises:
        GroupRefused: nobody is there to be asked.
        typer.Abort
    """
    lose = f" {', '.join(campaigns)} would lose it." if campaigns else ""
    question = f"Delete {view.name} with its {view.size:,} members for good?{lose} Numbers stay."
    if not sys.stdin.isatty():
        raise GroupRefused(f"{question} Then say --yes. Nothing was changed")
    typer.confirm(question, abort=True)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom a command names, and the lines of its file that name nobody."""

    named: NamedMembers
    bad_lines: tuple[BadLine, ...]


def _asked(who: Sequence[str], csv: Path | None) -> _Asked:
    """
    Raises:
        NotAnAddress, NoAccount: what was typed is neither.
    """
    if not who and csv is None:
        raise typer.BadParameter("say whom: addresses, domains, or --csv FILE")
    file = read_members(csv.read_bytes()) if csv else read_members(b"")
    emails = [typed_address(each) for each in who if "@" in each]
    domains = [_typed_domain(each) for each in who if "@" not in each]
    named = NamedMembers(tuple(dict.fromkeys((*emails, *file.emails))), tuple(dict.fromkeys((*domains, *file.domains))))
    return _Asked(named, file.bad_lines)


def _typed_domain(text: str) -> str:
    try:
        domain = normalise_domain(text)
    except NotAnAddress as error:
        raise NotAnAddress(f"{text} is neither an e-mail address nor a domain: {error}") from error
    account = account_domain(domain)
    if account is None:
        raise NoAccount(domain)
    return account


def _let_go(footlight: Footlight, view: GroupView, asked: _Asked, leaving: Members, *, yes: bool) -> None:
    """
    Show who would leave, and ask.

    Raises:
        GroupRefused: nobody is there to be asked.
        typer.Abort
    """
    if yes:
        return
    _complain(asked.bad_lines)
    names = footlight.store.read_now(groups_by_hand.names_of, leaving, NAMES_SHOWN)
    more = f"\n  and {len(leaving) - len(names):,} more" if len(leaving) > len(names) else ""
    complaints.print(f"Would leave {view.name}:\n  " + "\n  ".join(names) + more, markup=False, soft_wrap=True)
    question = f"{len(leaving):,} members of {view.name} are not in the file: take them out?"
    if not sys.stdin.isatty():
        raise GroupRefused(f"{question} Then say --yes. Nothing was changed")
    typer.confirm(question, abort=True)


async def _change(
    footlight: Footlight, view: GroupView, named: NamedMembers, compared: Comparison | None, leaving: Members
) -> None:
    store, now = footlight.store, footlight.now()
    await group_filling.fill(store, view.id, named, hasher=footlight.hasher, now=now)
    await group_filling.take_out(store, view.id, leaving)
    added = compared.joining + compared.waiting if compared else 0
    if added or len(leaving):
        await store.write(groups_by_hand.note_changed, view.id, added=added, removed=len(leaving), actor=ACTOR, now=now)


def _print(view: GroupView, asked: _Asked, compared: Comparison, removed: int, as_json: bool) -> None:
    result = {
        "group": view.name,
        "added": compared.joining,
        "waiting": compared.waiting,
        "unchanged": len(compared.staying),
        "removed": removed,
        "held_back": compared.held_back,
        "opted_out": compared.opted_out,
        "deleted": compared.deleted,
        "bad_lines": asked.bad_lines,
    }
    if as_json:
        print_json(result)
    else:
        counts = f"{view.name}  +{compared.joining:,} −{removed:,} ={len(compared.staying):,}"
        told = [f", {result[name]:,} {words}" for name, words in _ALSO.items() if result[name]]
        console.print(counts + "".join(told), markup=False, soft_wrap=True)
    _complain(asked.bad_lines)


_ALSO = {
    "waiting": "join when HubSpot delivers their contacts",
    "held_back": "erased and held back",
    "opted_out": "opted out and no contacts, not taken",
    "deleted": "in HubSpot's bin, not taken",
}


def _complain(bad_lines: Sequence[BadLine]) -> None:
    for bad in bad_lines:
        complaints.print(f"line {bad.line}: {bad.reason}", markup=False)
