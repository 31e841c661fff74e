"""Slack's mrkdwn as safe HTML: what is not markup is text, whatever it looks like."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sandbox.slack import dates
from sandbox.slack.emoji import PATTERN as EMOJI_PATTERN
from sandbox.slack.emoji import emoji_html, with_emoji

SAFE_SCHEMES: Final = ("http", "https", "mailto", "tel", "slack")

_TOKEN = re.compile(r"```(.*?)```|`([^`\n]+)`|<([^<>\n]+)>", re.DOTALL)
_BARE_LINK = re.compile(r"\bhttps?://[^\s<>\x00]+[^\s<>\x00.,;:!?)\"']")
_BARE_ADDRESS = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_STYLES = tuple(
    (re.compile(rf"(?<![\w{mark}])\{mark}([^\s{mark}](?:[^{mark}\n]*[^\s{mark}])?)\{mark}(?![\w{mark}])"), tag)
    for mark, tag in (("*", "strong"), ("_", "em"), ("~", "s"))
)
_KEPT = re.compile(r"\x00(\d+)\x00")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


@dataclass(frozen=True)
class Reader:
    """Who looks: names (by id) for mentions; zone, language and moment (aware) for dates."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


class _Kept:
    """Finished HTML that stands aside while the text around it is formatted."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def __call__(self, html: str) -> str:
        self._pieces.append(html)
        return f"\x00{len(self._pieces) - 1}\x00"

    def put_back(self, html: str) -> str:
        while _KEPT.search(html):
            html = _KEPT.sub(lambda found: self._pieces[int(found[1])], html)
        return html


def to_html(text: str, reader: Reader, *, verbatim: bool = False) -> str:
    """`text` as it came over the wire, its `&`, `<` and `>` escaped by its author; `verbatim`: bare URLs stay text."""
    keep = _Kept()
    text = _TOKEN.sub(lambda found: keep(_token(found, reader)), text.replace("\x00", ""))
    html = escape(decoded(text), quote=False)
    if not verbatim:
        html = _BARE_LINK.sub(lambda found: keep(_link(decoded(found[0]), decoded(found[0]))), html)
        html = _BARE_ADDRESS.sub(lambda found: keep(_link(f"mailto:{found[0]}", found[0])), html)
    html = EMOJI_PATTERN.sub(lambda found: keep(shown) if (shown := emoji_html(found[1])) else found[0], html)
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return keep.put_back(_lines(html))


def plain_to_html(text: str) -> str:
    """plain_text: no markup, but emoji and line breaks."""
    return with_emoji(escape(text, quote=False)).replace("\n", "<br>")


def decoded(text: str) -> str:
    """Slack's three entities, once; all others stay as they are."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text)


def _token(found: re.Match[str], reader: Reader) -> str:
    block, line, angle = found.groups()
    if block is not None:
        return f"<pre>{escape(decoded(block.strip(chr(10))))}</pre>"
    if line is not None:
        return f"<code>{escape(decoded(line))}</code>"
    return _angle(angle, reader)


def _angle(inside: str, reader: Reader) -> str:
    target, _, label = inside.partition("|")
    label = decoded(label)
    form = _ANGLES.get(target[:1])
    if form is not None:
        return form(target[1:], label, reader)
    url = decoded(target)
    if is_safe(url):
        return _link(url, label or url.removeprefix("mailto:"))
    return escape(f"<{decoded(inside)}>")


def _user(user: str, label: str, reader: Reader) -> str:
    return mention(f"@{reader.users.get(user) or label or user}")


def _channel(channel: str, label: str, reader: Reader) -> str:
    return mention(f"#{reader.channels.get(channel) or label or channel}")


def _special(target: str, label: str, reader: Reader) -> str:
    kind, _, rest = target.partition("^")
    if kind == "date":
        unix, _, form = rest.partition("^")
        form, _, link = form.partition("^")
        return date_html(unix, decoded(form), decoded(link), label, reader)
    if kind == "subteam":
        return mention(label or f"@{rest}")
    return mention(f"@{label.removeprefix('@') or kind}", everyone=kind in ("here", "channel", "everyone"))


_ANGLES: Final[dict[str, Callable[[str, str, Reader], str]]] = {"@": _user, "#": _channel, "!": _special}


def mention(shown: str, *, everyone: bool = False) -> str:
    return f'<span class="mention{" everyone" if everyone else ""}">{escape(shown)}</span>'


def date_html(unix: str, form: str, link: str, fallback: str, reader: Reader) -> str:
    """A moment in the reader's zone; the fallback where it is none."""
    try:
        moment = datetime.fromtimestamp(int(unix), ZoneInfo(reader.tz))
    except (ValueError, OverflowError, OSError):
        return escape(fallback)
    shown = escape(dates.told(form, moment, reader.now, reader.locale))
    html = f'<time datetime="{moment.isoformat()}" title="{moment:%Y-%m-%d %H:%M %Z}">{shown}</time>'
    return f'<a href="{escape(link)}" rel="noreferrer" target="_blank">{html}</a>' if is_safe(link) else html


def is_safe(url: str) -> bool:
    """Whether a link may lead there: no scripts, no data."""
    try:
        return urlsplit(url).scheme in SAFE_SCHEMES
    except ValueError:
        return False


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}" rel="noreferrer" target="_blank">{escape(label)}</a>'


def _lines(html: str) -> str:
    """Lines with breaks between, and quoted ones together in their quote; `>>>` quotes all that follows."""
    parts: list[str] = []
    quoted: list[str] = []
    rest_is_quoted = False
    for line in html.split("\n"):
        if line.startswith("&gt;&gt;&gt;"):
            rest_is_quoted, line = True, line.removeprefix("&gt;&gt;&gt;")
        if rest_is_quoted or line.startswith("&gt;"):
            quoted.append(line.removeprefix("&gt;").strip())
            continue
        parts += [_quote(quoted)] if quoted else []
        quoted = []
        parts.append(line)
    parts += [_quote(quoted)] if quoted else []
    return "<br>".join(parts).replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote", "<blockquote")


def _quote(lines: list[str]) -> str:
    return f"<blockquote>{'<br>'.join(lines)}</blockquote>"
