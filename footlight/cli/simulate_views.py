"""`footlight simulate views`: past views with changed campaigns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from decisions.changed_campaigns import read_changes
from footlight.cli.command import Footlight, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told, told_exactly
from footlight.cli.simulation import Since, begin_of, progress, read_text
from footlight.cli.typed_moment import typed_moment
from storage.views_replayed import (
    WAYS,
    Campaigns,
    Past,
    Place,
    ReplayedView,
    Seen,
    ViewsCompared,
    campaigns_to_compare,
    count_views,
    replay_page,
)

_CAMPAIGNS = typer.Option(help="A TOML file with what of campaigns is to be other than today.")
_AT = typer.Option(help="Take all views to be at this moment, not each at its own; ISO 8601.")


def views(
    *,
    campaigns: Annotated[Path, _CAMPAIGNS],
    since: Since = None,
    at: Annotated[str | None, _AT] = None,
    as_json: AsJson = False,
) -> None:
    """Past views with changed campaigns: how many people would have seen what. Nothing changes."""
    changes = read_changes(read_text(campaigns))
    with opened_to_read() as footlight:
        store, own = footlight.store, frozenset(footlight.settings.footlight_own_domains)
        moment = typed_moment(at, footlight.zone) if at else None
        past = Past(begin_of(footlight, since), moment, own)
        both = store.read_now(campaigns_to_compare, changes, now=footlight.now(), zone=footlight.zone)
        there_are, named = store.read_now(count_views, past.since)
        compared = ViewsCompared()
        with progress("views", named, hidden=as_json) as step:
            for page in _pages(footlight, past, both):
                compared.add(page)
                step(len(page))
        if as_json:
            print_json(_as_json(past, compared, both, there_are - named))
        else:
            _print(past, compared, both, there_are - named)


def _pages(footlight: Footlight, past: Past, both: Campaigns) -> Iterator[tuple[ReplayedView, ...]]:
    place: Place | None = Place()
    while place:
        page = footlight.store.read_now(replay_page, place, past, both)
        yield page.views
        place = page.next


def _as_json(past: Past, compared: ViewsCompared, both: Campaigns, nobodys: int) -> dict[str, object]:
    return {
        "since": told_exactly(past.since),
        "at": told_exactly(past.at),
        "views": compared.views,
        "people": compared.people,
        "views_of_nobody_named": nobodys,
        "campaigns": [
            {"campaign": both.names.get(id_ or 0), **dict(zip(WAYS, ways, strict=True))}
            for id_, ways in _by_campaign(compared)
        ],
        "differing": [
            {"today": both.names.get(today or 0), "changed": both.names.get(changed or 0), **_plain(seen)}
            for (today, changed), seen in _moved(compared)
        ],
    }


def _plain(seen: Seen) -> dict[str, int]:
    return {"views": seen.views, "people": seen.people}


def _by_campaign(compared: ViewsCompared) -> list[tuple[int | None, list[Seen]]]:
    """Each campaign that was or would be seen, with what it is in each of the ways; the most seen in any first."""
    ids = {id_ for _, id_ in compared.seen}
    found = [(id_, [compared.seen.get((way, id_), Seen()) for way in WAYS]) for id_ in ids]
    return sorted(found, key=lambda one: (-max(seen.views for seen in one[1]), one[0] or 0))


def _moved(compared: ViewsCompared) -> list[tuple[tuple[int | None, int | None], Seen]]:
    return sorted(compared.differing.items(), key=lambda one: (-one[1].views, [id_ or 0 for id_ in one[0]]))


def _print(past: Past, compared: ViewsCompared, both: Campaigns, nobodys: int) -> None:
    moment = f", as if all were at {told(past.at)}" if past.at else ""
    left_out = f"; {nobodys:,} more of nobody named" if nobodys else ""
    counted = f"{compared.views:,} views by {compared.people:,} people since {told(past.since)}"
    console.print(f"{counted}{moment}{left_out}.", markup=False, soft_wrap=True)
    console.print("In the target groups and accounts of today:")
    rows = ((_name(both, id_), *map(_told, ways)) for id_, ways in _by_campaign(compared))
    print_table(("Campaign", "They saw", "With today's", "With the changed"), rows, "")
    moved = ((_name(both, one), _name(both, other), _told(seen)) for (one, other), seen in _moved(compared))
    print_table(("Instead of", "They would see", "How many"), moved, "Nobody would see anything else.")


def _told(seen: Seen) -> str:
    return f"{seen.views:,} by {seen.people:,} people" if seen.views else ""


def _name(both: Campaigns, id_: int | None) -> str:
    return both.names.get(id_, f"campaign {id_}") if id_ is not None else "no banner"
