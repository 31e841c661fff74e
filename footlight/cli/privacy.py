"""`footlight optout`, `export`, `erase`: a person's rights."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from decisions.addresses import NotAnAddress, normalise, normalise_domain
from footlight.cli.command import ACTOR, opened, opened_to_read
from footlight.cli.opt_outs import Csv, opt_out_domain, opt_out_file
from footlight.cli.printing import AsJson, console, print_json
from storage import opt_out_asked, person_export, privacy, privacy_requests
from storage.database import forget_bytes
from storage.privacy_requests import Wish

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def optout(
    email: Email = "",
    *,
    domain: Annotated[str, typer.Option("--domain", help="Everyone at this domain, known or yet to come.")] = "",
    csv: Csv = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End the tracking of people, for good. What was recorded before stays; `erase` removes that too."""
    if sum(map(bool, (email, domain, csv))) != 1:
        raise typer.BadParameter("give an address, or --domain, or --csv")
    if csv:
        opt_out_file(csv, yes=yes, as_json=as_json)
    elif domain:
        opt_out_domain(_normalised(domain, normalise_domain, "domain"), yes=yes, as_json=as_json)
    else:
        _opt_out_person(_normalised(email), as_json=as_json)


def _opt_out_person(address: str, *, as_json: bool) -> None:
    with opened() as footlight:
        result = footlight.store.write_now(
            opt_out_asked.opt_out, address, actor=ACTOR, hasher=footlight.hasher, now=footlight.now()
        )
    if as_json:
        print_json({"email": address, "opted_out": True, "was_new": result.was_new})
    else:
        console.print("Opted out. Nothing is recorded from now on." if result.was_new else "Was opted out already.")


def export(email: Email) -> None:
    """Everything that is stored on a person, as JSON."""
    address = _normalised(email)
    with opened_to_read() as footlight:
        print_json(footlight.store.read_now(person_export.export, address, footlight.hasher))
        footlight.store.write_now(privacy_requests.done, address, Wish.EXPORT)


def erase(
    email: Email,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Forget a person for ever: all that is stored goes, and they are never stored again. It cannot be undone."""
    address = _normalised(email)
    if not yes and sys.stdin.isatty():
        typer.confirm("Forget this person for ever? This cannot be undone.", abort=True)
    with opened() as footlight:
        erased = footlight.store.write_now(
            privacy.erase, address, actor=ACTOR, hasher=footlight.hasher, now=footlight.now()
        )
        forget_bytes(footlight.store.engine)
    if as_json:
        print_json(erased)
        return
    console.print("Erased; only a keyed hash remains, so that they are never stored again.")
    if erased.messages_to_rewrite:
        console.print(f"{erased.messages_to_rewrite} messages in Slack are being rewritten.")
    console.print("Out of our reach: " + "; ".join(erased.could_not_reach) + ".")


def _normalised(asked: str, normal: Callable[[str], str] = normalise, kind: str = "e-mail address") -> str:
    """
    Raises:
        NotAnAddress: with what was typed, which is for the eyes of who typed it.
    """
    try:
        return normal(asked)
    except NotAnAddress as error:
        raise NotAnAddress(f"{asked} is no {kind}: {error}") from error
