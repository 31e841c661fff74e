"""The feed message about an account: how many of its people were active; each of them stands in its thread."""

from bot.blocks.elements import Message, one_line
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, bold
from decisions.feed_grouping import Span, days_of, is_first_for_long
from storage.account_threads import AccountActivityCard


def account_activity(card: AccountActivityCard, reader: Reader) -> Message:
    """What several people of an account did, in one line."""
    texts = reader.texts
    days = days_of(Span(card.first_at, card.last_at))
    told = texts(
        "account_active",
        people=texts.count("people", card.people),
        account=bold(card.account),
        days=texts.count("within_days", days),
        clicks=texts.count("clicks", card.clicks),
        when=reader.when(card.last_at),
    )
    if card.before is not None and is_first_for_long(card.before, card.first_at):
        told = Mrkdwn(f"{told} · {texts('account_first_since', when=reader.day(card.before))}")
    return one_line(told)
