"""Whether it is believable that so many left a target group or never came, or HubSpot more likely answered wrongly."""

from dataclasses import dataclass
from typing import Final

ALWAYS_BELIEVED: Final = 50


@dataclass(frozen=True, slots=True)
class Belief:
    """Whether HubSpot's answer may be carried out, and why."""

    believable: bool
    because: str


def judge_removals(members: int, leaving: int) -> Belief:
    """`leaving` of the `members` that a group has now would go. More than half and more than 50 is not believed."""
    if leaving <= ALWAYS_BELIEVED:
        return Belief(True, f"{leaving} leave; up to {ALWAYS_BELIEVED} are always believed")
    if leaving * 2 <= members:
        return Belief(True, f"{leaving} of {members} leave, no more than half")
    return Belief(False, f"{leaving} of {members} would leave, more than half")


def judge_emptiness(members: int, listed: int, size: int | None) -> Belief:
    """
    HubSpot `listed` so many members of a list whose `size` it tells too (None: it does not), of a group with `members`.

    The size lags behind, so it is only looked at when nobody at all was listed.
    """
    if members and not listed and size:
        return Belief(False, f"HubSpot lists nobody, but says that the list has {size} members")
    return Belief(True, f"{listed} are listed")


def judge_first_import(listed: int, size: int | None) -> Belief:
    """
    HubSpot `listed` so many members for the first import of a list whose `size` it tells too (None: it does not).

    No members tell yet what is usual, so the size must do, which lags behind: fewer than half, and more than 50 fewer,
    is not believed.
    """
    missing = (size or 0) - listed
    if missing <= ALWAYS_BELIEVED or listed * 2 >= (size or 0):
        return Belief(True, f"{listed} are listed")
    return Belief(False, f"HubSpot lists only {listed} of the {size} members that it says the list has")


def judge(members: int, leaving: int, listed: int, size: int | None, *, is_first: bool) -> Belief:
    """All of the above in one: the first that is not believed, if any."""
    beliefs = [judge_removals(members, leaving), judge_emptiness(members, listed, size)]
    if is_first:
        beliefs.append(judge_first_import(listed, size))
    return next((each for each in beliefs if not each.believable), beliefs[0])
