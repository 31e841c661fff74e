"""A walk over the pages of one HubSpot list's members: it goes on where it stood, and refuses what repeats."""

from jobs.context import Context
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.lists import Page, memberships, read_list
from jobs.hubspot.trouble import BadAnswer, HubSpotTrouble, NotFound
from storage import Session, list_walks, staging
from storage.hubspot_lists import HubSpotListState


class ListGone(Exception):
    """The list was deleted in HubSpot; its group keeps its last state."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the list {name} was deleted in HubSpot; its target group stays as it was."
            " HubSpot restores a list for 90 days; or import another list,"
            " or keep the group by hand: footlight groups unlink"
        )


async def live_list(context: Context, name: str, list_id: str) -> HubSpotListState:
    """
    What HubSpot says of the list that the group called `name` mirrors.

    Raises:
        HubSpotTrouble, ListGone
    """
    try:
        told = await context.ask(lambda: read_list(context.hubspot, list_id, now=context.now()))
    except NotFound as error:
        raise ListGone(name) from error
    if told.deleted_at is not None:
        raise ListGone(name)
    return told


class Walk:
    """The pages of a list's members from the cursor `after` on; after trouble it goes on from the last good page."""

    def __init__(self, client: HubSpotClient, list_id: str, after: str | None = None, *, is_done: bool = False) -> None:
        self._client = client
        self._list_id = list_id
        self._after = after
        self._pages = memberships(client, list_id, after)
        self.is_done = is_done

    def next_page(self) -> Page:
        try:
            page = next(self._pages)
        except HubSpotTrouble:
            self._pages = memberships(self._client, self._list_id, self._after)
            raise
        self._after = page.next_after
        self.is_done = page.next_after is None
        return page


def stage_page(session: Session, group_id: int, page: Page) -> None:
    """
    Stage a page, with the place behind it.

    Raises:
        BadAnswer: an earlier page named all of its members, so the real one would be missing.
    """
    if page.ids and staging.are_staged(session, group_id, page.ids):
        raise BadAnswer("a page of list members repeats an earlier one")
    list_walks.stage_page(session, group_id, page.ids, page.next_after)
