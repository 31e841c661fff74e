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
    """Whose numbers leave out everybody who cannot be named."""

    groups: frozenset[int] = frozenset()
    campaigns: frozenset[int] = frozenset()
    total: bool = False


def held_back(cells: Iterable[Cell]) -> HeldBack:
    """
    Decide by whom a number, or the difference between a whole and its parts, could be about.

    A small cell is never told. Of a campaign, whatever else is told, no more can be computed than the sum of its small
    cells; of the total, no more than that of the campaigns held back: each is told when that sum is of enough people.
    """
    small = [cell for cell in cells if cell.is_small]
    by_campaign: dict[int, frozenset[int]] = {}
    for cell in small:
        by_campaign[cell.campaign_id] = by_campaign.get(cell.campaign_id, frozenset()) | (cell.people or frozenset())
    campaigns = {id_: people for id_, people in by_campaign.items() if len(people) < FEWEST}
    return HeldBack(
        groups=frozenset(cell.group_id for cell in small if cell.group_id),
        campaigns=frozenset(campaigns),
        total=bool(campaigns) and len(frozenset().union(*campaigns.values())) < FEWEST,
    )
