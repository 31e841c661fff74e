"""`/footlight optout`: ends the tracking of any address or domain, known or not, by those who may decide."""

from typing import Any

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Message, section
from bot.blocks.opt_out_anyone import ANYONE, ask_domain, ask_whom, opt_out_offer
from bot.desk import Desk, Place, Visit, say
from bot.permissions import Right
from decisions.addresses import NotAnAddress, normalise, normalise_domain
from storage import Busy, StoreDown, opt_out_asked


class DomainAsked(msgspec.Struct, frozen=True):
    """What the question about a domain carries."""

    place: Place
    domain: str


async def answer_command(_: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/footlight optout` says. Whom is asked in a modal: a button carries no address."""
    visit = await desk.admit(context, Right.DECIDE)
    await say(respond, opt_out_offer(visit.reader))


async def begin(
    ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Opt out …*: whom?"""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    metadata = msgspec.json.encode(Place.of(body)).decode()
    await client.views_open(trigger_id=body["trigger_id"], view=ask_whom(visit.reader, metadata=metadata))


async def named(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Stop tracking*: an address at once; a domain after a question that says how many that concerns."""
    visit = await desk.admit(context, Right.DECIDE)
    text = str(view["state"]["values"][ANYONE][ANYONE].get("value") or "").strip()
    place = msgspec.json.decode(view["private_metadata"], type=Place)
    try:
        if "@" in text.removeprefix("@"):
            await _opt_out(normalise(text), visit, desk)
        else:
            asked = DomainAsked(place, normalise_domain(text.removeprefix("@")))
            known = await desk.store.read(opt_out_asked.known_at_domain, asked.domain)
            metadata = msgspec.json.encode(asked).decode()
            await ack(response_action="update", view=ask_domain(asked.domain, known, visit.reader, metadata=metadata))
            return
    except NotAnAddress:
        await ack(response_action="errors", errors={ANYONE: visit.reader.texts.plain("anyone_no_address")})
        return
    except (StoreDown, Busy):
        await ack(response_action="errors", errors={ANYONE: visit.reader.texts.plain("store_down")})
        return
    await ack()
    await _tell(place, visit)


async def domain_confirmed(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """*Stop tracking* of everyone at a domain."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    asked = msgspec.json.decode(view["private_metadata"], type=DomainAsked)
    await desk.store.write(
        opt_out_asked.opt_out_domain, asked.domain, actor=visit.actor, hasher=desk.hasher, now=desk.now()
    )
    await _tell(asked.place, visit)


async def _opt_out(address: str, visit: Visit, desk: Desk) -> None:
    await desk.store.write(opt_out_asked.opt_out, address, actor=visit.actor, hasher=desk.hasher, now=desk.now())


async def _tell(place: Place, visit: Visit) -> None:
    told = visit.reader.texts("anyone_done")
    await place.say(Message(told, [section([told])]))
