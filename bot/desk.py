"""Where conversations begin: who asks, whether they may, and how they are answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncBoltContext, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.chart_block import without_charts
from bot.blocks.elements import Message, section
from bot.blocks.reader import Reader
from bot.blocks.text import channel_mention
from bot.chart_links import ChartLinks
from bot.charts_refused import tell_of_refusal, with_charts_if_possible
from bot.hubspot_search import HubSpotSearch
from bot.lookup import Lookup
from bot.permissions import People, Person, Refusal, Right, refusal
from bot.slack_errors import NOT_THERE, error_code
from bot.texts import Texts
from bot.web_client import ClientOf
from decisions.calendar_steps import zone_of
from decisions.slack_ids import kept, workspace_of
from storage import Store, permitted, workspaces
from storage.opt_outs import Hasher

log = structlog.get_logger()


class Refused(Exception):
    """This person may not do this; they are told why."""

    def __init__(self, person: Person, because: Refusal) -> None:
        super().__init__(because)
        self.person, self.because = person, because


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who may do what they ask for. `actor` is how the audit names them."""

    person: Person
    reader: Reader

    @property
    def actor(self) -> str:
        return f"slack:{self.person.user_id}"

    @property
    def workspace(self) -> str:
        """The name among ids of the workspace from which they come to us."""
        return workspace_of(self.person.user_id)

    def require(self, right: Right) -> None:
        """
        Raises:
            Refused: when they lack this right beside that for which they were admitted.
        """
        if because := refusal(self.person, right):
            raise Refused(self.person, because)

    def kept(self, slack_id: str) -> str:
        """An id of their workspace, as the store keeps it."""
        return kept(self.workspace, slack_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    What every conversation works with.

    `language` is spoken in channels, where there are many readers. `public_url` is how Slack fetches our pictures.
    `charts` is None where Slack cannot fetch them, `hubspot` where HubSpot cannot be asked,
    `client_of` where there is only one workspace.
    `own_domains` are those of the settings; empty: those that our senders write from.
    `welcomed` holds the workspaces of which this process met an admin, who is shown the way unless somebody was before;
    `known_as` the names among ids of those that it met, by team id.
    """

    store: Store
    hasher: Hasher
    people: People
    now: Callable[[], datetime]
    language: str = "en"
    public_url: str = ""
    own_domains: frozenset[str] = frozenset()
    charts: ChartLinks | None = None
    hubspot: HubSpotSearch | None = None
    client_of: ClientOf | None = None
    welcomed: set[str] = field(default_factory=set)
    known_as: dict[str, str] = field(default_factory=dict)

    @property
    def lookup(self) -> Lookup:
        return Lookup(self.store, self.hasher, self.now, self.hubspot, self.own_domains)

    def channel_reader(self, workspace: str) -> Reader:
        """For messages that stay in a channel."""
        return Reader(Texts(self.language), chart_url=self.charts, workspace=workspace)

    async def admit(self, context: AsyncBoltContext, right: Right, *, stays: bool = False) -> Visit:
        """
        Who sent this request.

        Args:
            stays: what they are answered is not made anew when they look again.

        Raises:
            Refused: when they lack the right.
        """
        person = await self.person(context)
        if refusal(person, Right.DECIDE) is Refusal.NOT_PERMITTED:
            person = replace(person, is_permitted=await self.store.read(permitted.is_permitted, person.user_id))
        if because := refusal(person, right):
            raise Refused(person, because)
        workspace = workspace_of(person.user_id)
        if person.is_admin and workspace not in self.welcomed:
            await self.store.write(permitted.welcome, person.user_id, now=self.now())
            self.welcomed.add(workspace)
        texts, moment = Texts(person.language), None if stays else self.now()
        reader = Reader(texts, moment, zone=zone_of(person.time_zone), chart_url=self.charts, workspace=workspace)
        return Visit(person, reader)

    async def person(self, context: AsyncBoltContext) -> Person:
        """Who sent this request, as our workspace sees them: from a shared channel the request may name another."""
        return await self.people.get(await self.kept(context, context.user_id or ""), team_of(context))

    async def kept(self, context: AsyncBoltContext, slack_id: str) -> str:
        """An id of our workspace that this request names, as the store keeps it."""
        return kept(await self.workspace(context), slack_id)

    async def workspace(self, context: AsyncBoltContext) -> str:
        """The name among ids of our workspace, by whose token the request is answered."""
        team_id = team_of(context)
        if team_id not in self.known_as:
            self.known_as[team_id] = await self.store.write(workspaces.known_as, team_id, now=self.now())
        return self.known_as[team_id]


def team_of(context: AsyncBoltContext) -> str:
    """The id of our workspace, by whose token the request is answered."""
    authorized = context.authorize_result
    assert authorized is not None
    return authorized.team_id or ""


@dataclass(frozen=True, slots=True)
class Place:
    """
    The message, or the modal, whose button was pressed.

    What only one person sees can be changed by its response URL alone, and a modal by its `view_id`.
    """

    channel: str
    ts: str
    is_ephemeral: bool
    response_url: str | None
    view_id: str = ""

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Place":
        container, view = body.get("container") or {}, body.get("view") or {}
        return cls(
            channel=str(container.get("channel_id") or ""),
            ts=str(container.get("message_ts") or ""),
            is_ephemeral=bool(container.get("is_ephemeral")),
            response_url=body.get("response_url"),
            view_id=str(view.get("id") or "") if view.get("type") == "modal" else "",
        )

    async def answer(self, message: Message, client: AsyncWebClient) -> None:
        """Show `message` to the one who pressed and nobody else, in the place of what nobody else sees."""
        await (self.replace(message, client) if self.is_ephemeral else self.say(message))

    async def say(self, message: Message) -> None:
        """Tell the one who pressed, and nobody else."""
        if self.response_url:
            await say(AsyncRespond(response_url=self.response_url), message)

    async def replace(self, message: Message, client: AsyncWebClient) -> None:
        """Put `message` in its place, for everybody who sees it."""
        if self.is_ephemeral and self.response_url:
            await say(AsyncRespond(response_url=self.response_url), message, replace=True)
            return
        update = partial(client.chat_update, channel=self.channel, ts=self.ts, text=message.text)
        try:
            await with_charts_if_possible(lambda blocks: update(blocks=blocks), message.blocks)
        except SlackApiError as error:
            # The change itself is stored; what stays in a channel is renewed by the outbox as well.
            log.warning("a message could not be renewed at once", because=str(error.response.get("error")))


async def say(respond: AsyncRespond, message: Message, *, replace: bool = False) -> None:
    """Answer by the response URL: seen only by who asked, or in the place of the message that had the button."""
    told = partial(
        respond,
        text=message.text,
        response_type="ephemeral",
        replace_original=replace,
        unfurl_links=False,
        unfurl_media=False,
    )
    answer, fewer = await told(blocks=message.blocks), without_charts(message.blocks)
    if "invalid_blocks" in str(answer.body) and len(fewer) < len(message.blocks):
        tell_of_refusal()
        answer = await told(blocks=fewer)
    if answer.status_code != 200:
        # Used five times, older than half an hour, or the message is gone: there is no other way to this place.
        log.warning("an answer could not be shown", status=answer.status_code)


async def say_in_channel(client: AsyncWebClient, event: dict[str, Any], message: Message, texts: Texts) -> str | None:
    """
    Answer a message: in a direct one openly, else seen by its author alone, as guests may read along. Who cannot be
    answered there is told so directly.

    Returns the `ts` of what stays.
    """
    channel = event["channel"]
    if is_direct(event):
        post = partial(
            client.chat_postMessage, channel=channel, text=message.text, unfurl_links=False, unfurl_media=False
        )
        posted = await with_charts_if_possible(lambda blocks: post(blocks=blocks), message.blocks)
        return str(posted["ts"])
    thread_ts = event.get("thread_ts")
    show = partial(
        client.chat_postEphemeral, channel=channel, user=event["user"], text=message.text, thread_ts=thread_ts
    )
    try:
        await with_charts_if_possible(lambda blocks: show(blocks=blocks), message.blocks)
    except SlackApiError as error:
        if error_code(error) not in NOT_THERE:
            raise
        told = texts("not_in_that_channel", channel=channel_mention(channel))
        await client.chat_postMessage(
            channel=event["user"], text=told, blocks=[section([told])], unfurl_links=False, unfurl_media=False
        )
    return None


def is_direct(event: Mapping[str, Any]) -> bool:
    """Whether a message stands in the conversation of one person with us."""
    return bool(event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D"))
