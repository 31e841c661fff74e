"""No number, and no difference between numbers, is about one to four people who are counted only in groups."""

from hypothesis import given
from hypothesis import strategies as st

from decisions.small_crowds import FEWEST, Cell, held_back

FAIR, SUMMIT, FORUM = 1, 2, 3
WORKS_COUNCIL, CUSTOMERS = 7, 8


def people(*ids: int) -> frozenset[int]:
    return frozenset(ids)


def test_small_group_holds_back_its_campaign_and_the_total() -> None:
    """What a campaign and the total brought would tell, less their other parts, of a group of four."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(1, 2, 3, 4)), Cell(SUMMIT, 0, None)])
    assert (held.groups, held.campaigns, held.total) == (people(WORKS_COUNCIL), people(FAIR), True)


def test_five_people_are_told() -> None:
    """Where at least five stand behind each number, or none, nothing is held back."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, None), Cell(SUMMIT, CUSTOMERS, people())])
    assert (held.groups, held.campaigns, held.total) == (people(), people(), False)


def test_group_that_all_left_stays_untold() -> None:
    """The numbers of an aggregate-only group are those of its people, also when they left it."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(), is_theirs=True)])
    assert (held.groups, held.campaigns, held.total) == (people(WORKS_COUNCIL), people(FAIR), True)


def test_two_small_groups_hide_each_other() -> None:
    """Two groups of three people each are not told; the campaign that both saw is, as it is of six."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(1, 2, 3)), Cell(FAIR, CUSTOMERS, people(4, 5, 6))])
    assert (held.groups, held.campaigns, held.total) == (people(WORKS_COUNCIL, CUSTOMERS), people(), False)


CELLS = st.lists(
    st.builds(
        Cell,
        campaign_id=st.integers(1, 3),
        group_id=st.integers(0, 3),
        people=st.one_of(st.none(), st.frozensets(st.integers(1, 9), max_size=4)),
    ),
    unique_by=lambda cell: (cell.campaign_id, cell.group_id),
)


@given(cells=CELLS)
def test_what_is_told_gives_no_few_away(cells: list[Cell]) -> None:
    """Whatever is subtracted from a campaign or the total, what remains is of nobody or of at least five people."""
    held = held_back(cells)

    def crowd(of: list[Cell]) -> int:
        return FEWEST if any(one.people is None for one in of) else len(frozenset().union(*(one.people for one in of)))  # type: ignore[arg-type]

    untold = [cell for cell in cells if cell.people and (cell.group_id == 0 or cell.group_id in held.groups)]
    for campaign_id in {cell.campaign_id for cell in cells} - held.campaigns:
        assert crowd([cell for cell in untold if cell.campaign_id == campaign_id]) in (0, *range(FEWEST, 99))
    if not held.total:
        assert crowd([cell for cell in untold if cell.campaign_id in held.campaigns]) in (0, *range(FEWEST, 99))
