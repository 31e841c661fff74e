"""The HubSpot lists that become target groups, chosen in a modal from the catalogue that is kept of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.blocks.elements import Block
from bot.blocks.lists_modal import LISTS, list_suggestions, lists_modal
from bot.desk import Desk, Place, Visit
from bot.modal import MOST_SUGGESTED, Search, Submission
from bot.press import Press
from bot.setup import renew_checklist
from storage import Busy, Session, StoreDown, list_catalogue, lists_chosen, target_groups
from storage.lists_chosen import ListGone
from storage.target_groups import NameTaken, NotForPeople

# Some of those found are imported already, and not offered.
MOST_SEARCHED: Final = 300


async def choose(press: Press) -> None:
    """*Choose lists*: which of HubSpot's lists become target groups."""
    groups, asked_at = await press.desk.store.read(_known)
    reader = press.visit.reader
    await press.open(lambda metadata: lists_modal(groups, asked_at, reader, metadata=metadata), press.place)


async def suggest(search: Search) -> Sequence[Block]:
    """What somebody types finds these lists, with their sizes; those that are imported already are left out."""
    found = await search.desk.store.read(list_catalogue.search, search.typed, MOST_SEARCHED)
    new = [one for one in found if one.group is None][:MOST_SUGGESTED]
    return list_suggestions(new, search.visit.reader)


async def chosen(submission: Submission) -> None:
    """*Import*: all of them, or none and the reason at the field."""
    desk, visit = submission.desk, submission.visit
    list_ids = [str(one["value"]) for one in submission.answers[LISTS].get("selected_options") or ()]
    if told := await _objection(list_ids, visit, desk):
        await submission.object(LISTS, told)
        return
    await submission.close()
    await renew_checklist(submission.carried(Place), visit, submission.client, desk)


async def _objection(list_ids: list[str], visit: Visit, desk: Desk) -> str | None:
    texts = visit.reader.texts
    try:
        await desk.store.write(lists_chosen.import_lists, list_ids, actor=visit.actor, now=desk.now())
    except ListGone:
        return texts.plain("lists_gone")
    except NameTaken:
        return texts.plain("lists_name_taken")
    except NotForPeople:
        return texts.plain("lists_not_for_people")
    except (StoreDown, Busy):
        return texts.plain("store_down")
    return None


def _known(session: Session) -> tuple[list[str], datetime | None]:
    return [group.name for group in target_groups.mirrors(session)], list_catalogue.read_at(session)
