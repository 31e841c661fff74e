"""The insertion point: where in the HTML of a mail a signature would stand."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

Attributes = list[tuple[str, str | None]]

QUOTE_IDS: Final = frozenset(
    {
        "appendonsend",  # Outlook on the web, and the new Outlook
        "divrplyfwdmsg",
        "mail-editor-reference-message-container",  # Outlook for Mac
        "olk_src_body_section",
    }
)
QUOTE_CLASSES: Final = frozenset(
    {"gmail_quote", "moz-cite-prefix", "moz-forward-container", "protonmail_quote", "yahoo_quoted"}
)
# Outlook for Windows knows a quote by the line above its "From:" alone.
OUTLOOK_LINES: Final = ("border-top:solid #e1e1e1", "border-top:solid #b5c4df")
INVISIBLE: Final = frozenset({"head", "style", "script", "title"})


@dataclass(frozen=True, slots=True)
class InsertionPoint:
    """A place in a text, in characters."""

    at: int
    is_before_quote: bool


def insertion_point(html: str) -> InsertionPoint | None:
    """
    Before the quoted part where it is recognised and something is written above it, else at the end of the body.

    None where there is no tag at all, or a comment or declaration that cannot be read.
    """
    if html.rfind("<!--") > html.rfind("-->"):  # html.parser looks for the end of each such comment again and again
        return None
    reader = _Reader(html)
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # so html.parser refuses a marked section that it does not know
        return None
    if not reader.has_tags:
        return None
    if reader.quote is not None:
        return InsertionPoint(reader.quote, True)
    return InsertionPoint(len(html) if reader.body_end is None else reader.body_end, False)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.has_tags = False
        self.quote: int | None = None
        self.body_end: int | None = None
        self._is_written = False
        self._is_quoted = False
        self._inside: str | None = None
        self._line_starts = [0, *(place + 1 for place, character in enumerate(html) if character == "\n")]

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.has_tags = True
        if tag in INVISIBLE and self._inside is None:
            self._inside = tag
        if not self._is_quoted and begins_quote(tag, attrs):
            self._is_quoted = True
            # Who writes below what they quote has their signature at the end.
            self.quote = self._here() if self._is_written else None
        self._is_written |= tag == "img"

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.has_tags = True
        if tag == self._inside:
            self._inside = None
        if tag == "body" or (tag == "html" and self.body_end is None):
            self.body_end = self._here()

    def handle_data(self, data: str) -> None:
        self._is_written |= self._inside is None and not data.isspace()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column


def begins_quote(tag: str, attributes: Attributes) -> bool:
    """Whether this element holds what a mail client quotes, or stands right above it."""
    given = {name: (value or "").lower() for name, value in attributes}
    return (
        (tag == "blockquote" and given.get("type") == "cite")
        or (tag == "hr" and given.get("tabindex") == "-1")
        or given.get("id") in QUOTE_IDS
        or not QUOTE_CLASSES.isdisjoint(given.get("class", "").split())
        or (tag == "div" and given.get("style", "").find("border:none") == 0 and _has_outlook_line(given["style"]))
    )


def _has_outlook_line(style: str) -> bool:
    return any(line in style for line in OUTLOOK_LINES)
