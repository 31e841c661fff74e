"""Work on a lead that asks something first: handed over to whom, snoozed until when, dismissed for what reason."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import clicks, follow
from bot.blocks.lead_message import CLICKS, FOLLOW, HAND_OVER, SNOOZE
from bot.blocks.lead_modals import ANSWER, hand_over_modal, reason_modal, snooze_modal
from bot.lead import do_move
from bot.permissions import Right, refusal
from bot.press import Press, Work
from storage import lead_moves

# When a snoozed lead comes back on its day, for who snoozed it.
BEGIN_OF_WORK: Final = time(8)


async def more(press: Press) -> None:
    """One of the overflow was chosen."""
    if work := _MORE.get(press.option):
        await work(press)


async def ask_to_whom(press: Press) -> None:
    """*Hand over*: ask to whom."""
    await press.ask(lambda metadata: hand_over_modal(press.visit.reader, metadata=metadata))


async def ask_until_when(press: Press) -> None:
    """*Snooze*: ask until when; tomorrow, unless they choose another day."""
    tomorrow = press.desk.now().astimezone(_zone(press)).date() + timedelta(days=1)
    await press.ask(lambda metadata: snooze_modal(press.visit.reader, until=tomorrow, metadata=metadata))


async def ask_why(press: Press) -> None:
    """*Give a reason*: ask why it was dismissed."""
    longest = lead_moves.LONGEST_REASON
    await press.ask(lambda metadata: reason_modal(press.visit.reader, longest=longest, metadata=metadata))


async def handed_over(press: Press) -> None:
    """A person was chosen; only full members may work on leads."""
    user_id = press.visit.kept(_answer(press, "selected_user"))
    if not user_id or refusal(await press.desk.people.get(user_id, press.team_id), Right.WORK):
        await press.tell("cannot_take_it", who=press.visit.reader.who(f"slack:{user_id}"))
        return
    await do_move(press, partial(lead_moves.hand_over, to=f"slack:{user_id}"))


async def snoozed(press: Press) -> None:
    """A day was chosen: the lead comes back in its morning."""
    until = morning_of(_answer(press, "selected_date"), _zone(press))
    if until is None or until <= press.desk.now():
        await press.tell("snooze_in_the_past")
        return
    await do_move(press, partial(lead_moves.snooze, until=until))


async def reason_given(press: Press) -> None:
    """A reason was typed, or taken back."""
    await do_move(press, partial(lead_moves.give_reason, reason=_answer(press, "value")))


def morning_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The moment when work begins on a day (ISO 8601) in a zone, in UTC; None: that is no day."""
    try:
        return datetime.combine(date.fromisoformat(day), BEGIN_OF_WORK, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(press: Press) -> ZoneInfo:
    try:
        return ZoneInfo(press.visit.person.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _answer(press: Press, name: str) -> str:
    answer: Any = press.answers.get(ANSWER) or {}
    return str(answer.get(name) or "")


_MORE: Final[Mapping[str, Work]] = {
    HAND_OVER: ask_to_whom,
    SNOOZE: ask_until_when,
    FOLLOW: follow.ask,
    CLICKS: clicks.show,
}
