"""`/account`: the people of an account, what they did and when, found by a domain, an address or a company's name."""

import re
from typing import Final

from bot.blocks.account_message import MOST_PEOPLE, account_list, account_message, no_account
from bot.blocks.activity_chart import WEEKS_SHOWN
from bot.blocks.elements import Message, one_line
from bot.blocks.reader import Reader
from bot.command import Typed
from bot.desk import Desk
from bot.press import Press
from decisions.calendar_steps import weeks_until
from decisions.outside_text import clean
from storage import account_search
from storage.account_card import Page, account_card
from storage.account_search import LONGEST_QUERY

MOST_FOUND: Final = 8
_PAGE: Final = re.compile(r"([1-9][0-9]{0,17}) ([0-9]{1,6})")
_LINKED: Final = re.compile(r"<(?:mailto:|https?://)([^|>/]+)[^>]*>")


async def answer(typed: Typed) -> Message:
    """What `/account firma.de` says."""
    asked = " ".join(clean(_LINKED.sub(r"\1", typed.text), LONGEST_QUERY).split())
    return await _found(asked, typed.desk, typed.visit.reader)


async def show(press: Press) -> None:
    """*Show* beside one of several accounts."""
    await press.place.say(await _page(press.value, press.desk, press.visit.reader))


async def more(press: Press) -> None:
    """Another page of an account's people, in its place."""
    await press.place.replace(await _page(press.value, press.desk, press.visit.reader), press.client)


async def _found(asked: str, desk: Desk, reader: Reader) -> Message:
    if not asked:
        return one_line(reader.texts("ask_which_account"))
    found = await desk.store.read(account_search.find_accounts, asked, MOST_FOUND)
    if not found.hits:
        return no_account(asked, found, reader)
    if len(found.hits) > 1 or found.is_suggestion:
        return account_list(asked, found, reader)
    return await _shown(found.hits[0].id, 0, desk, reader)


async def _page(value: str, desk: Desk, reader: Reader) -> Message:
    """The page that a button names; a made-up value names none."""
    found = _PAGE.fullmatch(value)
    return await _shown(int(found[1]), int(found[2]), desk, reader) if found else one_line(reader.texts("account_gone"))


async def _shown(account_id: int, skipped: int, desk: Desk, reader: Reader) -> Message:
    """The account as it is now; where the page has become empty, its first."""
    weeks = weeks_until(desk.now(), reader.zone, WEEKS_SHOWN)
    page = Page(skipped, MOST_PEOPLE)
    card = await desk.store.read(account_card, account_id, page, desk.hasher, weeks=weeks, zone=reader.zone)
    if card is None:
        return one_line(reader.texts("account_gone"))
    if skipped and not card.people:
        return await _shown(account_id, 0, desk, reader)
    return account_message(card, reader)
