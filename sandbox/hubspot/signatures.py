"""HubSpot's three ways to sign a request. Source: HubSpot developer docs, "Validating requests"."""

import base64
import hashlib
import hmac
import re

DECODED_BY_V3 = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""Exactly these twelve escapes are decoded before hashing; all others stay."""


def v1(secret: str, body: bytes) -> str:
    return hashlib.sha256(secret.encode() + body).hexdigest()


def v2(secret: str, method: str, uri: str, body: bytes) -> str:
    return hashlib.sha256(f"{secret}{method}{uri}".encode() + body).hexdigest()


def v3(secret: str, method: str, uri: str, body: bytes, timestamp_ms: int) -> str:
    decoded = DECODED_BY_V3.sub(lambda escape: chr(int(escape.group()[1:], 16)), uri)
    signed = f"{method}{decoded}".encode() + body + str(timestamp_ms).encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
