"""Proofs: whether a request really comes from HubSpot, Slack or whoever holds our key. Bytes in, no I/O."""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

OLDEST: Final = timedelta(minutes=5)

# The codes that HubSpot decodes in the URI before it signs (v3 only); everything else stays encoded.
_DECODED_BY_HUBSPOT: Final = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
# More digits than any time has; longer numbers would overflow a datetime.
_DIGITS: Final = re.compile(r"[0-9]{1,15}")


class NotProven(Exception):
    """The request is not proven to come from whom it says; the text is the reason, for the log and the 401."""


class Forged(NotProven):
    """The proof is missing or wrong."""


class Stale(NotProven):
    """The proof is right, but not of now: more than five minutes old, or from the future."""


class HubSpotVersion(StrEnum):
    """The version of HubSpot's signature that proved a request."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"


def check_hubspot(
    body: bytes,
    headers: Mapping[str, str],
    *,
    method: str,
    url: str,
    secrets: Sequence[str],
    now: datetime,
    allow_old: bool,
) -> HubSpotVersion:
    """
    Return the version of the signature if HubSpot signed this request.

    Args:
        body: the bytes as received; re-encoded JSON would not match.
        url: the address HubSpot called (our public URL, with path and query), not the one a proxy rewrote.
        secrets: the app's client secrets, several while one is being replaced.
        now: aware; more than 5 minutes from the header's time is stale, in both directions.
        allow_old: whether v1 and v2, which can be replayed, still count.

    Raises:
        Forged, Stale: with the reason in words.

    Source: HubSpot developer docs, "Validating requests". v3 counts whenever its two headers are there.
    """
    got = _lower_cased(headers)
    v3, timestamp = got.get("x-hubspot-signature-v3"), got.get("x-hubspot-request-timestamp")
    if v3 and timestamp:
        _check_hubspot_v3(body, v3, timestamp, method=method, url=url, secrets=secrets, now=now)
        return HubSpotVersion.V3
    version = _old_version(got, allow_old=allow_old)
    called = b"" if version is HubSpotVersion.V1 else _octets(method.upper() + url)
    right = (sha256(secret.encode() + called + body).hexdigest() for secret in secrets if secret)
    _expect_one_of(right, got.get("x-hubspot-signature", ""))
    return version


def _check_hubspot_v3(
    body: bytes, signature: str, timestamp: str, *, method: str, url: str, secrets: Sequence[str], now: datetime
) -> None:
    sent_at = _moment(timestamp, per_second=1_000)
    uri = _DECODED_BY_HUBSPOT.sub(lambda code: chr(int(code.group()[1:], 16)), url)
    signed = _octets(method.upper() + uri) + body + timestamp.encode()
    right = (b64encode(_hmac(secret, signed)).decode() for secret in secrets if secret)
    _expect_one_of(right, signature)
    _expect_recent(sent_at, now)


def _old_version(headers: Mapping[str, str], *, allow_old: bool) -> HubSpotVersion:
    if not headers.get("x-hubspot-signature"):
        raise Forged("it bears no HubSpot signature")
    version = headers.get("x-hubspot-signature-version", "")
    if version not in (HubSpotVersion.V1, HubSpotVersion.V2):
        raise Forged("its signature has no version that we know, or its v3 signature lacks the timestamp")
    if not allow_old:
        raise Forged(f"it is signed with {version} only, but this app has sent v3 before")
    return HubSpotVersion(version)


def check_slack(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime) -> None:
    """
    Return if Slack signed this request (v0) within the last five minutes.

    Args:
        body: the bytes as received, before any form or JSON is parsed.
        secrets: the app's signing secrets, several while one is being replaced.

    Raises:
        Forged, Stale: with the reason in words.

    Source: Slack developer docs, "Verifying requests from Slack".
    """
    got = _lower_cased(headers)
    timestamp = got.get("x-slack-request-timestamp", "")
    sent_at = _moment(timestamp)
    signed = b"v0:" + timestamp.encode() + b":" + body
    right = (f"v0={_hmac(secret, signed).hex()}" for secret in secrets if secret)
    _expect_one_of(right, got.get("x-slack-signature", ""))
    _expect_recent(sent_at, now)


def read_standard_secrets(text: str) -> tuple[Webhook, ...]:
    """
    The secrets of a setting, `whsec_...`, separated by commas: two while one is being replaced.

    Raises:
        ValueError: if one is not `whsec_` and base64, without repeating it.
    """
    try:
        return tuple(Webhook(secret.strip()) for secret in text.split(",") if secret.strip())
    except (ValueError, EmptyWebhookSecretError) as error:
        raise ValueError("a Standard Webhooks secret is whsec_ followed by base64") from error


def check_standard_webhook(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[Webhook], now: datetime
) -> None:
    """
    Return if one of the secrets signed this request within the last five minutes.

    Raises:
        Forged, Stale: with the reason in words.

    Source: the Standard Webhooks specification; its package makes the signature, but would compare with its own
    clock and raise what it likes for malformed headers.
    """
    got = _lower_cased(headers)
    sent_at = _moment(got.get("webhook-timestamp", ""))
    message_id = got.get("webhook-id", "")
    try:
        text = body.decode()
        right = [secret.sign(message_id, sent_at, text) for secret in secrets]
    except UnicodeError as error:
        raise Forged("its body or id is not UTF-8, so it cannot have been signed") from error
    signatures = got.get("webhook-signature", "").split(" ")
    if not message_id or not any(_is_one_of(right, signature) for signature in signatures):
        raise Forged("no signature in it is right")
    _expect_recent(sent_at, now)


def check_bearer(headers: Mapping[str, str], *, keys: Iterable[str]) -> None:
    """
    Return if the request bears one of the keys (`Authorization: Bearer ...`).

    Raises:
        Forged: with the reason in words.
    """
    _expect_one_of((right for right in keys if right), bearer(headers))


def bearer(headers: Mapping[str, str]) -> str:
    """
    The key that a request bears, right or wrong.

    Raises:
        Forged: it bears none.
    """
    scheme, _, key = _lower_cased(headers).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Forged("it bears no key: send the header Authorization: Bearer KEY")
    return key.strip()


def check_shared_secret(headers: Mapping[str, str], name: str, *, secrets: Iterable[str]) -> None:
    """
    Return if the header `name` bears one of the secrets, as a HubSpot workflow with an "API key" sends it.

    Raises:
        Forged: with the reason in words.
    """
    given = _lower_cased(headers).get(name.lower())
    if given is None:
        raise Forged(f"it bears neither a signature nor the header {name}")
    _expect_one_of((right for right in secrets if right), given.strip())


def _lower_cased(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _hmac(secret: str, signed: bytes) -> bytes:
    return hmac.digest(secret.encode(), signed, "sha256")


def _octets(url: str) -> bytes:
    # aiohttp gives octets of a URL that are no UTF-8 as surrogates.
    return url.encode("utf-8", "surrogateescape")


def _expect_one_of(right: Iterable[str], given: str) -> None:
    if not _is_one_of(right, given):
        raise Forged("its signature or key is wrong")


def _is_one_of(right: Iterable[str], given: str) -> bool:
    """Constant time for each; compare_digest refuses text that is not ASCII."""
    octets = given.encode("utf-8", "replace")
    return any(hmac.compare_digest(one.encode(), octets) for one in right)


def _moment(timestamp: str, *, per_second: int = 1) -> datetime:
    if not _DIGITS.fullmatch(timestamp):
        raise Forged("its timestamp is missing or no number")
    try:
        return datetime.fromtimestamp(int(timestamp) / per_second, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Forged("its timestamp is no time") from error


def _expect_recent(sent_at: datetime, now: datetime) -> None:
    away = now - sent_at
    if away > OLDEST:
        raise Stale(f"it was signed {away.total_seconds():.0f} s ago; 300 s are allowed")
    if away < -OLDEST:
        raise Stale(f"it was signed {-away.total_seconds():.0f} s in the future: a clock is wrong, there or here")
