"""Slack's mrkdwn as safe HTML: what is not markup is text, whatever it looks like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape, unescape
from typing import Final
from zoneinfo import ZoneInfo

EMOJI: Final = {
    "sparkles": "✨", "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "bell": "🔔",
    "eyes": "👀", "tada": "🎉", "wave": "👋", "bust_in_silhouette": "👤", "busts_in_silhouette": "👥",
    "office": "🏢", "chart_with_upwards_trend": "📈", "bar_chart": "📊", "robot_face": "🤖", "no_entry_sign": "🚫",
    "no_bell": "🔕", "mag": "🔍", "link": "🔗", "email": "📧", "envelope": "✉️", "fire": "🔥", "star": "⭐",
    "hourglass": "⌛", "clock3": "🕒", "calendar": "📅", "raising_hand": "🙋", "thumbsup": "👍", "+1": "👍",
    "point_right": "👉", "arrow_right": "➡️", "lock": "🔒", "gear": "⚙️", "wastebasket": "🗑️", "question": "❓",
    "information_source": "ℹ️", "bulb": "💡", "speech_balloon": "💬", "telephone_receiver": "📞", "zzz": "💤",
}  # fmt: skip

_ANGLE = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_EMOJI = re.compile(r":([a-z0-9_+-]+):")
_STYLES = tuple(
    (re.compile(rf"(?<![\w{re.escape(mark)}]){re.escape(mark)}(\S(?:[^\n]*?\S)?){re.escape(mark)}(?!\w)"), tag)
    for mark, tag in (("*", "b"), ("_", "i"), ("~", "s"))
)
_DATE_FORMS: Final = {
    "date_num": "%Y-%m-%d",
    "date": "%-d %B %Y",
    "date_short": "%-d %b %Y",
    "date_long": "%A, %-d %B %Y",
    "date_pretty": "%-d %B %Y",
    "date_short_pretty": "%-d %b %Y",
    "date_long_pretty": "%A, %-d %B %Y",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
}


@dataclass(frozen=True)
class Reader:
    """Who looks: names for mentions, and the zone for dates."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    tz: str = "Europe/Berlin"
    now: datetime | None = None


def to_html(text: str, reader: Reader) -> str:
    """`text` as it came over the wire (`&amp;`, `&lt;`, `&gt;` escaped by whoever wrote it)."""
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return f"\x00{len(kept) - 1}\x00"

    text = text.replace("\x00", "")
    text = _CODE.sub(lambda found: keep(_code(found)), text)
    text = _ANGLE.sub(lambda found: keep(_angle(found.group(1), reader)), text)
    html = _styled(escape(unescape(text), quote=False))
    html = _EMOJI.sub(lambda found: EMOJI.get(found.group(1), found.group()), html)
    html = _quotes(html)
    while "\x00" in html:
        html = re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found.group(1))], html)
    return html


def plain_to_html(text: str) -> str:
    """plain_text: no markup, but emoji."""
    html = escape(text, quote=False)
    return _EMOJI.sub(lambda found: EMOJI.get(found.group(1), found.group()), html).replace("\n", "<br>")


def _code(found: re.Match[str]) -> str:
    block, line = found.groups()
    return f"<pre>{escape(unescape(block))}</pre>" if block else f"<code>{escape(unescape(line))}</code>"


def _styled(html: str) -> str:
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return html


def _quotes(html: str) -> str:
    lines = [
        f"<blockquote>{line.removeprefix('&gt;').strip()}</blockquote>" if line.startswith("&gt;") else f"{line}<br>"
        for line in html.split("\n")
    ]
    return "".join(lines).removesuffix("<br>")


def _angle(inside: str, reader: Reader) -> str:
    target, _, label = inside.partition("|")
    shown = escape(unescape(label or target))
    if target.startswith("@"):
        name = reader.users.get(target[1:], label or target[1:])
        return f'<span class="mention">@{escape(name)}</span>'
    if target.startswith("#"):
        return f'<span class="mention">#{escape(reader.channels.get(target[1:], label or target[1:]))}</span>'
    if target.startswith("!date^"):
        return _date(target, label, reader)
    if target.startswith("!"):
        return f'<span class="mention everyone">@{escape(target[1:].partition("^")[0])}</span>'
    if target.startswith(("http://", "https://", "mailto:")):
        return f'<a href="{escape(unescape(target))}" rel="noreferrer" target="_blank">{shown}</a>'
    return escape(f"<{unescape(inside)}>")


def _date(target: str, fallback: str, reader: Reader) -> str:
    _, at, form, *_ = [*target.split("^"), "", ""]
    try:
        moment = datetime.fromtimestamp(int(at), ZoneInfo(reader.tz))
    except (ValueError, OverflowError, OSError):
        return escape(unescape(fallback))
    told = re.sub(r"\{(\w+)\}", lambda token: _token(token.group(1), moment, reader), form)
    return f'<time datetime="{moment.isoformat()}" title="{escape(moment.strftime("%c"))}">{escape(told)}</time>'


def _token(name: str, moment: datetime, reader: Reader) -> str:
    now = reader.now or datetime.now(moment.tzinfo)
    if name == "ago":
        minutes = int((now - moment).total_seconds() // 60)
        return f"{minutes} minutes ago" if minutes < 120 else f"{minutes // 60} hours ago"
    if name.endswith("_pretty") and (days := (now.date() - moment.date()).days) in (0, 1):
        return ("today", "yesterday")[days]
    return moment.strftime(_DATE_FORMS[name]) if name in _DATE_FORMS else "{" + name + "}"
