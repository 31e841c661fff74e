"""A moment as people type it on the command line."""

from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from decisions.local_times import NoMoment, moment_of


def typed_moment(text: str, zone: ZoneInfo) -> datetime:
    """
    The moment of an ISO 8601 text; without offset it is one of the clocks in `zone`.

    Raises:
        typer.BadParameter: it is none, or two.
    """
    try:
        return moment_of(text, zone)
    except NoMoment as error:
        raise typer.BadParameter(str(error)) from error
