"""The only place that posts unasked: brings what the outbox owes to Slack's channels, and finds it again there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Block, Message
from bot.blocks.reader import Reader
from bot.chart_links import ChartLinks
from bot.charts_refused import with_charts_if_possible
from bot.digest import Waiting, let_wait
from bot.owed import Owed, owed, remember, went_on
from bot.permissions import People, Right, refusal
from bot.slack_errors import NO_MESSAGE, NO_THREAD, closed, error_code, is_passing, meaning
from bot.texts import Texts
from decisions.retries import Failure
from decisions.slack_ids import kept, slack_id, workspace_of
from storage import Store, account_threads
from storage.carriers import CannotLook, Lost, NotFound, NotSent, Pause, Sent
from storage.delivery import Item
from storage.outbox import Due, slack_channel
from storage.subscriptions import is_user

log = structlog.get_logger()

# Letters, digits, _ and - only: an ill-formed type costs the metadata, and Slack tells by a warning alone.
EVENT_TYPE: Final = "footlight_outbox"
PAGE: Final = 15  # more are refused to apps that are distributed outside the Marketplace
PAGES: Final = 10
CLOCKS_APART: Final = timedelta(minutes=1)
CHANNEL_KNOWN_FOR: Final = timedelta(hours=1)
_NO_ANSWER: Final = (TimeoutError, aiohttp.ClientError, ConnectionError)


class SlackCarrier:
    """
    Implements the store's `Carrier` for destinations `slack:CHANNEL`.

    Args:
        client: without retry handlers: repeating a dropped request would post twice.
        people: who is written to directly, and in which language.
        language: in which channels are spoken to.
        charts: gives a chart's address; None: Slack cannot fetch any.
    """

    # Slack's limit is one message a second and channel.
    interval: Final = timedelta(seconds=1)

    def __init__(
        self,
        client: AsyncWebClient,
        store: Store,
        *,
        people: People,
        now: Callable[[], datetime],
        language: str = "en",
        charts: ChartLinks | None = None,
    ) -> None:
        if client.retry_handlers:
            raise ValueError("the carrier's client must have no retry handlers")
        self._client = client
        self._store = store
        self._now = now
        self._people = people
        self._channel_reader = Reader(Texts(language), chart_url=charts)
        self._known: dict[str, datetime] = {}

    async def send(self, item: Item) -> Sent | NotSent | Lost | Pause:
        """Post the present state, or put it in the place of the message that told the last one."""
        channel = slack_channel(item.destination) or ""
        try:
            if because := await self._why_not_there(channel):
                return Pause(because)
            said = await self._said(item, channel)
            if said is None:
                return Sent(is_silent=True)
            if isinstance(said, Waiting):
                return self._later(item, said, channel)
            put = partial(self._put_blocks, channel, item, said)
            there, ts = await with_charts_if_possible(put, said.message.blocks)
        except SlackApiError as error:
            if error_code(error) == NO_THREAD and await self._leave_thread(item, channel):
                return await self.send(item)
            return self._told(item, error)
        except _NO_ANSWER as error:
            return Lost(f"no answer from Slack ({type(error).__name__})")
        return Sent(partial(remember, item=item, said=said, channel=there, ts=ts, now=self._now()))

    async def _leave_thread(self, item: Item, channel: str) -> bool:
        """Somebody removed the message under which it was to stand; whether it can be said anew, elsewhere."""
        said = await self._said(item, channel)
        thread = said.thread if isinstance(said, Owed) else None
        if thread is None or await self._permalink(channel, thread.ts):
            return False
        return await self._store.write(account_threads.end, channel, thread.ts)

    async def find_sent(self, item: Item) -> Sent | NotFound | CannotLook:
        """Look for the item's key in the messages since its attempt. A renewal is no message: it is just repeated."""
        channel = slack_channel(item.destination) or ""
        try:
            # As it was at the attempt: since then quiet hours may have begun.
            said = await self._store.read(owed, item, channel, await self._reader(channel), item.attempted_at)
            if said is None or isinstance(said, Waiting) or said.ts is not None:
                return NotFound()
            channel = await self._enter(channel)
            ts = await self._find(channel, item, said)
        except SlackApiError as error:
            return CannotLook(f"the channel's history cannot be read: {error_code(error)}")
        except _NO_ANSWER as error:
            return CannotLook(f"no answer from Slack ({type(error).__name__})")
        if ts is None:
            return NotFound()
        return Sent(partial(remember, item=item, said=said, channel=channel, ts=ts, now=self._now()))

    def _later(self, item: Item, waiting: Waiting, channel: str) -> Sent | NotSent:
        """What is to be told later waits in the channel's digest; a digest that is due in quiet hours waits itself."""
        now = self._now()
        if item.kind is Due.DIGEST:
            return NotSent(Failure(waiting.because, wait=waiting.until - now), alone=True)
        keep = partial(let_wait, waiting=waiting, channel=channel, owed_at=item.owed_at, now=now)
        return Sent(keep, is_silent=True)

    async def _said(self, item: Item, channel: str) -> Owed | Waiting | None:
        reader = await self._reader(channel)
        if item.kind is Due.LEAD_WENT_ON:
            return went_on(item, await self._permalink(channel, item.facts["goes_on"]), reader)
        if item.kind is Due.FOLLOWED_CLICKED and not await self._may_see(channel, item.facts["team_id"]):
            return None
        return await self._store.read(owed, item, channel, reader, self._now())

    async def _may_see(self, user: str, team_id: str) -> bool:
        """Whether somebody may still see personal data: they may have left, or be a guest by now."""
        return refusal(await self._people.get(user, team_id), Right.SEE) is None

    async def _permalink(self, channel: str, ts: str) -> str | None:
        try:
            answer = await self._client.chat_getPermalink(channel=slack_id(channel), message_ts=ts)
        except SlackApiError as error:
            if is_passing(error):
                raise
            return None  # somebody removed it
        return str(answer["permalink"])

    async def _put_blocks(self, channel: str, item: Item, said: Owed, blocks: list[Block]) -> tuple[str, str]:
        return await self._put(channel, item, replace(said, message=Message(said.message.text, blocks)))

    async def _put(self, channel: str, item: Item, said: Owed) -> tuple[str, str]:
        """Where the message that says it now stands: its channel and `ts`."""
        if said.ts is None:
            return await self._post(channel, item, said)
        channel = said.channel or channel
        try:
            await self._client.chat_update(
                channel=slack_id(channel), ts=said.ts, **_content(said), parse="none", link_names=False
            )
        except SlackApiError as error:
            if error_code(error) not in NO_MESSAGE:
                raise
            # Somebody removed it: that was their word, unless there is news.
            return await self._post(channel, item, said) if said.is_news else (channel, said.ts)
        return channel, said.ts

    async def _post(self, channel: str, item: Item, said: Owed) -> tuple[str, str]:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": item.key}}
        post = partial(
            self._client.chat_postMessage,
            channel=slack_id(channel),
            metadata=metadata,
            thread_ts=said.thread.ts if said.thread else None,
            reply_broadcast=said.is_shown_too,
            unfurl_links=False,
            unfurl_media=False,
            **_content(said),
        )
        try:
            answer = await post()
        except SlackApiError as error:
            if error_code(error) != "not_in_channel":
                raise
            await self._join(channel)
            answer = await post()
        # What is posted to a user stands in a channel of its own, and is found and changed there alone.
        return kept(workspace_of(channel), str(answer["channel"])), str(answer["ts"])

    async def _find(self, channel: str, item: Item, said: Owed) -> str | None:
        since, cursor = f"{(item.attempted_at - CLOCKS_APART).timestamp():.6f}", ""
        look = self._client.conversations_history
        if said.thread:  # a channel's history holds no replies
            look = partial(self._client.conversations_replies, ts=said.thread.ts)
        for _ in range(PAGES):
            page = await look(
                channel=slack_id(channel),
                oldest=since,
                limit=PAGE,
                cursor=cursor or None,
                include_all_metadata=True,
            )
            for message in page["messages"]:
                if _key(message) == item.key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return None

    async def _why_not_there(self, channel: str) -> str | None:
        """
        Why no personal data may go to a channel: another organisation reads it. Joins public channels on the way.

        What Slack does not tell of the channel, the answer to the message itself will.
        """
        now = self._now()
        if is_user(channel):
            return None
        if channel in self._known and now - self._known[channel] < CHANNEL_KNOWN_FOR:
            return None
        try:
            told = (await self._client.conversations_info(channel=slack_id(channel)))["channel"]
        except SlackApiError as error:
            log.info("Slack does not describe a channel", channel=channel, because=error_code(error))
            return None
        if told.get("is_ext_shared") or told.get("is_pending_ext_shared"):
            return closed("is_ext_shared")
        if told.get("is_channel") and not told.get("is_member") and not told.get("is_private"):
            await self._join(channel)
        self._known[channel] = now
        return None

    async def _reader(self, channel: str) -> Reader:
        """For whom it is said: the channel's many, or one person in their language."""
        workspace = workspace_of(channel)
        if not is_user(channel):
            return replace(self._channel_reader, workspace=workspace)
        return Reader(Texts((await self._people.get(channel, "")).language), workspace=workspace)

    async def _enter(self, channel: str) -> str:
        """The channel in which to look for what was posted to `channel`: for what goes to a user, one of its own."""
        if not is_user(channel):
            await self._join(channel)
            return channel
        opened = await self._client.conversations_open(users=slack_id(channel))
        return kept(workspace_of(channel), str(opened["channel"]["id"]))

    async def _join(self, channel: str) -> None:
        """So that we may look for our messages there; private channels ask for an invitation."""
        try:
            await self._client.conversations_join(channel=slack_id(channel))
        except SlackApiError as error:
            log.info("not joined a channel", channel=channel, because=error_code(error))

    def _told(self, item: Item, error: SlackApiError) -> NotSent | Lost | Pause:
        told = meaning(error)
        if isinstance(told, NotSent) and told.alone:
            log.error("Slack refused a message of ours", kind=item.kind, because=error_code(error))
        return told


def _content(said: Owed) -> dict[str, Any]:
    return {"text": said.message.text, "blocks": said.message.blocks}


def _key(message: dict[str, Any]) -> object:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return (metadata.get("event_payload") or {}).get("key")
