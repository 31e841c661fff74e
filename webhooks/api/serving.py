"""Serving the API: admit, count, read what is asked, run the endpoint, answer as JSON."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web

from decisions.addresses import NotAnAddress
from storage import Store
from storage.api_keys import Scope
from storage.opt_outs import Hasher
from webhooks.api.access import LIMITS, Caller, admit
from webhooks.api.asking import JSON, read_body, read_id, read_query
from webhooks.api.shapes import Nothing
from webhooks.edge import EDGE, Edge, Handler
from webhooks.problems import NO_STORE, Problem, malformed

Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True)
class Call(Generic[Asked]):
    """A request that was admitted and understood. `id` is that of the path, 0 where there is none."""

    edge: Edge
    caller: Caller
    asked: Asked
    id: int

    @property
    def store(self) -> Store:
        return self.edge.store

    @property
    def hasher(self) -> Hasher:
        """
        Raises:
            Problem: 503 while nobody can be recognised as opted out.
        """
        if self.edge.tracker is None:
            raise Problem(503, "no key", "It cannot be told who opted out: see `footlight check`.")
        return self.edge.tracker.hasher

    def shown(self, email: str | None) -> str | None:
        """An address, for whose key may read it."""
        return email if self.caller.may(Scope.READ_ADDRESSES) else None

    def told(self, text: str | None) -> str | None:
        """A text in which an address may stand: a property of HubSpot's, or a sender whose name is not known."""
        return self.shown(text) if text and "@" in text else text


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEndpoint:
    """
    One address of the API. A POST has a body; `query` is what a GET may be asked.

    `raw` is the handler of an endpoint that admits and reads by itself.
    """

    method: str
    path: str
    scope: Scope
    what_for: str
    answer: type[msgspec.Struct]
    run: Callable[[Call[Any]], Awaitable[msgspec.Struct]] | None = None
    query: type[msgspec.Struct] = Nothing
    body: Any = None
    raw: Handler | None = None

    @property
    def handler(self) -> Handler:
        return self.raw or partial(_serve, self)

    @property
    def has_id(self) -> bool:
        """Whether an id stands in the path."""
        return self.path.endswith("/{id}")


async def _serve(endpoint: ApiEndpoint, request: web.Request) -> web.Response:
    edge = request.app[EDGE]
    body = await request.read()
    caller = await admit(request, endpoint.scope)
    request.app[LIMITS].take(caller.name, edge.now())
    query = read_query(request, endpoint.query if endpoint.body is None else Nothing)
    asked = query if endpoint.body is None else read_body(body, request, endpoint.body)
    assert endpoint.run is not None
    try:
        answer = await endpoint.run(Call(edge, caller, asked, read_id(request) if endpoint.has_id else 0))
    except NotAnAddress as error:
        raise malformed(f"That is no address or domain: {error}.") from error
    return web.Response(body=msgspec.json.encode(answer), content_type=JSON, headers=NO_STORE)
