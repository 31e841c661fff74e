"""No number of a group is about one to four people who are counted only in groups, and no campaign of theirs alone."""

from decisions.small_crowds import Cell, held_back

FAIR, SUMMIT = 1, 2
WORKS_COUNCIL, CUSTOMERS = 7, 8


def people(*ids: int) -> frozenset[int]:
    return frozenset(ids)


def test_small_group_and_its_campaign_are_not_told() -> None:
    """A group of four has no numbers, and neither has the campaign that nobody else saw."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(1, 2, 3, 4)), Cell(SUMMIT, 0, None)])
    assert (held.groups, held.campaigns) == (people(WORKS_COUNCIL), people(FAIR))


def test_campaign_that_others_saw_is_told() -> None:
    """A campaign that many more people saw is whole, though one of its groups is not told."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(1, 2)), Cell(FAIR, 0, None), Cell(FAIR, CUSTOMERS, people())])
    assert (held.groups, held.campaigns) == (people(WORKS_COUNCIL), people())


def test_five_people_are_told() -> None:
    """Where at least five stand behind a number, or none of them do, nothing is held back."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, None), Cell(SUMMIT, CUSTOMERS, people())])
    assert (held.groups, held.campaigns) == (people(), people())


def test_group_that_all_left_stays_untold() -> None:
    """The numbers of an aggregate-only group are those of its people, also when they left it."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(), is_theirs=True)])
    assert (held.groups, held.campaigns) == (people(WORKS_COUNCIL), people(FAIR))


def test_two_small_groups_hide_each_other() -> None:
    """Two groups of three people each are not told; the campaign that only they saw is, as it is of six."""
    held = held_back([Cell(FAIR, WORKS_COUNCIL, people(1, 2, 3)), Cell(FAIR, CUSTOMERS, people(4, 5, 6))])
    assert (held.groups, held.campaigns) == (people(WORKS_COUNCIL, CUSTOMERS), people())
