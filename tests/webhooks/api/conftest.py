"""The API over real HTTP, on both databases: people who clicked, and keys with less than all scopes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from storage import Store, api_keys
from storage.api_keys import Scope
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.opt_outs import Hasher
from tests.storage.clicking import TRACKER, click
from tests.webhooks.conftest import API_KEY, Answered, Clock, Served

MAX, EVA, JO = "max@firma.example", "eva@firma.example", "jo@other.example"
Ask = Callable[..., Awaitable[Answered]]


@pytest.fixture
def hasher() -> Hasher:
    """That of the clicks in the tests."""
    return TRACKER.hasher


@pytest.fixture
def ask(served: Served) -> Ask:
    """`await ask("GET", "/api/feed", key=...)`: with the key of the settings unless the test says otherwise."""

    async def send(method: str, path: str, *, key: str | None = API_KEY, **more: Any) -> Answered:
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        return await served.ask(method, path, headers=headers | more.pop("headers", {}), **more)

    return send


@pytest.fixture
def make_key(store: Store, clock: Clock) -> Callable[..., str]:
    """`make_key("name", Scope.READ)`: a key with these scopes alone."""

    def make(name: str, *scopes: Scope) -> str:
        return store.write_now(api_keys.create, name, scopes, actor="cli", now=clock()).key

    return make


@pytest.fixture
def people(store: Store, clock: Clock) -> None:
    """Two contacts of one account who clicked one hour apart, and a lead who clicked before them."""
    properties = {"firstname": "Max", "lastname": "Mustermann", "hubspot_owner_id": "7", "work_email": MAX}
    states = [
        ContactState("501", clock(), email=MAX, properties=properties),
        ContactState("502", clock(), email=EVA, properties={"firstname": "Eva"}),
    ]
    store.write_now(store_states, states, hasher=TRACKER.hasher, now=clock())
    for hours, email in ((3, JO), (2, EVA), (1, MAX)):
        click(store, email, clock() - timedelta(hours=hours))
