"""A modal that is looked at before it closes, and the selects in it that search while somebody types."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Block
from bot.desk import Desk, Visit, team_of
from bot.permissions import Right
from bot.press import Carried, Listener, answers_of

# A select takes no more from a search.
MOST_SUGGESTED: Final = 100


@dataclass(frozen=True, slots=True)
class Submission:
    """
    Somebody who may do it submitted a modal, which stays open until it is answered, once and within three seconds.

    `answers` are the states by question. `team_id` is our workspace.
    """

    desk: Desk
    visit: Visit
    client: AsyncWebClient
    ack: AsyncAck
    view: Mapping[str, Any]
    answers: Mapping[str, Any]
    team_id: str

    def carried(self, kind: type[Carried]) -> Carried:
        """What the modal carries from its opening to its end."""
        return msgspec.json.decode(self.view["private_metadata"], type=kind)

    async def close(self) -> None:
        await self.ack()

    async def object(self, question: str, because: str) -> None:
        """Leave it open, and say at the question what is wrong."""
        await self.ack(response_action="errors", errors={question: because})

    async def become(self, modal: dict[str, Any]) -> None:
        """Show another modal in its place."""
        await self.ack(response_action="update", view=modal)


@dataclass(frozen=True, slots=True)
class Search:
    """Somebody who may do it typed something into a select."""

    desk: Desk
    visit: Visit
    typed: str


def validated(right: Right, work: Callable[[Submission], Awaitable[None]]) -> Listener:
    """The listener of a modal that says itself whether it closes; the right is asked for again."""

    async def listener(
        ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
    ) -> None:
        visit = await desk.admit(context, right)
        await work(Submission(desk, visit, client, ack, view, answers_of(view), team_of(context)))

    return listener


def searched(right: Right, find: Callable[[Search], Awaitable[Sequence[Block]]]) -> Listener:
    """The listener of a select whose options are found while somebody types."""

    async def listener(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
        visit = await desk.admit(context, right)
        await ack(options=await find(Search(desk, visit, str(body.get("value") or ""))))

    return listener
