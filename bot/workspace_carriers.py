"""Several workspaces: what is owed goes out with the token of the workspace in which its channel stands."""

from collections.abc import Callable
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.carrier import SlackCarrier
from bot.slack_errors import closed
from bot.web_client import ClientOf, NotInstalled
from decisions.retries import Failure
from decisions.slack_ids import workspace_of
from storage.carriers import CannotLook, Lost, NotFound, NotSent, Pause, Sent
from storage.delivery import Item
from storage.outbox import slack_channel


class WorkspaceCarriers:
    """Implements the store's `Carrier` with a `SlackCarrier` for each workspace."""

    interval: Final = SlackCarrier.interval

    def __init__(self, client_of: ClientOf, make: Callable[[AsyncWebClient], SlackCarrier]) -> None:
        self._client_of = client_of
        self._make = make
        self._carriers: dict[str, tuple[str, SlackCarrier]] = {}

    async def send(self, item: Item) -> Sent | NotSent | Lost | Pause:
        """Post it; where we are not installed yet it waits, and where we were removed it is given up."""
        try:
            carrier = await self._carrier(item)
        except NotInstalled as error:
            if error.ended:
                return NotSent(Failure(str(error), lasting=True), alone=True)
            return Pause(closed("not_installed"))
        return await carrier.send(item)

    async def find_sent(self, item: Item) -> Sent | NotFound | CannotLook:
        """Look for it in its workspace."""
        try:
            carrier = await self._carrier(item)
        except NotInstalled as error:
            return CannotLook(str(error))
        return await carrier.find_sent(item)

    async def _carrier(self, item: Item) -> SlackCarrier:
        """The one with the token that is kept now: an installation may be made anew."""
        workspace = workspace_of(slack_channel(item.destination) or "")
        client = await self._client_of(workspace)
        token, carrier = self._carriers.get(workspace, ("", None))
        if carrier is None or token != client.token:
            carrier = self._make(client)
            self._carriers[workspace] = str(client.token), carrier
        return carrier
