"""Whether opt-outs that come by themselves are carried out at once, or wait for somebody's yes: they are for good."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

MOST_AT_ONCE: Final = 50
# HubSpot tells a mass change contact by contact: so long must none have come before their number is known.
QUIET_FOR: Final = timedelta(seconds=10)


class Next(StrEnum):
    """What becomes of opt-outs that have come: carried out, held until somebody says yes, or counted on."""

    CARRY_OUT = "carry out"
    ASK = "ask"
    COUNT_ON = "count on"


def needs_a_yes(people: int) -> bool:
    """Whether so many people are not opted out at once without a question."""
    return people > MOST_AT_ONCE


def next_for(people: int, quiet_for: timedelta) -> Next:
    """What becomes of the opt-outs of so many people, the last of which came `quiet_for` ago."""
    if needs_a_yes(people):
        return Next.ASK
    return Next.CARRY_OUT if quiet_for >= QUIET_FOR else Next.COUNT_ON
