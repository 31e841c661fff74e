"""More than fifty opt-outs at once: permitted people say yes or no to them, once, under the question."""

from collections.abc import Callable

from bot.blocks.opt_outs_waiting import opt_outs_question
from bot.press import Press
from storage import opt_outs_waiting
from storage.opt_outs_waiting import NoSuchRequest


async def accept(press: Press) -> None:
    """They are to be opted out; the worker does it."""
    await _decide(press, opt_outs_waiting.accept)


async def refuse(press: Press) -> None:
    """Nobody is opted out."""
    await _decide(press, opt_outs_waiting.refuse)


async def _decide(press: Press, decide: Callable[..., None]) -> None:
    store = press.desk.store
    try:
        await store.write(decide, press.number, actor=press.visit.actor, now=press.desk.now())
    except NoSuchRequest:
        await press.tell("opt_outs_decided")
        return
    request = await store.read(opt_outs_waiting.get, press.number)
    if request is not None:  # else it is carried out already, and the outbox renews the question
        message = opt_outs_question(request, request.people, press.desk.channel_reader(press.visit.workspace))
        await press.place.replace(message, press.client)
