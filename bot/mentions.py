"""Mentions: everybody chooses whether they are mentioned with what is theirs; admins say who an owner of HubSpot is."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from bot.blocks.channel_modals import suggestions
from bot.blocks.elements import Block, Message, one_line
from bot.blocks.owners_modal import OWNER, USER, owners_modal
from bot.command import Typed
from bot.modal import MOST_SUGGESTED, Search
from bot.permissions import Right, refusal
from bot.press import Press
from storage import filter_choices, mentions
from storage.filter_choices import Filtered
from storage.mentions import NoSuchOwner

_SWITCHES: Final = {"on": True, "an": True, "off": False, "aus": False}


async def answer(typed: Typed) -> Message:
    """What `/footlight mentions on` and `off` say; without either, how it is."""
    desk, visit, on = typed.desk, typed.visit, _SWITCHES.get(typed.text.strip().casefold())
    who = visit.person
    if on is None:
        on = await desk.store.read(mentions.wants, who.user_id)
    else:
        switch = partial(mentions.switch, on=on, actor=visit.actor, now=desk.now())
        await desk.store.write(switch, who.user_id, who.email)
    return one_line(visit.reader.texts("mentions_on" if on else "mentions_off"))


async def ask_who_is_whom(press: Press) -> None:
    """*Match owners*"""
    matched = await press.desk.store.read(mentions.matched)
    await press.ask(lambda metadata: owners_modal(matched, press.visit.reader, metadata=metadata))


async def suggest(search: Search) -> Sequence[Block]:
    """What somebody types finds these owners."""
    return suggestions(
        await search.desk.store.read(filter_choices.search, Filtered.OWNERS, search.typed, MOST_SUGGESTED)
    )


async def owner_matched(press: Press) -> None:
    """An owner is this full member from now on; nobody chosen: whoever has the owner's address."""
    owner = (press.answers.get(OWNER) or {}).get("selected_option") or {}
    user_id = press.visit.kept(str((press.answers.get(USER) or {}).get("selected_user") or "")) or None
    if user_id and refusal(await press.desk.people.get(user_id, press.team_id), Right.SEE):
        await press.tell("owners_not_ours", who=press.visit.reader.who(f"slack:{user_id}"))
        return
    match = partial(mentions.match, actor=press.visit.actor, now=press.desk.now())
    try:
        await press.desk.store.write(match, str(owner.get("value") or ""), user_id)
    except NoSuchOwner:
        await press.tell("owners_gone")
        return
    await press.tell("owners_saved")
