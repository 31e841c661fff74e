"""*Follow*: somebody wants to be told when a person, or anybody of an account, clicks again; until when, or no more."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.blocks.contact_message import FOLLOW, shown_name
from bot.blocks.elements import Message, one_line
from bot.blocks.follow_message import (
    DAYS,
    EVERYBODY,
    HOW_LONG,
    USUAL,
    WHOM,
    follow_begun,
    follow_list,
    follow_message,
    follow_modal,
    stopped_message,
)
from bot.blocks.reader import Reader
from bot.blocks.search_results import Pick, search_results, unknown_address, unknown_name
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import Mrkdwn
from bot.command import Typed
from bot.desk import Desk, Visit
from bot.lookup import MOST_SHOWN, addresses_in, subject_of, subjects_of
from bot.press import Press
from decisions.addresses import NotAnAddress, account_domain, normalise_domain
from storage import Session, accounts, contact_card, follow_news, follows, leads, opt_outs, people_search
from storage.accounts import NoAccount
from storage.follows import Followed, Target, TooMany
from storage.opt_outs import Hasher
from storage.senders import own_domains

_ACCOUNT: Final = re.compile(r"account:([1-9][0-9]{0,17})")
_FOLLOW_ID: Final = re.compile(r"([1-9][0-9]{0,17})(?::[1-9][0-9]{0,8})?")


@dataclass(frozen=True, slots=True)
class Whom:
    """Who may be followed: the person or account that `value` names, and the account of a person (id, name)."""

    value: str
    target: Target
    name: str
    account: tuple[int, str] | None = None


class CannotFollow(Exception):
    """Its text is the key of the words that say why."""


async def answer(typed: Typed) -> Message:
    """What `/footlight follow max@firma.de` and `/footlight follow firma.de` do: follow for a month."""
    return await _answer(typed.text.strip(), typed.visit, typed.team_id, typed.desk)


async def answer_list(typed: Typed) -> Message:
    """What `/footlight following` says."""
    return await _list(typed.visit, typed.desk)


async def ask(press: Press) -> None:
    """*Follow*: ask whom exactly, and for how long."""
    try:
        whom = await press.desk.store.read(_whom, press.value.rpartition(" ")[2], press.desk.hasher)
    except CannotFollow as why:
        await press.tell(str(why))
        return
    account = whom.account[1] if whom.account else None
    reader = press.visit.reader
    await press.ask(lambda metadata: follow_modal(whom.name, account, reader, metadata=metadata))


async def chosen(press: Press) -> None:
    """It was answered: follow from now on."""
    days = DAYS.get(_choice(press, HOW_LONG), DAYS[USUAL])
    everybody = _choice(press, WHOM) == EVERYBODY
    await press.place.say(
        await _begin(press.value, press.visit, press.team_id, press.desk, days=days, everybody=everybody)
    )


async def stop(press: Press) -> None:
    """*Stop following* in a message of clicks, which then has no buttons, or in a list, which is shown anew."""
    reader, desk = press.visit.reader, press.desk
    is_message = ":" in press.value
    news = await desk.store.read(follow_news.news, press.value) if is_message and _id(press.value) else None
    told = await _stop(press.value, press.visit, desk)
    if news is not None and news.followed.user_id == press.visit.person.user_id:
        message = follow_message(news, press.value, Reader(reader.texts))
        await press.place.replace(stopped_message(message, told), press.client)
        return
    await press.place.say(one_line(told))
    if press.place.is_ephemeral and not is_message:
        await press.place.replace(await _list(press.visit, desk), press.client)


async def stop_in_home(press: Press) -> None:
    """*Stop following* in the Home."""
    await _stop(press.value, press.visit, press.desk)
    await press.renew_home()


async def _stop(value: str, visit: Visit, desk: Desk) -> Mrkdwn:
    user_id = visit.person.user_id
    ended = await desk.store.write(follows.stop, _id(value), user_id=user_id, now=desk.now())
    texts = visit.reader.texts
    return texts("follow_ended", who=ended.name or texts("someone")) if ended else texts("follow_gone")


def _id(value: str) -> int:
    found = _FOLLOW_ID.fullmatch(value)
    return int(found.group(1)) if found else 0


async def _list(visit: Visit, desk: Desk) -> Message:
    mine = await desk.store.read(follows.of_user, visit.person.user_id, now=desk.now())
    return follow_list(mine, visit.reader)


async def _answer(asked: str, visit: Visit, team_id: str, desk: Desk) -> Message:
    reader = visit.reader
    if not asked:
        return one_line(reader.texts("follow_ask"))
    if emails := addresses_in(asked):
        found = await desk.store.read(contact_card.card_of_address, emails[0], desk.hasher)
        if found is None:
            return unknown_address(emails[0], reader)
        return await _begin(str(subject_of(found)), visit, team_id, desk)
    if domain := _domain(asked):
        return await _begin_account(domain, visit, team_id, desk)
    people = await desk.store.read(people_search.find, asked, MOST_SHOWN)
    subjects = subjects_of(people)
    if len(subjects) == 1 and not people.is_suggestion:
        return await _begin(str(subjects[0]), visit, team_id, desk)
    return search_results(asked, people, reader, pick=Pick(FOLLOW)) if subjects else unknown_name(asked, reader)


async def _begin_account(domain: str, visit: Visit, team_id: str, desk: Desk) -> Message:
    try:
        value = await desk.store.write(_account, domain, desk.hasher, desk.own_domains)
    except NoAccount:
        return one_line(visit.reader.texts("follow_no_account"))
    except CannotFollow as why:
        return one_line(visit.reader.texts(str(why)))
    return await _begin(value, visit, team_id, desk)


async def _begin(
    value: str, visit: Visit, team_id: str, desk: Desk, *, days: int = DAYS[USUAL], everybody: bool = False
) -> Message:
    until = desk.now() + timedelta(days=days)
    who = (visit.person.user_id, team_id)
    try:
        followed, target = await desk.store.write(
            _follow, value, who, desk.hasher, everybody=everybody, until=until, now=desk.now()
        )
    except (CannotFollow, TooMany) as why:
        return one_line(visit.reader.texts("follow_too_many" if isinstance(why, TooMany) else str(why)))
    return follow_begun(followed, target, visit.reader)


def _follow(
    session: Session,
    value: str,
    who: tuple[str, str],
    hasher: Hasher,
    *,
    everybody: bool,
    until: datetime,
    now: datetime,
) -> tuple[Followed, str]:
    """The follow, and by what *Follow* names whom it is about."""
    whom = _whom(session, value, hasher)
    target = whom.target
    if everybody and whom.account:
        value, target = f"account:{whom.account[0]}", Target(account_id=whom.account[0])
    user_id, team_id = who
    return follows.follow(session, target, user_id=user_id, team_id=team_id, until=until, now=now), value


def _whom(session: Session, value: str, hasher: Hasher) -> Whom:
    """
    Who may be followed by the value of a button.

    Raises:
        CannotFollow
    """
    if found := _ACCOUNT.fullmatch(value):
        account_id = int(found.group(1))
        name = accounts.name_of(session, account_id)
        if name is None:
            raise CannotFollow("gone")
        return Whom(value, Target(account_id=account_id), name)
    subject = Subject.parse(value)
    target, person = _person(session, subject, hasher) if subject else (None, "")
    if target is None or target.address_id is None:
        raise CannotFollow("gone")
    return Whom(value, target, person, follows.account_of(session, target.address_id))


def _person(session: Session, subject: Subject, hasher: Hasher) -> tuple[Target | None, str]:
    if subject.kind is SubjectKind.CONTACT:
        card = contact_card.card(session, subject.id, hasher)
        if card and card.opted_out:
            raise CannotFollow("follow_opted_out")
        return (follows.target_of_contact(session, subject.id), shown_name(card)) if card else (None, "")
    lead = leads.get(session, subject.id)
    if lead and lead.email is None:
        raise CannotFollow("follow_opted_out")
    return (Target(address_id=lead.address_id), lead.email or "") if lead else (None, "")


def _account(session: Session, domain: str, hasher: Hasher, own: frozenset[str]) -> str:
    """
    The value that names the account of a domain, made where nobody of it is known yet.

    Raises:
        CannotFollow, NoAccount
    """
    names = {domain, account_domain(domain) or domain}
    if names & (own or own_domains(session)):
        raise CannotFollow("follow_own")
    if opt_outs.find(session, [hasher.domain(name) for name in names]):
        raise CannotFollow("follow_opted_out")
    return f"account:{accounts.require_account(session, domain)}"


def _domain(text: str) -> str | None:
    try:
        return normalise_domain(text.removeprefix("@"))
    except NotAnAddress:
        return None


def _choice(press: Press, question: str) -> str:
    answer: Any = press.answers.get(question) or {}
    return str((answer.get("selected_option") or {}).get("value") or "")
