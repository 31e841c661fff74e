"""The client: the package's api objects, made once and kept, and the one way to ask them."""

import json
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, Final, TypeVar

import msgspec
from hubspot.crm import companies, contacts, lists, owners, properties
from hubspot.crm.associations import v4 as associations
from hubspot.crm.objects import notes

from jobs.hubspot.connections import Connections
from jobs.hubspot.limiter import Limiter
from jobs.hubspot.transport import OnRequest, Transport, configuration
from jobs.hubspot.trouble import BadAnswer
from jobs.hubspot.versions import VERSION, Version

Answer = TypeVar("Answer")

LONGEST_CONNECT: Final = 5.0


class HubSpotClient:
    """
    Asks HubSpot and decodes its answers; safe to share between threads.

    Every attribute is an api object of the package, to be named to `ask`. Each one that the package itself makes has a
    connection pool of its own; these share one.
    """

    def __init__(self, transport: Transport, timeout: float) -> None:
        self._transport = transport
        self._timeout = timeout
        self.contacts = contacts.BasicApi(transport)
        self.contact_batches = contacts.BatchApi(transport)
        self.contact_search = contacts.SearchApi(transport)
        self.company_batches = companies.BatchApi(transport)
        self.company_search = companies.SearchApi(transport)
        self.association_batches = associations.BatchApi(transport)
        self.notes = notes.BasicApi(transport)
        self.note_batches = notes.BatchApi(transport)
        self.lists = lists.ListsApi(transport)
        self.memberships = lists.MembershipsApi(transport)
        self.owners = owners.OwnersApi(transport)
        self.properties = properties.CoreApi(transport)
        # The package knows no account API.
        self.account_details = partial(transport.call_api, "/account-info/v3/details", "GET", auth_settings=["oauth2"])

    @cached_property
    def for_people(self) -> "HubSpotClient":
        """The same client for look-ups that a person waits for: it may use the tenth of the limit kept for them."""
        return HubSpotClient(self._transport.for_people(), self._timeout)

    @property
    def requests(self) -> int:
        """Requests sent so far, refused ones too."""
        return self._transport.limiter.requests

    @property
    def daily_remaining(self) -> int | None:
        """Calls left until the portal's midnight; None: HubSpot did not say."""
        return self._transport.limiter.daily_remaining

    def ask(self, call: Callable[..., Any], *arguments: Any, into: type[Answer], **more: Any) -> Answer:
        """
        Calls a method of an api object and decodes the answer.

        Raises:
            HubSpotTrouble: `BadAnswer` when it is no JSON of that shape, and the others.
        """
        timeout = (min(self._timeout, LONGEST_CONNECT), self._timeout)
        return decoded(call(*arguments, **more, _preload_content=False, _request_timeout=timeout), into)


def open_client(
    access_token: str,
    base_url: str,
    limiter: Limiter,
    *,
    timeout: float,
    on_request: OnRequest | None = None,
    version: Version = VERSION,
    connections: Connections | None = None,
) -> HubSpotClient:
    """
    A client for one portal. Nothing is asked yet; a token that cannot be one is refused at the first request.

    Args:
        timeout: seconds without a byte from HubSpot, for each request.
        on_request: told of each request, in the thread that sends it.
        connections: what can cut them.
    """
    transport = Transport(configuration(access_token, base_url), limiter, version, on_request, connections)
    return HubSpotClient(transport, timeout)


def decoded(body: bytes, into: type[Answer]) -> Answer:
    """Tolerates unknown fields. Raises: BadAnswer, without repeating values."""
    try:
        return msgspec.json.decode(body, type=into)
    except msgspec.ValidationError as error:
        raise BadAnswer(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decoded_with_patience(body, into)


def _decoded_with_patience(body: bytes, into: type[Answer]) -> Answer:
    """Like `decoded`, but half a surrogate pair (an emoji cut in two), which msgspec refuses, passes."""
    try:
        return msgspec.convert(json.loads(body), into)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadAnswer("it is no JSON, or breaks off") from error
