"""The web address: how the target of a link or the place of a picture is written, fit for a header."""

from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import idna

# Every character that may stand in a URL, and the % of what is encoded already.
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"


class NotAWebAddress(ValueError):
    """The text is no http(s) URL with a host; it must look like https://example.com/page."""

    def __init__(self) -> None:
        super().__init__("it is no web address: that looks like https://example.com/page")


def normalise_url(text: str) -> str:
    """
    An http(s) URL in ASCII: what is not is encoded, the rest stays as it was written.

    Raises:
        NotAWebAddress: also for one that carries a user name.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except ValueError as error:
        raise NotAWebAddress from error
    if parts.scheme not in ("http", "https") or not host or any(character <= " " for character in host):
        raise NotAWebAddress
    if parts.username is not None or not text.isprintable():
        raise NotAWebAddress
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port is not None else ""
    rest = (quote(part, safe=_SAFE, errors="replace") for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, *rest))
