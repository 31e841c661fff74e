"""`/footlight who`: which campaign somebody sees now, or at a moment, and why no other."""

from typing import Final
from zoneinfo import ZoneInfo

from bot.blocks.campaign_choice import campaign_choice
from bot.blocks.elements import Message, one_line
from bot.blocks.search_results import SHOW_WHAT_THEY_SEE, Pick, search_results, unknown_name
from bot.blocks.subject import Subject
from bot.command import Typed
from bot.desk import Desk, Visit
from bot.lookup import MOST_SHOWN, address_of, addresses_in, subjects_of
from bot.press import Press
from decisions.local_times import NoMoment, moment_of
from storage import people_search
from storage.campaign_choice import who_sees

LONGEST_MOMENT: Final = 100


async def answer(typed: Typed) -> Message:
    """What `/footlight who max@firma.de 2026-12-01T08:00` says; a time without offset is in the asker's zone."""
    return await _answer(typed.text, typed.visit, typed.desk)


async def show(press: Press) -> None:
    """One of several was picked; the moment that was asked for comes with them."""
    await press.place.say(await _of_subject(press.subject, press.option, press.visit, press.desk))


async def _answer(text: str, visit: Visit, desk: Desk) -> Message:
    whom, moment = _parts(text)
    if emails := addresses_in(whom):
        return await _of_address(emails[0], moment, visit, desk)
    if not whom:
        return one_line(visit.reader.texts("who_ask"))
    people = await desk.store.read(people_search.find, whom, MOST_SHOWN)
    subjects = subjects_of(people)
    if len(subjects) == 1 and not people.is_suggestion:
        return await _of_subject(subjects[0], moment, visit, desk)
    if subjects:
        return search_results(whom, people, visit.reader, pick=Pick(SHOW_WHAT_THEY_SEE, moment))
    return unknown_name(whom, visit.reader)


def _parts(text: str) -> tuple[str, str]:
    """Whom, and the moment behind: behind an address whatever stands there, behind a name what begins with a digit."""
    whom, _, rest = text.strip().partition(" ")
    if addresses_in(whom):
        return whom, rest.strip()[:LONGEST_MOMENT]
    words = text.split()
    cut = next((place for place, word in enumerate(words) if place and word[0].isdigit()), len(words))
    return " ".join(words[:cut]), " ".join(words[cut:])[:LONGEST_MOMENT]


async def _of_subject(subject: Subject | None, moment: str, visit: Visit, desk: Desk) -> Message:
    email = await desk.store.read(address_of, subject, desk.hasher) if subject else None
    return await _of_address(email, moment, visit, desk) if email else one_line(visit.reader.texts("who_no_address"))


async def _of_address(email: str, moment: str, visit: Visit, desk: Desk) -> Message:
    try:
        at = moment_of(moment, ZoneInfo(visit.person.time_zone)) if moment else desk.now()
    except NoMoment:
        return one_line(visit.reader.texts("who_no_moment", moment=moment))
    return campaign_choice(await desk.store.read(who_sees, email, at, own=desk.own_domains), visit.reader)
