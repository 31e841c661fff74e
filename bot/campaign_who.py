"""`/footlight who`: which campaign an address sees now, or at a moment, and why no other."""

from datetime import datetime
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncBoltContext, AsyncRespond

from bot.blocks.campaign_choice import campaign_choice
from bot.blocks.elements import Message, section
from bot.blocks.reader import Reader
from bot.desk import Desk, Visit, say
from bot.lookup import addresses_in
from bot.permissions import Right
from decisions.local_times import NoMoment, moment_of
from storage.campaign_choice import who_sees


async def answer_command(text: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/footlight who max@firma.de 2026-12-01T08:00` says; a time without offset is in the asker's zone."""
    visit = await desk.admit(context, Right.SEE)
    await say(respond, await _answer(text, visit, desk))


async def _answer(text: str, visit: Visit, desk: Desk) -> Message:
    address, _, rest = text.strip().partition(" ")
    emails = addresses_in(address)
    if len(emails) != 1:
        return _told(visit.reader, "who_ask")
    try:
        at = _moment(rest.strip(), visit, desk)
    except NoMoment:
        return _told(visit.reader, "who_no_moment", moment=rest)
    seen = await desk.store.read(who_sees, emails[0], at, own=desk.own_domains)
    return campaign_choice(seen, visit.reader)


def _moment(text: str, visit: Visit, desk: Desk) -> datetime:
    return moment_of(text, ZoneInfo(visit.person.time_zone)) if text else desk.now()


def _told(reader: Reader, key: str, **values: str) -> Message:
    told = reader.texts(key, **values)
    return Message(told, [section([told])])
