"""The HTML part of a mail: found by its structure, and changed in its octets alone, so that all others stay."""

import base64
import binascii
import quopri
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final
from urllib.parse import quote

from mail_gateway.insertion_point import insertion_point

LARGEST_HTML: Final = 500_000
DEEPEST: Final = 20
# Those whose parts are the mail's own text; others hold reports, digests, other people's mails.
OPENED: Final = frozenset({"multipart/mixed", "multipart/alternative", "multipart/related"})
SEALED: Final = frozenset({"multipart/signed", "multipart/encrypted"})
SEALING_HEADERS: Final = ("DKIM-Signature", "DomainKey-Signature")
INLINE_PGP: Final = b"-----BEGIN PGP "
BLANK_LINE: Final = re.compile(rb"(?:\r?\n|\A|(?<=\n))\r?\n")
# One octet of the text: a soft line break is none.
QUOTED: Final = re.compile(rb"=\r?\n|=[0-9A-Fa-f]{2}|[\s\S]")
LONGEST_LINE: Final = 900


class Untouchable(Exception):
    """This mail must go out as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail: its header fields, and where its body stands among the mail's octets."""

    header: Message
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HtmlPart:
    """An HTML part that a banner may be put into, at `at` octets of its decoded `text`."""

    mail: bytes
    part: Part
    encoding: str
    text: bytes
    at: int
    codec: str

    def with_banner(self, html: str) -> bytes:
        """The mail with `html` in this part."""
        # ASCII means the same in every character set but the wide ones, which the codec takes care of.
        spelt = html.encode("ascii", "xmlcharrefreplace").decode()
        eol = b"\r\n" if b"\r\n" in self.mail else b"\n"
        before, after = self.mail[: self.part.start], self.mail[self.part.end :]
        body = self.mail[self.part.start : self.part.end]
        return before + _INSERT[self.encoding](self, body, spelt, eol) + after

    def holds(self, prefix: str) -> bool:
        """Whether a link that begins with `prefix` is in it already, as it is or wrapped by a link scanner."""
        forms = (prefix, quote(prefix, safe=""))
        return any(form.lower().encode(self.codec) in self.text.lower() for form in forms)


def find_html_part(mail: bytes) -> HtmlPart:
    """
    Where a banner belongs: the inline HTML part that holds the end of what was written.

    Raises:
        Untouchable: signed, encrypted, without HTML, or not understood.
    """
    parts = list(_leaves(mail, 0, len(mail), 0))
    own = [part for part in parts if _is_own_html(part.header)]
    if not own:
        raise Untouchable("it has no HTML part")
    found = [_read(mail, part) for part in own]
    # Apple Mail begins a new HTML part after each picture or file that stands within the text.
    quoted = (one for one, has_quote in found if has_quote)
    chosen = next(quoted, found[-1][0])
    _agree_with_library(mail, chosen)
    return chosen


def read_header(mail: bytes, start: int = 0, end: int | None = None) -> tuple[Message, int]:
    """The fields of a mail or of a part of it, and where its body begins."""
    end = len(mail) if end is None else end
    blank = BLANK_LINE.search(mail, start, end)
    body = blank.end() if blank else end
    return BytesHeaderParser().parsebytes(mail[start:body]), body


def _leaves(mail: bytes, start: int, end: int, depth: int) -> Iterator[Part]:
    header, body = read_header(mail, start, end)
    kind = header.get_content_type()
    if kind in SEALED or any(name in header for name in SEALING_HEADERS):
        raise Untouchable("it is signed or encrypted")
    if depth > DEEPEST:
        raise Untouchable("its parts are nested too deep")
    if kind in OPENED:
        for child_start, child_end in _children(mail, body, end, header.get_boundary()):
            yield from _leaves(mail, child_start, child_end, depth + 1)
    else:
        yield Part(header, body, end)


