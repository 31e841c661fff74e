"""A button that was pressed, or the modal that it opened and that was submitted: by whom, about whom, and where."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Block, Message, one_line, section
from bot.blocks.home_view import person_modal
from bot.blocks.subject import Subject
from bot.desk import Desk, Place, Visit, team_of
from bot.homes import Homes
from bot.permissions import Right

Carried = TypeVar("Carried")


class Question(msgspec.Struct, frozen=True):
    """What a modal carries from the question to the answer: about whom, and where the button stood."""

    subject: str
    place: Place


@dataclass(frozen=True, slots=True)
class Press:
    """
    Somebody who may do it wants something done.

    `value` is the button's, or that of what was chosen in an overflow: everybody can make one up. `answers` are a
    modal's states by question, empty for a button; `metadata` that of the modal in which the button stands.
    `trigger_id` opens a modal, once, within three seconds. `team_id` is our workspace.
    """

    desk: Desk
    visit: Visit
    client: AsyncWebClient
    value: str
    place: Place
    team_id: str
    homes: Homes
    trigger_id: str = ""
    metadata: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> Subject | None:
        """Whom it is about, at the end of the value; None where it names nobody."""
        return Subject.parse(self.value.rpartition(" ")[2])

    @property
    def option(self) -> str:
        """What stands in the value before whom it is about."""
        return self.value.rpartition(" ")[0]

    @property
    def number(self) -> int:
        """The value as a place in a list; 0 for anything else."""
        return int(self.value) if self.value.isascii() and self.value.isdecimal() and len(self.value) < 7 else 0

    def carried(self, kind: type[Carried]) -> Carried:
        """What the modal in which the button stands carries."""
        return msgspec.json.decode(self.metadata, type=kind)

    async def tell(self, key: str, **values: str | int) -> None:
        """Say something to the one who pressed, and to nobody else."""
        told = self.visit.reader.texts(key, **values)
        if self.place.view_id and self.trigger_id:
            await self.client.views_push(trigger_id=self.trigger_id, view=self._modal([section([told])]))
        else:
            await self.place.say(one_line(told))

    async def show(self, message: Message) -> None:
        """Put `message` where the button was pressed."""
        if self.place.view_id:
            await self.client.views_update(view_id=self.place.view_id, view=self._modal(message.blocks))
        else:
            await self.place.replace(message, self.client)

    async def renew_home(self) -> None:
        """Show the one who pressed their Home as it is now."""
        await self.homes.show(self.visit.person.user_id, self.team_id)

    def _modal(self, blocks: Sequence[Block]) -> Block:
        reader = self.visit.reader
        return person_modal(reader.texts.plain("home_person"), blocks, reader, has_buttons=True)

    async def ask(self, modal: Callable[[str], dict[str, Any]]) -> None:
        """Open a modal, made with the metadata that brings its answer back here."""
        await self.open(modal, Question(self.value.rpartition(" ")[2], self.place))

    async def open(self, modal: Callable[[str], dict[str, Any]], carried: Any) -> None:
        """Open a modal, on top of the one in which the button stands; it is made with `carried` as its metadata."""
        show = self.client.views_push if self.place.view_id else self.client.views_open
        await show(trigger_id=self.trigger_id, view=modal(msgspec.json.encode(carried).decode()))


Work = Callable[[Press], Awaitable[None]]
Listener = Callable[..., Awaitable[None]]


def pressed(right: Right, work: Work) -> Listener:
    """The listener of a button, for those who have the right."""

    async def listener(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
        desk: Desk,
        homes: Homes,
    ) -> None:
        await ack()
        visit = await desk.admit(context, right)
        await work(
            Press(
                desk,
                visit,
                client,
                _value(action),
                Place.of(body),
                team_of(context),
                homes,
                trigger_id=str(body.get("trigger_id") or ""),
                metadata=str((body.get("view") or {}).get("private_metadata") or ""),
            )
        )

    return listener


def submitted(right: Right, work: Work) -> Listener:
    """The listener of a modal's submission; the right is asked for again."""

    async def listener(
        ack: AsyncAck,
        view: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
        desk: Desk,
        homes: Homes,
    ) -> None:
        await ack()
        visit = await desk.admit(context, right)
        asked, trigger_id = _asked(view), str(body.get("trigger_id") or "")
        to = (asked.subject, asked.place, team_of(context), homes)
        await work(Press(desk, visit, client, *to, trigger_id, answers=answers_of(view)))

    return listener


def place_of(view: dict[str, Any]) -> Place | None:
    """Where the button stood that opened this view; None for a view of another kind."""
    try:
        return _asked(view).place
    except msgspec.DecodeError:
        return None


def answers_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """A modal's states by question, which is what stands in a block id before a colon."""
    states = (view.get("state") or {}).get("values") or {}
    return {block.partition(":")[0]: next(iter(state.values()), {}) for block, state in states.items()}


def _value(action: dict[str, Any]) -> str:
    return str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")


def _asked(view: dict[str, Any]) -> Question:
    return msgspec.json.decode(view.get("private_metadata") or "", type=Question)
