"""What can go wrong with HubSpot, by what the caller can do about it; every text says what that is."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

import msgspec

from decisions.mendable import Mendable

PAUSE_OF_A_DAY_S_QUOTA: Final = timedelta(minutes=15)
PAUSE_WHEN_DOWN: Final = timedelta(seconds=2)

# 423: the record is locked, 477: the portal moves to another data centre. Both pass. Source: HubSpot, "Error handling".
_DOWN_FOR_A_WHILE: Final = frozenset({408, 423, 477})
_SCOPE: Final = re.compile(r"\bcrm(?:\.[a-z_-]+)+")
_EXISTING_ID: Final = re.compile(r"Existing ID:\s*(\d+)")


class HubSpotTrouble(Mendable):
    """`lasting`: it comes again until somebody acts; `wait`: how long to leave HubSpot alone, if it is known."""

    lasting: ClassVar[bool] = False

    def __init__(self, text: str, wait: timedelta | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class TokenRefused(HubSpotTrouble):
    """401: the access token is wrong, revoked, or no token at all."""

    lasting = True

    def __init__(self) -> None:
        super().__init__(
            "HubSpot refuses the access token: it is wrong, was revoked or has expired. Copy a valid token"
            " (service key or app token) from HubSpot's settings into HUBSPOT_ACCESS_TOKEN and restart"
        )


class AppRefused(HubSpotTrouble):
    """The app's client id and secret are refused, or it may not use the journal."""

    lasting = True

    def __init__(self) -> None:
        super().__init__(
            "HubSpot refuses the app that reads the webhooks journal. Copy client id and client secret of a project app"
            " with OAuth into HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET, give it the journal's scopes"
            " (docs/quickstart.md), and restart; without HUBSPOT_CLIENT_ID the journal is off"
        )


class ScopeMissing(HubSpotTrouble):
    """403: the token may not do this; `scopes` are those of which it needs one."""

    lasting = True

    def __init__(self, scopes: Sequence[str]) -> None:
        self.scopes = tuple(scopes)
        named = " or ".join(self.scopes) or "a scope that HubSpot does not name"
        noun = "one of the scopes" if len(self.scopes) > 1 else "the scope"
        super().__init__(
            f"HubSpot's access token lacks {noun} {named}. Add it in HubSpot's settings (service key or app),"
            " put the token into HUBSPOT_ACCESS_TOKEN if it changed, and restart"
        )


class NotFound(HubSpotTrouble):
    """404: HubSpot has no such thing, or no such path."""

    lasting = True

    def __init__(self, what: str) -> None:
        super().__init__(
            f"HubSpot does not know {what}. See whether it was deleted there, and whether HUBSPOT_BASE_URL is right"
        )


class Refused(HubSpotTrouble):
    """
    Any other 4xx: HubSpot finds fault with the request.

    `message` is HubSpot's own and may hold an address: not for logs.
    """

    lasting = True

    def __init__(self, status: int, category: str, message: str, correlation_id: str) -> None:
        self.status = status
        self.message = message
        super().__init__(
            f"HubSpot refused a request with {status} {category}."
            f" Report it with HubSpot's correlation id {correlation_id or '(none given)'}"
        )

    @property
    def existing_id(self) -> str | None:
        """Of a 409 on creating: the id of the record that is in the way. HubSpot gives it in the text only."""
        found = _EXISTING_ID.search(self.message) if self.status == 409 else None
        return found.group(1) if found else None


class RateLimited(HubSpotTrouble):
    """429 again and again, or for longer than we wait; `is_daily`: the account's quota of the day is used."""

    def __init__(self, retry_after: timedelta | None, *, is_daily: bool) -> None:
        self.retry_after = retry_after
        self.is_daily = is_daily
        if is_daily:
            text = (
                "HubSpot's daily quota of API calls is used up, but for a tenth that is left to people and other tools;"
                " it starts anew at midnight of the portal's time zone. See in HubSpot which integrations use it"
            )
        else:
            text = "HubSpot's limit of API calls is reached again and again. Other integrations may use the same token"
        super().__init__(text, retry_after or (PAUSE_OF_A_DAY_S_QUOTA if is_daily else None))


