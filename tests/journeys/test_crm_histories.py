"""Random histories of a CRM beside clicks, opt-outs and erasures: whatever webhooks do, in the end we hold the same."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from jobs.apply import Apply, Became
from jobs.full_pass import full_pass
from jobs.hubspot.lists import find_list
from jobs.reconcile import sync_groups
from storage import open_store, opt_out_asked, privacy, target_groups
from storage.campaign_changes import create_campaign
from tests.database_pool import DatabasePool
from tests.jobs.portal import HASHER, Waits, a_context, a_hubspot
from tests.journeys import held
from tests.journeys.history import CUSTOMERS, KEY_ACCOUNTS, PARTNERS, History, a_portal
from tests.webhooks.conftest import Clock, Served, campaign, make_edge
from webhooks.app import make_app
from webhooks.fetches import FETCHES

DATABASES = ("sqlite", "postgresql")
NUMBER = st.integers(0, 30)
CHANGES = (
    *("rename", "readdress", "add_address", "assign", "delete", "restore", "privacy_delete", "employ", "create"),
    *("rename_company", "move_company"),
)


@dataclass
class RunningClock(Clock):
    """The time of this machine, and what it was set forward since."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **units: float) -> None:
        self.ahead += timedelta(**units)


class Installation:
    """The web edge behind a socket, the jobs beside it, and the HubSpot that both talk with."""

    async def start(self, url: str) -> None:
        self.clock = RunningClock()
        self.history = History(a_portal(self.clock))
        self.store = open_store(url)
        self.hubspot = await a_hubspot(self.history.crm).__aenter__()
        self.context = replace(a_context(self.store, self.hubspot, Waits()), now=self.clock)
        self.apply = Apply(self.context)
        await self._serve()
        await self.store.write(create_campaign, campaign(is_default=True), now=self.clock())
        for list_id in (CUSTOMERS, PARTNERS, KEY_ACCOUNTS):
            state = await asyncio.to_thread(find_list, self.context.hubspot, str(list_id), now=self.clock())
            assert state is not None
            await self.store.write(target_groups.import_list, state, now=self.clock())

    async def _serve(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        webhooks = self.hubspot.webhooks
        given = {"public_url": url, "hubspot_secrets": (webhooks.client_secret,), "workflow_secrets": ()}
        edge = make_edge(self.store, self.clock, HASHER, **given)
        self.runner = web.AppRunner(make_app(edge), access_log=None)
        await self.runner.setup()
        await web.SockSite(self.runner, listener).start()
        self.served = Served(url, edge, self.clock, aiohttp.ClientSession(), self.runner.app[FETCHES])
        self.hubspot.send_webhooks_to(f"{url}/webhooks/hubspot")
        webhooks.clock_ms = lambda: int(self.clock().timestamp() * 1000)

    async def stop(self) -> None:
        await self.apply.stop(timedelta(seconds=20))
        await self.served.session.close()
        await self.runner.cleanup()
        await self.hubspot.__aexit__(None, None, None)
        await self.store.close()

    async def deliver(self, copies: list[int], random: Random) -> None:
        """Send so many copies of each webhook that waits, in any order, and do what they ask for."""
        webhooks, history = self.hubspot.webhooks, self.history
        app = [event for event, times in zip(history.app_events, copies, strict=False) for _ in range(times)]
        lists = [event for event, times in zip(history.list_events, copies, strict=False) for _ in range(times)]
        del history.app_events[: len(copies)], history.list_events[: len(copies)]
        random.shuffle(app)
        random.shuffle(lists)
        webhooks.announce(app, lists)
        await webhooks.settled()
        assert not webhooks.undelivered
        while await self.apply.apply_due() is Became.APPLIED:
            pass

    async def sync(self) -> None:
        assert [each.trouble for each in await sync_groups(self.context)] == [None] * 3


class Histories(RuleBasedStateMachine):
    """Each rule is something that happens, in HubSpot or here; `teardown` looks whether all is well in the end."""

    def __init__(self, database: partial[AbstractContextManager[str]]) -> None:
        super().__init__()
        self._open = ExitStack()
        url = self._open.enter_context(database())
        self._run = self._open.enter_context(asyncio.Runner()).run
        self._here = Installation()
        self._run(self._here.start(url))
        self._open.callback(lambda: self._run(self._here.stop()))
        self._history = self._here.history
        self._mails: list[tuple[str, ...]] = []
        self._told = held.Told(self._history)

    @rule(what=st.sampled_from(CHANGES), number=NUMBER)
    def change(self, what: str, number: int) -> None:
        self._history.step(what, number)

    @rule(what=st.sampled_from(["join", "leave"]), number=NUMBER, list_id=st.sampled_from([CUSTOMERS, PARTNERS]))
    def change_a_list(self, what: str, number: int, list_id: int) -> None:
        self._history.step(what, number, list_id)

    @rule(what=st.sampled_from(["merge", "pass_on_address"]), one=NUMBER, other=NUMBER)
    def change_two(self, what: str, one: int, other: int) -> None:
        self._history.step(what, one, other)

    # How many copies of each webhook come: none, one, two; those behind the last number wait for another time.
    @rule(copies=st.lists(st.integers(0, 2), max_size=12), random=st.randoms(), amid_a_pass=st.booleans())
    def deliver(self, copies: list[int], random: Random, amid_a_pass: bool) -> None:
        async def both() -> None:
            passes = [self._here.sync()] if amid_a_pass else []
            await asyncio.gather(self._here.deliver(copies, random), *passes)

        self._run(both())

    @rule()
    def sync(self) -> None:
        self._run(self._here.sync())
        self._look(self._told.check_lists)
        self._look(self._told.check_tracking)

    @rule(number=NUMBER)
    def write_to_somebody(self, number: int) -> None:
        """A mail to a contact, or to somebody whom HubSpot may never hear of."""
        one = self._history.live(number)
        email = one.addresses[-1] if one and one.addresses and number % 5 else f"lead{number}@lead.example"
        banner, link = self._run(self._here.served.mail(email))
        self._mails.append(
            (email, banner.removeprefix(self._here.served.url), link.removeprefix(self._here.served.url))
        )

    @rule(number=NUMBER, times=st.integers(1, 3))
    def open_a_mail(self, number: int, times: int) -> None:
        """However old it is: its banner is seen, minutes later its link is followed, maybe again."""
        if not self._mails:
            return
        email, banner, link = self._mails[number % len(self._mails)]
        for path, told in ((banner, self._told.views), *[(link, self._told.clicks)] * times):
            self._here.clock.forward(minutes=11)
            assert self._run(self._here.served.get(path)).status == 302
            told[email] += 1

    @rule(number=NUMBER, erase=st.booleans())
    def end(self, number: int, erase: bool) -> None:
        """The tracking of somebody, or all that we hold of them."""
        one = self._history.live(number)
        if one is None or not one.addresses:
            return
        email, by = one.addresses[0], {"actor": "cli", "hasher": HASHER, "now": self._here.clock()}
        self._look(self._told.will_be_erased if erase else self._told.will_be_opted_out, email)
        self._here.store.write_now(privacy.erase if erase else opt_out_asked.opt_out, email, **by)
        self._look(self._told.check_tracking)

    def teardown(self) -> None:
        with self._open:
            self._run(self._here.sync())
            self._look(self._told.check_lists)
            self._run(full_pass(self._here.context))
            self._look(self._told.check_everybody)
            self._look(self._told.check_tracking)

    def _look(self, at: Callable[..., None], *asked: str) -> None:
        self._here.store.read_now(at, *asked)


@contextmanager
def a_database(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database for one history."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(request.getfixturevalue("migrated_file"), Path(folder) / "footlight.db")
            yield f"sqlite:///{folder}/footlight.db"
        return
    pool: DatabasePool = request.getfixturevalue("database_pool")
    with pool.lent() as url:
        yield url


def live_through(request: pytest.FixtureRequest, kind: str, histories: int, steps: int) -> None:
    many = settings(
        max_examples=histories,
        stateful_step_count=steps,
        derandomize=True,  # who runs the check of a change is not to meet an old fault of another
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(partial(Histories, partial(a_database, kind, request)), settings=many)


@pytest.mark.parametrize("kind", DATABASES)
def test_any_history(request: pytest.FixtureRequest, kind: str) -> None:
    """Whatever webhooks do: after a pass all members, after a night everybody is as in HubSpot, with every click."""
    live_through(request, kind, histories=2, steps=25)


@pytest.mark.soak
@pytest.mark.parametrize("kind", DATABASES)
def test_many_histories(request: pytest.FixtureRequest, kind: str) -> None:
    """The same, in long histories."""
    live_through(request, kind, histories=10, steps=50)
