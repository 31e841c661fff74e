"""`footlight clicks` and `footlight why`: single clicks, machines' too, and why each counts as what it does."""

from typing import Annotated

import typer

from decisions.mendable import Mendable
from decisions.why_counted import SignTold
from footlight.cli.command import opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told, told_exactly
from footlight.cli.typed_address import typed_address
from storage import Session, clicks_told
from storage.clicks_told import ToldClick
from storage.performance import addresses_of_person
from storage.tracking import EventClass


class NoSuchClick(Mendable):
    """No click has that number. `footlight clicks` lists the latest with theirs; of old ones only numbers are kept."""


def list_clicks(
    email: Annotated[str | None, typer.Argument(help="Whose; without it everybody's.")] = None,
    *,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The latest clicks, newest first, machines' too, each with its number."""
    address = typed_address(email) if email is not None else None
    with opened_to_read() as footlight:
        found = footlight.store.read_now(_newest, address, limit)
    if as_json:
        print_json([_as_json(click) for click in found])
        return
    rows = (
        (click.id, click.occurred_at, click.email or "nobody named", click.campaign, _counted(click), click.because)
        for click in found
    )
    print_table(("Click", "When", "Who", "Campaign", "Counts as", "Because"), rows, "No click yet.")


def _newest(session: Session, address: str | None, limit: int) -> list[ToldClick]:
    address_ids = addresses_of_person(session, address) if address is not None else None
    return list(clicks_told.newest(session, limit, address_ids))


def why(
    click: Annotated[
        int, typer.Argument(help="The number of a click, as `footlight clicks` and `contacts show` tell it.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Why a click counts as a person's or a machine's: each sign, and what it measured."""
    with opened_to_read() as footlight:
        found = footlight.store.read_now(clicks_told.get, click)
    if found is None:
        raise NoSuchClick(NoSuchClick.__doc__)
    if as_json:
        print_json(_as_json(found) | {"signs": found.signs})
    else:
        _print(found)


def _counted(click: ToldClick) -> str:
    return "person" if click.counts_as is EventClass.HUMAN else "machine"


def _as_json(click: ToldClick) -> dict[str, object]:
    return {
        "id": click.id,
        "email": click.email,
        "occurred_at": told_exactly(click.occurred_at),
        "campaign": click.campaign,
        "sender": click.sender,
        "counts_as": _counted(click),
        "doubted": click.is_doubted,
        "because": click.because,
        "agent": click.agent,
        "chosen_by": click.chosen_by,
        "target_group": click.target_group,
    }


def _print(click: ToldClick) -> None:
    console.print(f"Click {click.id} counts as a {_counted(click)}'s: {click.because}.", markup=False, soft_wrap=True)
    rows: list[tuple[str, object]] = [
        ("When", told(click.occurred_at)),
        ("Who", click.email or "nobody named"),
        ("Campaign", click.campaign),
        ("Chosen by", click.target_group or click.chosen_by),
        ("Sender", click.sender),
        ("Program", click.agent),
    ]
    print_table(("", ""), rows, "")
    print_table(("Sign", "Certain", "What it looks for", "Measured"), map(_sign, click.signs), "")


def _sign(sign: SignTold) -> tuple[str, str, str, str]:
    certain = "certain" if sign.is_certain else "probable"
    return sign.sign, certain, sign.because, sign.measure or "nothing against it"
