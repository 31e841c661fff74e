"""HubSpot's webhooks journal: what happened, asked for instead of sent; the only API that tells of list membership."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec

from jobs.hubspot.client import decoded
from jobs.hubspot.transport import Transport
from jobs.hubspot.trouble import AppRefused, BadAnswer, Refused, TokenRefused

Answer = TypeVar("Answer")

# As the package would call them if it knew them; `versions` tells where they stand in a dated version.
_TOKEN: Final = "/oauth/v1/token"  # noqa: S105
_JOURNAL: Final = "/webhooks-journal/journal/v4"
_SUBSCRIPTIONS: Final = "/webhooks-journal/subscriptions/v4"

# Source: HubSpot developer docs, "Webhooks journal and management APIs"; the last two for what is watched.
SCOPES: Final = (
    "developer.webhooks_journal.read",
    "developer.webhooks_journal.subscriptions.read",
    "developer.webhooks_journal.subscriptions.write",
    "crm.lists.read",
    "crm.objects.contacts.read",
)
KIND: Final = "LIST_MEMBERSHIP"
ACTIONS: Final = ("ADDED_TO_LIST", "REMOVED_FROM_LIST")
# A token that ends while a request is under way would be refused.
RENEW_BEFORE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class JournalFile:
    """Some thousand events at most, as they came; `offset` is the place in the journal behind them."""

    offset: str
    events: tuple[Any, ...]


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int


class _Entry(msgspec.Struct):
    currentOffset: str
    url: str


class _File(msgspec.Struct):
    journalEvents: list[Any]


class _Subscription(msgspec.Struct):
    id: int | str
    subscriptionType: str
    portalId: int | str | None = None
    listIds: list[int] | None = None


class _Subscriptions(msgspec.Struct):
    results: list[_Subscription]


class JournalClient:
    """
    Signs in as the app itself, and again before the token ends. One thread at a time.

    `client_id` and `client_secret` are those of a project app; `now` gives aware UTC times.
    """

    def __init__(
        self, transport: Transport, client_id: str, client_secret: str, *, timeout: float, now: Callable[[], datetime]
    ) -> None:
        self._transport = transport
        self._credentials = (("client_id", client_id), ("client_secret", client_secret))
        self._timeout = timeout
        self._now = now
        self._signed_in_until: datetime | None = None

    def subscribe(self, portal_id: str, list_ids: Sequence[str]) -> None:
        """
        From now on the journal tells who joins or leaves these lists, and no others.

        Raises:
            HubSpotTrouble: `AppRefused` if the app is not known, or lacks a scope.
        """
        told = {
            "subscriptionType": KIND,
            "portalId": int(portal_id),
            "actions": ACTIONS,
            "listIds": [int(each) for each in list_ids],
            "objectIds": [],
        }
        made = self._ask("POST", _SUBSCRIPTIONS, _Subscription, body=told)
        for each in self._subscriptions():
            if str(each.portalId) == portal_id and each.id != made.id:
                self._call("DELETE", f"{_SUBSCRIPTIONS}/{each.id}")

    def subscribed_lists(self) -> int:
        """Of how many lists the journal tells. Raises: HubSpotTrouble."""
        return sum(len(each.listIds or ()) for each in self._subscriptions())

    def _subscriptions(self) -> list[_Subscription]:
        answer = self._ask("GET", _SUBSCRIPTIONS, _Subscriptions)
        return [each for each in answer.results if each.subscriptionType == KIND]

    def file_after(self, offset: str | None) -> JournalFile | None:
        """
        The file behind `offset` (None: the oldest that is kept); None if there is nothing newer.

        Raises:
            NotFound: the offset is not known any more, as after three days.
            HubSpotTrouble: nothing was read.
        """
        where = f"{_JOURNAL}/offset/{offset}/next" if offset else f"{_JOURNAL}/earliest"
        answer = self._call("GET", where)
        if not answer:
            return None
        entry = decoded(answer, _Entry)
        if entry.currentOffset == offset:
            raise BadAnswer("the journal leads back to where it was read before")
        file = decoded(self._transport.fetch(entry.url, self._timeout), _File)
        return JournalFile(entry.currentOffset, tuple(file.journalEvents))

    def _ask(self, method: str, path: str, into: type[Answer], **more: Any) -> Answer:
        return decoded(self._call(method, path, **more), into)

    def _call(self, method: str, path: str, **more: Any) -> bytes:
        if self._signed_in_until is None or self._now() >= self._signed_in_until - RENEW_BEFORE:
            self._sign_in()
        try:
            return self._send(method, path, auth_settings=["oauth2"], **more)
        except TokenRefused as error:
            self._signed_in_until = None
            raise AppRefused from error

    def _sign_in(self) -> None:
        form = [("grant_type", "client_credentials"), *self._credentials, ("scope", " ".join(SCOPES))]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        asked_at = self._now()
        try:
            answer = self._send("POST", _TOKEN, header_params=headers, post_params=form)
        except (TokenRefused, Refused) as error:
            raise AppRefused from error
        token = decoded(answer, _Token)
        self._transport.configuration.access_token = token.access_token
        self._signed_in_until = asked_at + timedelta(seconds=token.expires_in)

    def _send(self, method: str, path: str, **more: Any) -> bytes:
        limits = {"_preload_content": False, "_request_timeout": (self._timeout, self._timeout)}
        sent: bytes = self._transport.call_api(path, method, **limits, **more)
        return sent
