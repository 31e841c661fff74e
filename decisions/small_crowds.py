"""Small crowds: which numbers are held back, because so few people stand behind them that one could be told apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FEWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """
    What one campaign brought by one target group's choice (0: by none).

    `people` are those among whoever may be in it that are counted only in groups; None: at least `FEWEST`.
    `is_theirs`: the group itself is aggregate only, so that its numbers are theirs alone, even when they all left.
    """

    campaign_id: int
    group_id: int
    people: frozenset[int] | None
    is_theirs: bool = False

    @property
    def is_small(self) -> bool:
        return self.people is not None and (self.is_theirs or bool(self.people))


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Whose numbers leave out everybody who cannot be named. The total is always whole, so that nothing changes it."""

    groups: frozenset[int] = frozenset()
    campaigns: frozenset[int] = frozenset()


def held_back(cells: Iterable[Cell]) -> HeldBack:
    """
    Decide by whom a number is, or its difference to the cards of those who can be named.

    A small cell is not told. A campaign is, unless nothing but small cells is in it, of few people together.
    """
    by_campaign: dict[int, list[Cell]] = {}
    for cell in cells:
        by_campaign.setdefault(cell.campaign_id, []).append(cell)
    return HeldBack(
        groups=frozenset(
            cell.group_id for of_one in by_campaign.values() for cell in of_one if cell.group_id and cell.is_small
        ),
        campaigns=frozenset(id_ for id_, of_one in by_campaign.items() if _are_few(of_one)),
    )


def _are_few(cells: Iterable[Cell]) -> bool:
    people: frozenset[int] = frozenset()
    for cell in cells:
        if not cell.is_small:
            return False
        people |= cell.people or frozenset()
    return len(people) < FEWEST
