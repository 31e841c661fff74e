"""The one door for text into Slack: escaped, guarded, shortened. What comes out as Mrkdwn may stand in a message."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from decisions.outside_text import clean
from decisions.slack_ids import slack_id

# Half of what a text object may hold (3,000): how Slack counts emoji and entities is not documented.
LONGEST_SECTION: Final = 2_700
# chat.update refuses more than 4,000; phones show far less.
LONGEST_TEXT: Final = 1_500
LONGEST_NAME: Final = 80
# An address may have 254 octets; it is shown whole, for people copy it.
LONGEST_ADDRESS: Final = 254

ZERO_WIDTH_SPACE: Final = "\u200b"
# Slack has no escape for these. Inside a word they do nothing, so that addresses with _ stay as they can be copied.
_MARK: Final = re.compile(r"(?<!\w)[*_~`]|[*_~`](?!\w)")


class Mrkdwn(str):
    """Text that is escaped already; every other text is escaped when it is put into one."""

    __slots__ = ()


def plain(text: str, limit: int = LONGEST_NAME) -> str:
    """Foreign text for a `plain_text` object, where nothing is escaped: one line, no controls, shortened."""
    return shorten(" ".join(clean(text, limit * 4).split()), limit)


def escape(text: str, limit: int = LONGEST_NAME) -> Mrkdwn:
    """
    Foreign text for mrkdwn and for a message's `text`: it can format nothing, link nothing, mention nobody.

    At most `limit` characters of it, and never more than twice as many with what escaping adds.
    """
    if isinstance(text, Mrkdwn):
        return text
    # An ampersand becomes five characters, so a sixth of the limit always fits.
    escaped = (_escaped(plain(text, shorter)) for shorter in (limit, limit // 3, limit // 6))
    return next(one for one in escaped if _units(one) <= 2 * limit)


def _escaped(line: str) -> Mrkdwn:
    told = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Mrkdwn(_MARK.sub(lambda mark: f"{ZERO_WIDTH_SPACE}{mark.group()}{ZERO_WIDTH_SPACE}", told))


def address(email: str) -> Mrkdwn:
    """An e-mail address, whole."""
    return escape(email, LONGEST_ADDRESS)


def masked(email: str) -> str:
    """An address of which only the first character and the domain show."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def bold(text: str, limit: int = LONGEST_NAME) -> Mrkdwn:
    """`text` in bold; foreign text stays foreign."""
    inner = escape(text, limit)
    return Mrkdwn(f"*{inner}*") if inner else inner


def shorten(text: str, limit: int) -> str:
    """`text` with at most `limit` UTF-16 units, the last one an ellipsis where something went."""
    if _units(text) <= limit:
        return text
    kept = text[: limit - 1]
    while _units(kept) > limit - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def fit(parts: Iterable[Mrkdwn], limit: int = LONGEST_SECTION, between: str = "\n") -> Mrkdwn:
    """The first of `parts` that fit, each whole: a cut inside an entity or a date would show its raw form."""
    kept: list[str] = []
    left = limit
    for part in parts:
        left -= _units(part) + len(between)
        if left < 0:
            break
        kept.append(part)
    return Mrkdwn(between.join(kept))


def date(moment: datetime, tokens: str = "{date_short_pretty} {time}") -> Mrkdwn:
    """An aware `moment` in the zone of whoever reads it; where a client cannot, in UTC. Not for plain_text."""
    at = moment.astimezone(UTC)
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{tokens}|{at:%Y-%m-%d %H:%M} UTC>")


def mention(user_id: str) -> Mrkdwn:
    """A Slack user by name, as their own workspace knows them; in an update nobody is notified."""
    user_id = slack_id(user_id)
    return Mrkdwn(f"<@{user_id}>") if re.fullmatch(r"[UW][A-Z0-9]{1,30}", user_id) else escape(user_id)


def channel_mention(channel_id: str) -> Mrkdwn:
    """A Slack channel by name, for those who may see it."""
    channel_id = slack_id(channel_id)
    return Mrkdwn(f"<#{channel_id}>") if re.fullmatch(r"[CGD][A-Z0-9]{1,30}", channel_id) else escape(channel_id)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
