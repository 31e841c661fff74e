"""Every request to HubSpot: in the right version, in its turn, with a time-out, its refusals named."""

import copy
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Self

import structlog
import urllib3
from hubspot.crm.contacts import ApiClient, ApiException, Configuration

from decisions.request_budget import Budget
from jobs.hubspot.connections import Connections
from jobs.hubspot.limiter import Limiter, Ticket
from jobs.hubspot.trouble import HubSpotDown, HubSpotTrouble, RateLimited, TokenRefused, trouble_of
from jobs.hubspot.versions import Version, family_of, path_in, scopes_for

log = structlog.get_logger()

MOST_TRIES: Final = 6
SIGN_IN: Final = "sign-in"
# Source: HubSpot's description of the journal: exempt from both limits. Signing in takes no token that could have one.
_EXEMPT: Final = (SIGN_IN, "journal", "journal's subscriptions")
CONNECTIONS: Final = 32

OnRequest = Callable[[str, int, float], None]
"""Told of each request: family of paths, status (0: no answer), seconds."""


class Transport(ApiClient):  # type: ignore[misc]  # the package has no types
    """
    The package's transport in our hands, for the api objects of all its parts.

    Safe to share between threads. Answers are the raw bytes of a 2xx: api objects are called with
    `_preload_content=False`.
    """

    def __init__(
        self,
        configuration: Configuration,
        limiter: Limiter,
        version: Version,
        on_request: OnRequest | None,
        connections: Connections | None = None,
    ) -> None:
        super().__init__(configuration)
        if connections is not None:
            connections.watch(self.rest_client.pool_manager)
        self.user_agent = "footlight"
        self.limiter = limiter
        self._version = version
        self._on_request = on_request
        self._interactive = False

    def for_people(self) -> Self:
        """The same connections and limits, with the tenth of the limit that is kept for people who wait."""
        other = copy.copy(self)
        other._interactive = True
        return other

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: Any = None,
        post_params: Any = None,
        body: Any = None,
        _preload_content: bool = False,
        _request_timeout: tuple[float, float] | None = None,
    ) -> bytes:
        """
        Sends one request, again after a 429 that asks for a short wait.

        Raises:
            HubSpotTrouble: one of its kinds.
        """
        path = url.removeprefix(self.configuration.host)
        if family_of(path).name != SIGN_IN:
            self._check_token()
        where = self.configuration.host + path_in(self._version, path)

        def send() -> Any:
            return self.rest_client.request(
                method,
                where,
                query_params=query_params,
                headers=dict(headers or {}),
                body=body,
                post_params=post_params,
                _preload_content=False,
                _request_timeout=_request_timeout,
            )

        return self._until_taken(send, method, path, MOST_TRIES)

    def fetch(self, url: str, timeout: float) -> bytes:
        """
        What lies under a pre-signed address of HubSpot's storage, which must not see our token.

        Raises:
            HubSpotDown: also when the address has expired; the API gives a fresh one.
        """

        def send() -> Any:
            return self.rest_client.pool_manager.request("GET", url, timeout=urllib3.Timeout(timeout))

        status, _, body = _answer_of(send)
        if status != 200:
            raise HubSpotDown(f"its storage answers {status}")
        return body

    def _until_taken(self, send: Callable[[], Any], method: str, path: str, tries: int) -> bytes:
        ticket = self.limiter.enter(budget_of(path), interactive=self._interactive)
        try:
            return self._once(send, method, path, ticket)
        except RateLimited as limited:
            if limited.is_daily:
                raise
            self._stand_back(limited, ticket)
            if tries == 1:
                raise
        return self._until_taken(send, method, path, tries - 1)

    def _stand_back(self, limited: RateLimited, ticket: Ticket) -> None:
        """From now on everybody waits as long as HubSpot wants; too long a wait is refused at the next turn."""
        wait = limited.wait or timedelta(0)
        self.limiter.close(ticket, wait)
        log.info("HubSpot's rate limit reached", budget=ticket.budget, seconds=wait.total_seconds())

    def _once(self, send: Callable[[], Any], method: str, path: str, ticket: Ticket) -> bytes:
        started = time.monotonic()
        status, headers = 0, dict[str, str]()
        try:
            status, headers, body = _answer_of(send)
        finally:
            self.limiter.leave(ticket, headers)
            if self._on_request is not None:
                self._on_request(family_of(path).name, status, time.monotonic() - started)
        if 200 <= status < 300:
            return body
        raise trouble_of(status, body, headers, what=_named(path), scopes=scopes_for(method, path))

    def _check_token(self) -> None:
        """What is no token never becomes a header: http.client would repeat it in its error."""
        token = self.configuration.access_token
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise TokenRefused


def configuration(access_token: str, base_url: str) -> Configuration:
    """
    The package's configuration.

    urllib3 itself retries nothing: by default it would sleep inside a call as long as a `Retry-After` says.
    """
    made = Configuration()
    made.access_token = access_token
    made.host = base_url.rstrip("/")
    made.retries = urllib3.Retry(0, redirect=False, raise_on_status=False)
    made.connection_pool_maxsize = CONNECTIONS
    # Bodies are ours, not the package's models.
    made.client_side_validation = False
    return made


def budget_of(path: str) -> Budget:
    """Which limit a path counts against. Source: HubSpot, "API usage guidelines and limits"."""
    family = family_of(path).name
    if family in ("contacts", "companies") and path.endswith("/search"):
        return "search"
    return "exempt" if family in _EXEMPT or (family == "associations" and "/batch/" in path) else "call"


def _answer_of(send: Callable[[], Any]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body, whatever the status. Raises: HubSpotDown, if there is no answer."""
    try:
        response = send()
        return response.status, _lower(response.headers), response.data
    except ApiException as refused:
        if not refused.status:
            raise HubSpotDown("no safe connection (TLS)") from refused
        return refused.status, _lower(refused.headers), refused.body or b""
    except urllib3.exceptions.HTTPError as error:
        raise _down(error) from error


def _down(error: urllib3.exceptions.HTTPError) -> HubSpotTrouble:
    reason = getattr(error, "reason", None) or error
    # urllib3 counts a connection that was refused among the time-outs.
    is_refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
    timed_out = isinstance(reason, urllib3.exceptions.TimeoutError) and not is_refused
    return HubSpotDown("no answer in time" if timed_out else f"no connection ({type(reason).__name__})")


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}


def _named(path: str) -> str:
    """What a path asks for, in words; ids of lists are no secret, those of people stay out."""
    family = family_of(path)
    parts = path.removeprefix(family.packaged).strip("/").split("/")
    if family.name == "lists" and parts[0].isdigit():
        return f"the list {parts[0]}"
    return f"what was asked of its {family.name}"