class HubSpotDown(HubSpotTrouble):
    """No answer, or one that says "not now": 5xx, 423, 477, no connection, time-out."""

    def __init__(self, because: str, wait: timedelta | None = None) -> None:
        super().__init__(
            f"HubSpot cannot be reached: {because}. It is tried again by itself; if it stays so, see"
            " https://status.hubspot.com and whether this machine reaches HUBSPOT_BASE_URL",
            wait or PAUSE_WHEN_DOWN,
        )


class BadAnswer(HubSpotTrouble):
    """An answer that cannot be what HubSpot meant; nothing may be concluded from it."""

    def __init__(self, because: str) -> None:
        super().__init__(f"HubSpot's answer cannot be used: {because}. Nothing was changed; it is tried again")


class ErrorDetail(msgspec.Struct):
    """One of the errors inside an error answer, or inside a 207."""

    category: str | None = None
    message: str | None = None
    context: dict[str, Any] | None = None

    def named(self, *keys: str) -> list[str]:
        """The texts in the context, under these keys or under all."""
        context = self.context or {}
        lists = [context.get(key) for key in keys] if keys else list(context.values())
        return [str(each) for values in lists if isinstance(values, list) for each in values]


class _ErrorAnswer(msgspec.Struct):
    """Every field is optional with HubSpot; `policyName` and `errorType` come with 429."""

    message: str | None = None
    category: str | None = None
    correlationId: str | None = None
    policyName: str | None = None
    errors: list[ErrorDetail] | None = None


def trouble_of(
    status: int, body: bytes, headers: Mapping[str, str], *, what: str, scopes: Sequence[str]
) -> HubSpotTrouble:
    """
    The trouble that an error answer means.

    Args:
        headers: looked up in lower case.
        what: the thing asked for, for a text; no path with ids of people.
        scopes: those that the request needs, for a 403 that names none.
    """
    answer = _read(body)
    retry_after = seconds_of(headers.get("retry-after"))
    if status == 401:
        return TokenRefused()
    if status == 403:
        return ScopeMissing(_scopes_named(answer) or scopes)
    if status == 404:
        return NotFound(what)
    if status == 429:
        return RateLimited(retry_after or _usual_wait(answer), is_daily=_names_policy(answer, "DAILY"))
    if status >= 500 or status in _DOWN_FOR_A_WHILE:
        return HubSpotDown(f"it answers {status}", retry_after)
    if status < 400:
        return BadAnswer(f"status {status} where an answer was due; HUBSPOT_BASE_URL may not be HubSpot's API")
    return Refused(status, answer.category or "(no category)", answer.message or "", answer.correlationId or "")


def seconds_of(header: str | None) -> timedelta | None:
    """A `Retry-After` in seconds; the form with a date is not HubSpot's."""
    return timedelta(seconds=int(header)) if header and re.fullmatch(r"[0-9]{1,6}", header.strip()) else None


def _read(body: bytes) -> _ErrorAnswer:
    try:
        return msgspec.json.decode(body, type=_ErrorAnswer)
    except msgspec.DecodeError:
        # A gateway before HubSpot answers in HTML.
        return _ErrorAnswer()


def _scopes_named(answer: _ErrorAnswer) -> list[str]:
    """From the context, where HubSpot puts them today, or else from the words."""
    errors = answer.errors or []
    in_context = [each for error in errors for each in error.named()]
    in_words = _SCOPE.findall(" ".join([answer.message or "", *(error.message or "" for error in errors)]))
    return list(dict.fromkeys(in_context or in_words))


def _names_policy(answer: _ErrorAnswer, policy: str) -> bool:
    return answer.policyName == policy or f"your {policy.lower()} limit" in (answer.message or "").lower()


def _usual_wait(answer: _ErrorAnswer) -> timedelta | None:
    """HubSpot does not promise a `Retry-After`; the windows are ten seconds and one second long."""
    if _names_policy(answer, "DAILY"):
        return None
    return timedelta(seconds=1 if _names_policy(answer, "SECONDLY") else 10)
