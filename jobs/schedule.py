"""The schedule: THE table of jobs, and what runs them when they are due, on the leader alone."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import CollectorRegistry, Counter

from decisions.where_it_broke import where_it_broke
from jobs import reconcile, retention
from jobs.changes import read_changes
from jobs.clicks_to_hubspot import note_clicks
from jobs.context import Context
from jobs.erased_bytes import forget_erased_bytes
from jobs.events_folded import fold_events
from jobs.follows import tell_followers
from jobs.full_pass import run_if_due
from jobs.hubspot.journal import JournalClient
from jobs.journal import read_journal
from jobs.leader import Leader
from jobs.list_catalogue import read_catalogue
from jobs.named_records import read_labels
from jobs.opt_outs import carry_out_opt_outs
from jobs.paused_channels import try_paused_channels
from jobs.settle import settle_doubted_clicks
from jobs.snoozed import wake_leads
from storage import Busy, Store, StoreDown, list_catalogue
from storage.opt_outs import Hasher

log = structlog.get_logger()

# How soon another process notices that the leader is gone.
TAKE_OVER: Final = timedelta(seconds=2)
# It counts against none of HubSpot's quotas.
JOURNAL_EVERY: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Means:
    """What jobs work with."""

    store: Store
    now: Callable[[], datetime]
    hubspot: Context | None = None
    """None: HubSpot cannot be asked, so its jobs are left out."""
    reconcile_every: timedelta = timedelta(minutes=15)
    retention_months: int = 24
    journal: JournalClient | None = None
    """None: the webhooks journal is not set up."""
    hasher: Hasher | None = None
    """None: opt-outs cannot be recognised, so none can be carried out, and nobody is told of clicks directly."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again: in words, and how often. It runs first when its process takes the lead."""

    name: str
    run: Callable[[], Awaitable[object]]
    every: timedelta


def jobs(means: Means) -> tuple[Job, ...]:
    """THE table of jobs."""
    store, now, days = means.store, means.now, timedelta(days=1)
    thin_events = partial(retention.thin_events, store, now, means.retention_months)
    return (
        *(_hubspot_jobs(means.hubspot, means.reconcile_every) if means.hubspot else ()),
        *(_journal_jobs(means.hubspot, means.journal) if means.hubspot and means.journal else ()),
        *(_hasher_jobs(store, means.hasher, now) if means.hasher else ()),
        Job("settle doubted clicks", partial(settle_doubted_clicks, store, now), every=timedelta(seconds=5)),
        Job("bring back snoozed leads", partial(wake_leads, store, now), every=timedelta(minutes=1)),
        Job("count only in groups whom one is to", partial(fold_events, store, now), every=timedelta(seconds=10)),
        Job("try paused channels again", partial(try_paused_channels, store, now), every=timedelta(hours=1)),
        Job("remove the bytes of who was erased", partial(forget_erased_bytes, store), every=timedelta(minutes=1)),
        Job("thin out old views and clicks", thin_events, every=days),
        Job("forget agents older than 30 days", partial(retention.forget_agents, store, now), every=days),
        Job("forget dead letters older than 30 days", partial(retention.forget_dead_letters, store, now), every=days),
        Job("forget Slack events older than a day", partial(retention.forget_slack_events, store, now), every=days),
    )


def _hubspot_jobs(context: Context, every: timedelta) -> tuple[Job, ...]:
    return (
        Job("make imported groups equal to their HubSpot lists", partial(reconcile.run, context, every), every=every),
        Job("read what changed in HubSpot", partial(read_changes, context), every=every),
        Job("compare everything with HubSpot at night", partial(run_if_due, context), every=timedelta(hours=1)),
        Job("learn what HubSpot calls its properties", partial(read_labels, context), every=timedelta(hours=6)),
        Job("note clicks in HubSpot", partial(note_clicks, context.store, context.now), every=timedelta(minutes=10)),
        Job("know HubSpot's lists", partial(read_catalogue, context), every=list_catalogue.STALE_AFTER),
    )


def _journal_jobs(context: Context, client: JournalClient) -> tuple[Job, ...]:
    return (Job("read HubSpot's webhooks journal", partial(read_journal, context, client), every=JOURNAL_EVERY),)


def _hasher_jobs(store: Store, hasher: Hasher, now: Callable[[], datetime]) -> tuple[Job, ...]:
    carry_out = partial(carry_out_opt_outs, store, hasher, now)
    tell = partial(tell_followers, store, hasher, now)
    return (
        Job("carry out opt-outs that came by themselves", carry_out, every=timedelta(seconds=5)),
        Job("tell who follows somebody of their clicks", tell, every=timedelta(seconds=5)),
    )


class Schedule:
    """
    Runs jobs while this process leads.

    A run that is late is made once, not as often as it was missed; one that is due while the last still runs is left
    out. A job that fails is logged by name, counted, and runs again at its next turn.
    """

    def __init__(
        self, table: tuple[Job, ...], leader: Leader, registry: CollectorRegistry, take_over: timedelta = TAKE_OVER
    ) -> None:
        self._table = table
        self._leader = leader
        self._take_over = take_over
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self.runs = Counter("footlight_jobs", "Runs of jobs, by how they ended", ("job", "outcome"), registry=registry)

    async def run(self) -> None:
        """Run jobs whenever this process leads, until `stop`."""
        self._scheduler.start()
        led = False
        while not self._stopping.is_set():
            leads = await self._leader.leads()
            if leads and not led:
                self._begin()
            elif led and not leads:
                self._scheduler.remove_all_jobs()
            led = leads
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._take_over.total_seconds())

    async def stop(self, within: timedelta) -> None:
        """Begin no job any more; those that run may end `within` that time, then they are cancelled."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
            if self._running:
                await asyncio.wait(self._running, timeout=within.total_seconds())
            self._scheduler.shutdown(wait=False)  # cancels what still runs
        await self._leader.resign()

    def _begin(self) -> None:
        for job in self._table:
            self._scheduler.add_job(
                self._turn,
                "interval",
                args=[job],
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=datetime.now(UTC),
                replace_existing=True,
            )

    async def _turn(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            if await self._leader.leads():
                await job.run()
                self.runs.labels(job.name, "done").inc()
        except asyncio.CancelledError:
            log.info("job cut off by the stop", job=job.name)
        except (StoreDown, Busy) as error:
            self._failed(job, str(error))
        except Exception as error:  # noqa: BLE001 - the edge: one job's trouble must not end the others
            self._failed(job, where_it_broke(error))
        finally:
            self._running.discard(task)

    def _failed(self, job: Job, because: str) -> None:
        self.runs.labels(job.name, "failed").inc()
        log.error("job failed", job=job.name, because=because)
