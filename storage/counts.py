"""Counts: how often a banner was shown and followed, by people and by machines, and how rows are summed to that."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, case, func

from decisions.performance import click_rate
from storage.tracking import EventClass, EventKind


@dataclass(frozen=True, slots=True)
class Counts:
    """Views and clicks without another word are people's; proxy views are Apple's."""

    views: int = 0
    proxy_views: int = 0
    machine_views: int = 0
    clicks: int = 0
    machine_clicks: int = 0

    @property
    def click_rate(self) -> float | None:
        return click_rate(self.views, self.clicks)


CLASSES: Final = {
    "views": (EventKind.VIEW, (EventClass.HUMAN,)),
    "proxy_views": (EventKind.VIEW, (EventClass.PROXY,)),
    "machine_views": (EventKind.VIEW, (EventClass.MACHINE,)),
    "clicks": (EventKind.CLICK, (EventClass.HUMAN,)),
    "machine_clicks": (EventKind.CLICK, (EventClass.MACHINE, EventClass.PROXY)),
}


def summed(kind: Any, counts_as: Any, number: Any) -> list[Any]:
    """
    SQL for the fields of `Counts`, in their order.

    Args:
        kind, counts_as: the columns with an EventKind and an EventClass.
        number: how often, a column or 1 where each row is one event.
    """
    return [
        func.coalesce(
            func.sum(case((and_(kind == int(of), counts_as.in_([int(one) for one in classes])), number), else_=0)), 0
        )
        for of, classes in CLASSES.values()
    ]


def counts_of(row: Any) -> Counts:
    """`Counts` from what `summed` selected."""
    return Counts(*map(int, row))
