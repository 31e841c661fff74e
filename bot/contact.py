"""Looking people up in Slack: `/contact`, a mention, a message, a shortcut, *Show*, and *Search HubSpot*."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Message
from bot.blocks.hubspot_search import asking, hubspot_has, hubspot_has_nobody, hubspot_silent
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.command import Typed
from bot.desk import Desk, is_direct, say, say_in_channel
from bot.help import help_message
from bot.hubspot_search import HubSpotSearch, HubSpotSilent
from bot.lookup import Answer, addresses_in
from bot.permissions import Right
from bot.press import Press
from storage import Session, Store, leads, performance, portal, posted
from storage.outbox import Due

HELP_WORDS: Final = ("", "help", "hilfe", "?")
_MENTION: Final = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


async def answer(typed: Typed) -> Message:
    """What `/contact max@firma.de` says."""
    return (await typed.desk.lookup.text(typed.text, typed.visit.reader)).message


async def message(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk) -> None:
    """A mention in a channel, or a message to us alone; edits, joins and other apps' messages are not for us."""
    if event.get("subtype") or event.get("bot_id") or not event.get("user"):
        return
    visit = await desk.admit(context, Right.SEE, stays=is_direct(event))
    text = _MENTION.sub(" ", event.get("text") or "").strip()
    if text.casefold() in HELP_WORDS:
        answer = Answer(help_message(visit.reader))
    else:
        answer = await desk.lookup.text(text, visit.reader)
    ts = await say_in_channel(client, event, answer.message, visit.reader.texts)
    if ts and answer.named:
        await desk.store.write(remember_named, visit.kept(event["channel"]), ts, answer.named, now=desk.now())


async def shortcut(
    ack: AsyncAck, shortcut: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Look up addresses* on any message."""
    await ack()
    visit = await desk.admit(context, Right.SEE)
    emails = addresses_in(_words_of(shortcut.get("message") or {}))
    await say(respond, (await desk.lookup.addresses(emails, visit.reader)).message)


async def show(press: Press) -> None:
    """*Show* beside a name in a list."""
    await press.place.say((await press.desk.lookup.person(press.subject, press.visit.reader)).message)


async def search_hubspot(press: Press) -> None:
    """*Search HubSpot*: that it is asked shows at once, as its answer may take long."""
    desk, reader, search = press.desk, press.visit.reader, press.desk.hubspot
    email = search.open(press.value) if search else None
    if search is None or email is None:
        await press.tell("cannot_search_hubspot")
        return
    await press.place.answer(asking(email, reader), press.client)
    await press.place.answer(await _searched(search, email, press.value, desk.store, reader), press.client)


async def _searched(search: HubSpotSearch, email: str, sealed: str, store: Store, reader: Reader) -> Message:
    try:
        found = await search.find(email)
    except HubSpotSilent as silent:
        return hubspot_silent(email, sealed, reader, lasting=silent.lasting)
    if found is None:
        return hubspot_has_nobody(email, reader)
    home = await store.read(portal.present)
    return hubspot_has(found, home.contact_url(found.hubspot_id) if home else None, reader)


def _words_of(message: dict[str, Any]) -> str:
    """A message's text, and what stands only in its blocks and attachments."""
    rest = json.dumps([message.get("blocks"), message.get("attachments")], ensure_ascii=False)
    return f"{message.get('text') or ''} {rest}"


def remember_named(session: Session, channel: str, ts: str, named: Iterable[Subject], now: datetime) -> None:
    """A message that stays names these people; nothing will renew it, but erasing them takes it away."""
    for subject in named:
        for address_id in _address_ids(session, subject):
            posted.remember(
                session,
                channel=channel,
                ts=ts,
                kind=Due.PERSON_FORGOTTEN,
                subject=str(subject),
                address_id=address_id,
                now=now,
            )


def _address_ids(session: Session, subject: Subject) -> tuple[int, ...]:
    if subject.kind is SubjectKind.CONTACT:
        return performance.addresses_of(session, subject.id)
    lead = leads.get(session, subject.id)
    return (lead.address_id,) if lead else ()
