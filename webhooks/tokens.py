"""Tokens: what a banner's and a link's address carry, sealed, so that a mail needs no row in the database."""

import os
import re
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes

PURPOSE: Final = "token of a mail"
LONGEST_TOKEN: Final = 2_000
# With two addresses of the greatest length, a longer target would not fit into the longest token.
LONGEST_TARGET: Final = 900
MINUTE_OCTETS: Final = 3
RANDOM_OCTETS: Final = 6

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_MAIL_ID: Final = re.compile(r"[A-Za-z0-9_-]{12}")
_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]{12})\.([A-Za-z0-9_-]+)")
# Sender, recipient, account domain, target, campaign: part of every mail ever sent, so only the end may grow.
_Sealed = tuple[str, str | None, str | None, str | None, int | None]
_decoder: Final = msgspec.msgpack.Decoder(_Sealed)


class BadToken(Exception):
    """
    Nothing that we sealed, or mangled on its way: to be answered with 404.

    `mail_id` is what stands where a mail id stands, or None; only a known one tells something.
    """

    def __init__(self, because: str, mail_id: str | None) -> None:
        super().__init__(because)
        self.mail_id = mail_id


class Opened(msgspec.Struct, frozen=True):
    """
    What a token tells.

    `recipient` is None for one mail to several people; `account_domain` then is the account that all of them share.
    `target_url` is where the campaign of signing time led, a last resort; None if there was none, or it was too long.
    `campaign_id` is, for one mail to several people, the campaign that most of them would see.
    """

    mail_id: str
    sender: str
    recipient: str | None
    account_domain: str | None
    target_url: str | None
    campaign_id: int | None = None


def new_mail_id(now: datetime, new_octets: Callable[[int], bytes] = os.urandom) -> str:
    """
    A mail id for the tokens of one call: 12 characters that are safe in a URL.

    It begins with the minute, which comes again after 31 years: mails are followed soon after they were sent, so that
    what is stored of them lies close together in the index, however many there are.
    """
    minute = int(now.timestamp() // 60) % (1 << 8 * MINUTE_OCTETS)
    return urlsafe_b64encode(minute.to_bytes(MINUTE_OCTETS) + new_octets(RANDOM_OCTETS)).decode()


def seal(keys: Keys, content: Opened, *, new_nonce: Callable[[int], bytes] = os.urandom) -> str:
    """`mailid.sealed`, of the characters A-Z a-z 0-9 _ - and one dot, at most 2,000 of them."""
    target = content.target_url
    if target is not None and len(target.encode()) > LONGEST_TARGET:
        target = None
    data = msgspec.msgpack.encode(
        (content.sender, content.recipient, content.account_domain, target, content.campaign_id)
    )
    sealed = seal_bytes(keys, data, PURPOSE, bound_to=content.mail_id.encode(), new_nonce=new_nonce)
    return f"{content.mail_id}.{_text(sealed)}"


def open_token(keys: Keys, text: str) -> Opened:
    """
    What was sealed, with any of the keys.

    Raises:
        BadToken
    """
    parts = _TOKEN.fullmatch(text) if len(text) <= LONGEST_TOKEN else None
    if parts is None:
        raise BadToken("it has not the form of a token", _mail_id_in(text))
    mail_id, sealed = parts.groups()
    try:
        data = open_bytes(keys, _octets(sealed), PURPOSE, bound_to=mail_id.encode())
        return Opened(mail_id, *_decoder.decode(data))
    except (CannotOpen, ValueError) as error:
        raise BadToken("it was not sealed by our keys, or it is mangled", mail_id) from error


def _mail_id_in(text: str) -> str | None:
    found = _MAIL_ID.match(text)
    return found.group() if found and text[found.end() : found.end() + 1] in ("", ".") else None


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


# What a last character may be, by how many there are in the last group of four: the bits that it has to spare are 0.
_LAST: Final = {0: frozenset(_ALPHABET), 2: frozenset(_ALPHABET[::16]), 3: frozenset(_ALPHABET[::4])}
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def _octets(text: str) -> bytes:
    # Several spellings would decode alike, and only ours counts.
    if text[-1] not in _LAST.get(len(text) % 4, ()):
        raise ValueError("another spelling of the same octets")
    return a2b_base64(text.encode().translate(_STANDARD) + b"==")
