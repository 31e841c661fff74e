"""Access to the API: whose key a request bears, what it may, and how often it may ask."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiohttp import web

from storage import api_keys
from storage.api_keys import Scope
from webhooks.edge import EDGE, Edge
from webhooks.problems import Problem
from webhooks.verify import NotProven, bearer, check_bearer

MINUTE_SECONDS: Final = 60.0
OF_THE_SETTINGS: Final = "FOOTLIGHT_API_KEY"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is, by name, and what it may."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """With addresses one may read without them, too."""
        return scope in self.scopes or (scope is Scope.READ and Scope.READ_ADDRESSES in self.scopes)


async def admit(request: web.Request, scope: Scope) -> Caller:
    """
    Whoever bears a key that has this scope.

    Raises:
        Problem: 404 while there is no key at all, 401 without a right one, 403 where it lacks the scope.
    """
    edge = request.app[EDGE]
    caller = await _caller(edge, request)
    if not caller.may(scope):
        told = f"This key has not the scope {scope.value}: make one that has it with `footlight keys create`."
        raise Problem(403, "scope", told)
    return caller


async def _caller(edge: Edge, request: web.Request) -> Caller:
    try:
        key = bearer(request.headers)
        if api_keys.has_form(key) and (found := await edge.store.read(api_keys.find, key)):
            return Caller(found.name, frozenset(found.scopes))
        check_bearer(request.headers, keys=edge.api_keys)
    except NotProven as error:
        if not edge.api_keys and not await edge.store.read(api_keys.are_there_any):
            told = f"There is no key yet: make one with `footlight keys create`, or set {OF_THE_SETTINGS} and restart."
            raise Problem(404, "switched off", told) from error
        raise Problem(401, "forged", f"{error}.", {"WWW-Authenticate": "Bearer"}) from error
    return Caller(OF_THE_SETTINGS, frozenset(Scope))


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


@dataclass(slots=True)
class Limits:
    """How often each key may ask, counted in this process: a minute's requests at once, then evenly."""

    a_minute: int
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, caller: str, now: datetime) -> None:
        """
        Raises:
            Problem: 429, and when to ask again.
        """
        bucket = self._buckets.setdefault(caller, _Bucket(self.a_minute, now))
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(float(self.a_minute), bucket.left + passed * self.a_minute / MINUTE_SECONDS)
        bucket.at = now
        if bucket.left < 1:
            wait = math.ceil((1 - bucket.left) * MINUTE_SECONDS / self.a_minute)
            told = f"A key may ask {self.a_minute:,} times a minute: ask again in {wait} s."
            raise Problem(429, "too many", told, {"Retry-After": str(wait)})
        bucket.left -= 1


LIMITS: Final = web.AppKey("limits", Limits)