def _children(mail: bytes, start: int, end: int, boundary: str | None) -> Iterator[tuple[int, int]]:
    """Begin and end of each part; the line break before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if not boundary:
        raise Untouchable("a multipart of it has no boundary")
    spelt = re.escape(boundary.encode("ascii", "surrogateescape"))
    delimiter = re.compile(rb"(?:\r?\n|(?<=\n))--" + spelt + rb"(?P<last>--)?[ \t]*(?:\r?\n|\Z)")
    begun = None
    for found in delimiter.finditer(mail, start, end):
        if begun is not None:
            yield begun, found.start()
        begun = found.end()
        if found["last"]:
            return
    if begun is not None:
        yield begun, end


def _is_own_html(header: Message) -> bool:
    is_file = header.get_content_disposition() == "attachment" or header.get_filename() is not None
    return header.get_content_type() == "text/html" and not is_file


def _read(mail: bytes, part: Part) -> tuple[HtmlPart, bool]:
    """The part, decoded, and whether the insertion point is before a quote."""
    body = mail[part.start : part.end]
    if len(body) > LARGEST_HTML:
        raise Untouchable("its HTML is too large")
    encoding = str(part.header.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    text = _decoded(body, encoding)
    if INLINE_PGP in text:
        raise Untouchable("it is signed or encrypted")
    codec = _codec(part.header.get_content_charset(), text)
    characters = text.decode(codec)
    point = insertion_point(characters)
    if point is None:
        raise Untouchable("its HTML cannot be read")
    at = len(characters[: point.at].encode(codec))
    return HtmlPart(mail, part, encoding, text, at, codec), point.is_before_quote


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding in ("7bit", "8bit", "binary"):
        return body
    if encoding == "quoted-printable":
        return b"".join(_octet(spelt) for spelt in QUOTED.findall(body))
    if encoding == "base64":
        try:
            return base64.b64decode(b"".join(body.split()), validate=True)
        except binascii.Error as error:
            raise Untouchable("its base64 is damaged") from error
    raise Untouchable("its transfer encoding is not known")


def _octet(spelt: bytes) -> bytes:
    if len(spelt) == 1:
        return spelt
    return b"" if spelt.endswith(b"\n") else bytes.fromhex(spelt[1:].decode())


def _codec(charset: str | None, text: bytes) -> str:
    """A codec that reads `text` and writes it back the same; ASCII's place is found in any other as in Latin-1."""
    named = charset or "us-ascii"
    if named.replace("_", "-") == "utf-16":
        named = "utf-16-be" if text.startswith(b"\xfe\xff") else "utf-16-le"
    for codec in (named, "latin-1"):
        try:
            if text.decode(codec).encode(codec) == text and (codec != "latin-1" or b"\0" not in text):
                return codec
        except (LookupError, UnicodeError):
            continue
    raise Untouchable("its character set is not what it says")


def _agree_with_library(mail: bytes, chosen: HtmlPart) -> None:
    """Two readers must see the same HTML part, or the mail's structure is not what it seems."""
    seen = (part.get_payload(decode=True) for part in message_from_bytes(mail).walk() if _is_own_html(part))
    if chosen.text.strip() not in [text.strip() for text in seen if isinstance(text, bytes)]:
        raise Untouchable("its structure is not clear")


def _insert_plain(part: HtmlPart, body: bytes, html: str, eol: bytes) -> bytes:
    lines = [html] if len(html) <= LONGEST_LINE else textwrap.wrap(html, LONGEST_LINE, break_on_hyphens=False)
    spelt = eol.decode().join(("", *lines, "")).encode(part.codec)
    return body[: part.at] + spelt + body[part.at :]


def _insert_quoted(part: HtmlPart, body: bytes, html: str, eol: bytes) -> bytes:
    at = _place_in_quoted(body, part.at)
    column = at - (body.rfind(b"\n", 0, at) + 1)
    soft = b"=" + eol
    spelt = quopri.encodestring(html.encode(part.codec)).replace(b"\n", eol)
    return body[:at] + (soft if 0 < column < 76 else b"") + spelt + soft + body[at:]


def _place_in_quoted(body: bytes, at: int) -> int:
    octets = 0
    for spelt in QUOTED.finditer(body):
        is_octet = not (spelt[0].startswith(b"=") and spelt[0].endswith(b"\n"))
        if is_octet and octets == at:
            return spelt.start()
        octets += is_octet
    return len(body)


def _insert_base64(part: HtmlPart, body: bytes, html: str, eol: bytes) -> bytes:
    text = part.text[: part.at] + html.encode(part.codec) + part.text[part.at :]
    lines = base64.encodebytes(text).replace(b"\n", eol)
    return lines if body.endswith(b"\n") else lines.removesuffix(eol)


_INSERT: Final = {
    "7bit": _insert_plain,
    "8bit": _insert_plain,
    "binary": _insert_plain,
    "quoted-printable": _insert_quoted,
    "base64": _insert_base64,
}
