"""The channels for leads and feed: chosen, changed and taken back in modals; what each is told, and when."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.channel_modals import (
    CHANGE,
    CHANNEL,
    MODE,
    QUIET_UNTIL,
    SELECTS,
    ZONE,
    channel_modal,
    channels_modal,
    read_channel,
    suggestions,
)
from bot.blocks.elements import Block
from bot.blocks.terms_lines import Names
from bot.channel_access import CannotEnter, enter
from bot.desk import Desk, Place, Visit
from bot.modal import MOST_SUGGESTED, Search, Submission
from bot.press import Press
from bot.setup import renew_checklist
from decisions.quiet_hours import Rhythm
from decisions.slack_ids import slack_id, workspace_of
from storage import Busy, Session, StoreDown, channel_chosen, filter_choices, subscriptions
from storage.filter_choices import Filtered, FilterValue
from storage.subscriptions import Subscribed, Terms, Topic

_TOPICS: Final = (Topic.LEADS, Topic.FEED)


class Choosing(msgspec.Struct, frozen=True):
    """
    What the modals carry: where the checklist stands that led here, and which channel is being changed.

    `topic` and `channel` are empty in the list of channels; `channel` is, too, while it is still to be chosen.
    """

    place: Place | None
    topic: str = ""
    channel: str = ""


async def open_list(press: Press) -> None:
    """*Choose channels*: those that are told something."""
    choosing = Choosing(press.place)
    listed = await press.desk.store.read(_listed, press.visit.workspace)
    await press.open(lambda metadata: channels_modal(listed, press.visit.reader, metadata=metadata), choosing)


async def add(press: Press) -> None:
    """*Add a channel*: what it is to be told, on top of the list."""
    if (topic := _topic(press.value)) is not None:
        await _edit(msgspec.structs.replace(press.carried(Choosing), topic=topic), press)


async def menu(press: Press) -> None:
    """An entry of a channel's menu: change what it is told, or tell it nothing new."""
    desk, visit = press.desk, press.visit
    what, _, named = press.value.partition(" ")
    choosing = _naming(press.carried(Choosing), named, visit)
    if choosing is None:
        return
    if what == CHANGE:
        await _edit(choosing, press)
        return
    await desk.store.write(
        channel_chosen.drop, Topic(choosing.topic), choosing.channel, actor=visit.actor, now=desk.now()
    )
    await _show_list(choosing, press.place.view_id, visit, press.client, desk)


async def change(press: Press) -> None:
    """*Change* under a channel's greeting."""
    if choosing := _naming(Choosing(None), press.value, press.visit):
        await _edit(choosing, press)


async def suggest_zones(search: Search) -> Sequence[Block]:
    """What somebody types finds these time zones."""
    wanted = search.typed.strip().casefold().replace(" ", "_")
    found = sorted(zone for zone in available_timezones() if wanted in zone.casefold())
    return suggestions([FilterValue(zone, zone) for zone in found[:MOST_SUGGESTED]])


async def _suggest(kind: Filtered, search: Search) -> Sequence[Block]:
    return suggestions(await search.desk.store.read(filter_choices.search, kind, search.typed, MOST_SUGGESTED))


# What is found for each select, by its name.
SUGGESTED: Final[Mapping[str, Callable[[Search], Awaitable[Sequence[Block]]]]] = {
    ZONE: suggest_zones,
    **{block: partial(_suggest, kind) for kind, block in SELECTS.items()},
}


async def saved(submission: Submission) -> None:
    """*Save*: we go into the channel, and it is told on these terms; or what is wrong stands at its field."""
    desk, visit, choosing = submission.desk, submission.visit, submission.carried(Choosing)
    states = submission.answers
    channel = choosing.channel or visit.kept(str(states.get(CHANNEL, {}).get("selected_conversation") or ""))
    if objection := await _save(Topic(choosing.topic), channel, submission):
        block, told = objection
        await submission.object(block if block in states else MODE, told)
        return
    await submission.close()
    if list_id := submission.view.get("previous_view_id"):
        await _show_list(choosing, list_id, visit, submission.client, desk)


async def _save(topic: Topic, channel: str, submission: Submission) -> tuple[str, str] | None:
    """The field at which something is wrong, and what; None: it is kept."""
    desk, visit = submission.desk, submission.visit
    texts = visit.reader.texts
    try:
        terms = read_channel(submission.answers)
    except ValueError:
        return QUIET_UNTIL, texts.plain("channel_quiet_both")
    try:
        await enter(submission.client, slack_id(channel))
        who = {"actor": visit.actor, "user_id": visit.person.user_id}
        await desk.store.write(channel_chosen.choose, topic, channel, terms, **who, now=desk.now())
    except CannotEnter as cannot:
        return CHANNEL, cannot.told(texts)
    except (StoreDown, Busy):
        return CHANNEL, texts.plain("store_down")
    return None


async def _show_list(choosing: Choosing, view_id: str, visit: Visit, client: AsyncWebClient, desk: Desk) -> None:
    """The list of channels and the checklist, as they are now."""
    listed = await desk.store.read(_listed, visit.workspace)
    metadata = msgspec.json.encode(Choosing(choosing.place)).decode()
    await client.views_update(view_id=view_id, view=channels_modal(listed, visit.reader, metadata=metadata))
    if choosing.place:
        await renew_checklist(choosing.place, visit, client, desk)


async def _edit(choosing: Choosing, press: Press) -> None:
    """Open what a channel is told of a topic, on top of the list where it was chosen there."""
    topic, channel, reader = Topic(choosing.topic), choosing.channel or None, press.visit.reader
    known, names = await press.desk.store.read(_terms, topic, choosing.channel)
    terms = known or Terms(rhythm=Rhythm(zone=_zone_of(press.visit)), language=reader.texts.language)
    await press.open(lambda metadata: channel_modal(topic, channel, terms, names, reader, metadata=metadata), choosing)


def _listed(session: Session, workspace: str) -> list[tuple[Subscribed, Names]]:
    told = [one for topic in _TOPICS for one in subscriptions.of_topic(session, topic, workspace)]
    return [(one, filter_choices.named(session, one.terms.filters)) for one in told]


def _terms(session: Session, topic: Topic, channel: str) -> tuple[Terms | None, Names]:
    subscribed = subscriptions.find(session, topic, channel)
    if subscribed is None:
        return None, {}
    return subscribed.terms, filter_choices.named(session, subscribed.terms.filters)


def _zone_of(visit: Visit) -> str:
    try:
        return ZoneInfo(visit.person.time_zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def _naming(choosing: Choosing, value: str, visit: Visit) -> Choosing | None:
    """The channel that a button or an entry names; None: it is none of their workspace's."""
    topic, _, channel = value.partition(":")
    named = _topic(topic)
    if named is None or not channel or workspace_of(channel) != visit.workspace:
        return None
    return msgspec.structs.replace(choosing, topic=named, channel=channel)


def _topic(value: str) -> Topic | None:
    return next((topic for topic in _TOPICS if topic == value), None)
