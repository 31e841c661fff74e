"""`/footlight optout`: ends the tracking of any address or domain, known or not, by those who may decide."""

import msgspec

from bot.blocks.elements import Message, one_line
from bot.blocks.opt_out_anyone import ANYONE, ask_domain, ask_whom, opt_out_offer
from bot.command import Typed
from bot.desk import Desk, Place, Visit
from bot.modal import Submission
from bot.press import Press
from decisions.addresses import NotAnAddress, normalise, normalise_domain
from storage import Busy, StoreDown, opt_out_asked


class DomainAsked(msgspec.Struct, frozen=True):
    """What the question about a domain carries."""

    place: Place
    domain: str


async def answer(typed: Typed) -> Message:
    """What `/footlight optout` says. Whom is asked in a modal: a button carries no address."""
    return opt_out_offer(typed.visit.reader)


async def begin(press: Press) -> None:
    """*Opt out …*: whom?"""
    await press.open(lambda metadata: ask_whom(press.visit.reader, metadata=metadata), press.place)


async def named(submission: Submission) -> None:
    """*Stop tracking*: an address at once; a domain after a question that says how many that concerns."""
    desk, visit = submission.desk, submission.visit
    text = str(submission.answers[ANYONE].get("value") or "").strip()
    place = submission.carried(Place)
    try:
        if "@" not in text.removeprefix("@"):
            await _ask_about(DomainAsked(place, normalise_domain(text.removeprefix("@"))), submission)
            return
        await _opt_out(normalise(text), visit, desk)
    except NotAnAddress:
        await submission.object(ANYONE, visit.reader.texts.plain("anyone_no_address"))
    except (StoreDown, Busy):
        await submission.object(ANYONE, visit.reader.texts.plain("store_down"))
    else:
        await submission.close()
        await _tell(place, visit)


async def domain_confirmed(submission: Submission) -> None:
    """*Stop tracking* of everyone at a domain."""
    await submission.close()
    desk, visit, asked = submission.desk, submission.visit, submission.carried(DomainAsked)
    await desk.store.write(
        opt_out_asked.opt_out_domain, asked.domain, actor=visit.actor, hasher=desk.hasher, now=desk.now()
    )
    await _tell(asked.place, visit)


async def _ask_about(asked: DomainAsked, submission: Submission) -> None:
    known = await submission.desk.store.read(opt_out_asked.known_at_domain, asked.domain)
    metadata = msgspec.json.encode(asked).decode()
    await submission.become(ask_domain(asked.domain, known, submission.visit.reader, metadata=metadata))


async def _opt_out(address: str, visit: Visit, desk: Desk) -> None:
    await desk.store.write(opt_out_asked.opt_out, address, actor=visit.actor, hasher=desk.hasher, now=desk.now())


async def _tell(place: Place, visit: Visit) -> None:
    await place.say(one_line(visit.reader.texts("anyone_done")))
