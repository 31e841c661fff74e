"""Sealing: authenticated encryption under one or more secrets, of which the newest seals and each may open."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from decisions.mendable import Mendable

NONCE_OCTETS: Final = 12
KEY_OCTETS: Final = 32


class NoKey(Mendable, ValueError):
    """No secret key was given. Set FOOTLIGHT_SECRET_KEY to a long random text; `footlight check` prints a fresh one."""


class CannotOpen(Exception):
    """Nothing that these keys sealed for this purpose, or it was changed on its way."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Secret keys, newest first. They are no passwords: each must be long and random."""

    secrets: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Keys from a setting: one secret, or several separated by commas, newest first.

        Raises:
            NoKey: if there is none.
        """
        secrets = tuple(secret.encode() for part in text.split(",") if (secret := part.strip()))
        if not secrets:
            raise NoKey(NoKey.__doc__)
        return cls(secrets)


def seal_bytes(
    keys: Keys,
    data: bytes,
    purpose: str,
    *,
    bound_to: bytes = b"",
    new_nonce: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """
    `data` encrypted with the newest key (AES-256-GCM): 12 octets nonce, the ciphertext, 16 octets tag.

    Args:
        purpose: what was sealed for one purpose does not open for another.
        bound_to: must be given again, unchanged, to open; it is not inside.
        new_nonce: gives that many octets, never the same twice.
    """
    nonce = new_nonce(NONCE_OCTETS)
    return nonce + _cipher(keys.secrets[0], purpose).encrypt(nonce, data, bound_to)


def open_bytes(keys: Keys, sealed: bytes, purpose: str, *, bound_to: bytes = b"") -> bytes:
    """
    What `seal_bytes` was given, whichever of the keys sealed it.

    Raises:
        CannotOpen
    """
    nonce, ciphertext = sealed[:NONCE_OCTETS], sealed[NONCE_OCTETS:]
    if len(nonce) == NONCE_OCTETS:
        for secret in keys.secrets:
            try:
                return _cipher(secret, purpose).decrypt(nonce, ciphertext, bound_to)
            except InvalidTag:
                continue
    raise CannotOpen("none of the keys opens it")


@lru_cache(maxsize=64)
def _cipher(secret: bytes, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_OCTETS, salt=None, info=purpose.encode()).derive(secret))
