"""The channels for leads and feed: chosen, changed and taken back in modals; what each is told, and when."""

from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext
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
from bot.blocks.terms_lines import Names
from bot.channel_access import CannotEnter, enter
from bot.desk import Desk, Place, Visit
from bot.permissions import Right
from bot.setup import renew_checklist
from decisions.quiet_hours import Rhythm
from decisions.slack_ids import slack_id, workspace_of
from storage import Busy, Session, StoreDown, channel_chosen, filter_choices, subscriptions
from storage.filter_choices import Choice, Filtered
from storage.subscriptions import Subscribed, Terms, Topic

# A select takes no more from a search.
MOST_SUGGESTED: Final = 100
_KINDS: Final = {block: kind for kind, block in SELECTS.items()}
_TOPICS: Final = (Topic.LEADS, Topic.FEED)


class Choosing(msgspec.Struct, frozen=True):
    """
    What the modals carry: where the checklist stands that led here, and which channel is being changed.

    `topic` and `channel` are empty in the list of channels; `channel` is, too, while it is still to be chosen.
    """

    place: Place | None
    topic: str = ""
    channel: str = ""


async def open_list(
    ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Choose channels*: those that are told something."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    await client.views_open(trigger_id=body["trigger_id"], view=await _list(Choosing(Place.of(body)), visit, desk))


async def add(
    ack: AsyncAck,
    action: dict[str, Any],
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    desk: Desk,
) -> None:
    """*Add a channel*: what it is to be told, on top of the list."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    if (topic := _topic(str(action.get("value")))) is not None:
        choosing = msgspec.structs.replace(_choosing(body["view"]), topic=topic)
        await client.views_push(trigger_id=body["trigger_id"], view=await _editor(choosing, visit, desk))


async def menu(
    ack: AsyncAck,
    action: dict[str, Any],
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    desk: Desk,
) -> None:
    """An entry of a channel's menu: change what it is told, or tell it nothing new."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    what, _, named = str((action.get("selected_option") or {}).get("value", "")).partition(" ")
    choosing = _naming(_choosing(body["view"]), named, visit)
    if choosing is None:
        return
    if what == CHANGE:
        await client.views_push(trigger_id=body["trigger_id"], view=await _editor(choosing, visit, desk))
        return
    topic = Topic(choosing.topic)
    await desk.store.write(channel_chosen.drop, topic, choosing.channel, actor=visit.actor, now=desk.now())
    await _show_list(choosing, body["view"]["id"], visit, client, desk)


async def change(
    ack: AsyncAck,
    action: dict[str, Any],
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    desk: Desk,
) -> None:
    """*Change* under a channel's greeting."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    if choosing := _naming(Choosing(None), str(action.get("value")), visit):
        await client.views_open(trigger_id=body["trigger_id"], view=await _editor(choosing, visit, desk))


async def suggest(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """What somebody types into a filter, or into the time zone, finds these."""
    await desk.admit(context, Right.DECIDE)
    block, typed = str(body.get("action_id")), str(body.get("value") or "")
    found = _zones(typed) if block == ZONE else await _choices(_KINDS[block], typed, desk)
    await ack(options=suggestions(found))


async def saved(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Save*: we go into the channel, and it is told on these terms; or what is wrong stands at its field."""
    visit, choosing = await desk.admit(context, Right.DECIDE), _choosing(view)
    states: dict[str, Any] = {block: next(iter(state.values()), {}) for block, state in view["state"]["values"].items()}
    channel = choosing.channel or visit.kept(str(states.get(CHANNEL, {}).get("selected_conversation") or ""))
    objection = await _save(Topic(choosing.topic), channel, states, visit, client, desk)
    if objection:
        block, told = objection
        there = block if block in states else MODE
        await ack(response_action="errors", errors={there: told})
        return
    await ack()
    if view.get("previous_view_id"):
        await _show_list(choosing, view["previous_view_id"], visit, client, desk)


async def _save(
    topic: Topic, channel: str, states: dict[str, Any], visit: Visit, client: AsyncWebClient, desk: Desk
) -> tuple[str, str] | None:
    """The field at which something is wrong, and what; None: it is kept."""
    texts = visit.reader.texts
    try:
        terms = read_channel(states)
    except ValueError:
        return QUIET_UNTIL, texts.plain("channel_quiet_both")
    try:
        await enter(client, slack_id(channel))
        who = {"actor": visit.actor, "user_id": visit.person.user_id}
        await desk.store.write(channel_chosen.choose, topic, channel, terms, **who, now=desk.now())
    except CannotEnter as cannot:
        return CHANNEL, cannot.told(texts)
    except (StoreDown, Busy):
        return CHANNEL, texts.plain("store_down")
    return None


async def _show_list(choosing: Choosing, view_id: str, visit: Visit, client: AsyncWebClient, desk: Desk) -> None:
    """The list of channels and the checklist, as they are now."""
    listing = Choosing(choosing.place)
    await client.views_update(view_id=view_id, view=await _list(listing, visit, desk))
    if choosing.place:
        await renew_checklist(choosing.place, visit, client, desk)


async def _list(choosing: Choosing, visit: Visit, desk: Desk) -> dict[str, Any]:
    listed = await desk.store.read(_listed, visit.workspace)
    return channels_modal(listed, visit.reader, metadata=msgspec.json.encode(choosing).decode())


async def _editor(choosing: Choosing, visit: Visit, desk: Desk) -> dict[str, Any]:
    topic, channel = Topic(choosing.topic), choosing.channel or None
    terms, names = await desk.store.read(_terms, topic, choosing.channel)
    if terms is None:
        terms = Terms(rhythm=Rhythm(zone=_zone_of(visit)), language=visit.reader.texts.language)
    metadata = msgspec.json.encode(choosing).decode()
    return channel_modal(topic, channel, terms, names, visit.reader, metadata=metadata)


def _listed(session: Session, workspace: str) -> list[tuple[Subscribed, Names]]:
    told = [one for topic in _TOPICS for one in subscriptions.of_topic(session, topic, workspace)]
    return [(one, filter_choices.named(session, one.terms.filters)) for one in told]


def _terms(session: Session, topic: Topic, channel: str) -> tuple[Terms | None, Names]:
    subscribed = subscriptions.find(session, topic, channel)
    if subscribed is None:
        return None, {}
    return subscribed.terms, filter_choices.named(session, subscribed.terms.filters)


async def _choices(kind: Filtered, typed: str, desk: Desk) -> tuple[Choice, ...]:
    return await desk.store.read(filter_choices.search, kind, typed, MOST_SUGGESTED)


def _zones(typed: str) -> list[Choice]:
    wanted = typed.strip().casefold().replace(" ", "_")
    found = sorted(zone for zone in available_timezones() if wanted in zone.casefold())
    return [Choice(zone, zone) for zone in found[:MOST_SUGGESTED]]


def _zone_of(visit: Visit) -> str:
    try:
        return ZoneInfo(visit.person.time_zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def _choosing(view: dict[str, Any]) -> Choosing:
    return msgspec.json.decode(view["private_metadata"], type=Choosing)


def _naming(choosing: Choosing, value: str, visit: Visit) -> Choosing | None:
    """The channel that a button or an entry names; None: it is none of their workspace's."""
    topic, _, channel = value.partition(":")
    named = _topic(topic)
    if named is None or not channel or workspace_of(channel) != visit.workspace:
        return None
    return msgspec.structs.replace(choosing, topic=named, channel=channel)


def _topic(value: str) -> Topic | None:
    return next((topic for topic in _TOPICS if topic == value), None)
