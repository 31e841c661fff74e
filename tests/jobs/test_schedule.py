"""Jobs run on one process at a time, again and again, and what fails does not stop."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from structlog.testing import capture_logs

from jobs.leader import Leader
from jobs.schedule import Job, Means, Schedule, jobs
from storage import Session, Store, StoreDown, dead_letters
from storage.dead_letters import DeadLetterTold
from tests.jobs.conftest import Until, counted
from tests.jobs.wall import utc_now

SOON = timedelta(milliseconds=20)
Start = Callable[..., Schedule]


@pytest.fixture
async def start(store: Store, other_store: Store) -> AsyncIterator[Start]:
    """Starts schedules, and stops them at the end."""
    started: list[tuple[Schedule, asyncio.Task[None]]] = []

    def begin(*table: Job, over: Store = store) -> Schedule:
        schedule = Schedule(table, Leader(over), CollectorRegistry(), take_over=SOON)
        started.append((schedule, asyncio.create_task(schedule.run())))
        return schedule

    yield begin
    for schedule, running in started:
        await schedule.stop(timedelta(0))
        await running


def counting(name: str = "count") -> tuple[Job, list[None]]:
    runs: list[None] = []

    async def run() -> None:
        runs.append(None)

    return Job(name, run, every=SOON), runs


async def test_again_and_again(start: Start, until: Until) -> None:
    """A job runs when its process takes the lead, and at its interval."""
    job, runs = counting()
    start(job)

    await until(lambda: len(runs) >= 3)


async def test_failure_stops_nothing(start: Start, until: Until) -> None:
    """A job that fails is counted and runs again, and the others go on; where it broke is logged, without its words."""

    async def fail() -> None:
        raise ValueError("max@firma.example")

    async def down() -> None:
        raise StoreDown("the disk is full")

    job, runs = counting()
    with capture_logs() as logged:
        schedule = start(Job("fail", fail, every=SOON), Job("down", down, every=SOON), job)
        await until(
            lambda: all(counted(schedule.runs, name, "failed") >= 2 for name in ("fail", "down")) and len(runs) >= 2
        )

    assert counted(schedule.runs, "fail", "done") == 0
    told = next(line["because"] for line in logged if line.get("job") == "fail")
    assert told.startswith("ValueError at jobs.schedule:")
    assert "max" not in told


async def test_slow_job_runs_once_at_a_time(start: Start, until: Until) -> None:
    """A job that takes longer than its interval does not run beside itself."""
    inside, most, ended = 0, 0, 0

    async def slow() -> None:
        nonlocal inside, most, ended
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.1)
        inside -= 1
        ended += 1

    start(Job("slow", slow, every=SOON))
    await until(lambda: ended >= 2)

    assert most == 1


async def test_one_leader(start: Start, other_store: Store, until: Until) -> None:
    """Of two processes one runs the jobs; when it resigns, the other takes over."""
    first, firsts = counting()
    second, seconds = counting()
    leading = start(first)
    await until(lambda: firsts)
    start(second, over=other_store)
    await until(lambda: len(firsts) >= 5)
    assert seconds == []

    await leading.stop(timedelta(seconds=5))
    await until(lambda: seconds)


async def test_leader_that_is_killed(store: Store, database_url: str, until: Until) -> None:
    """When the leader is killed, another process leads at once."""
    holding = "import sys; from storage import open_store; from storage.leadership import leader_lock as lock"
    script = f"{holding}; held = lock(open_store(sys.argv[1])); print(held.hold(), flush=True); sys.stdin.read()"
    pipe = asyncio.subprocess.PIPE
    leader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, database_url, stdin=pipe, stdout=pipe, env=os.environ | {"PYTHONPATH": "."}
    )
    assert leader.stdout is not None
    assert await leader.stdout.readline() == b"True\n"
    mine = Leader(store)
    assert not await mine.leads()

    leader.send_signal(signal.SIGKILL)
    await leader.wait()

    await until(mine.leads)
    await mine.resign()


async def test_lost_connection_loses_the_lead(store: Store, database_url: str, until: Until) -> None:
    """A leader whose connection to PostgreSQL is cut does not believe that it still leads, but takes the lead anew."""
    if not database_url.startswith("postgresql"):
        pytest.skip("a file lock has no connection to lose")
    leader, other = Leader(store), Leader(store)
    assert await leader.leads()
    assert not await other.leads()
    await store.write(_cut_locks)

    await until(other.leads)
    assert not await leader.leads()
    await other.resign()


def _cut_locks(session: Session) -> None:
    session.execute(
        text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()")
    )


async def test_clean_stop(start: Start, until: Until) -> None:
    """A stop lets a running job end and begins none; what takes too long is cancelled."""
    ended: list[str] = []
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(0.1)
        ended.append("done")

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    schedule = start(Job("work", work, every=timedelta(hours=1)), Job("never", never, every=timedelta(hours=1)))
    await begun.wait()
    await schedule.stop(timedelta(seconds=0.5))
    await until(lambda: len(ended) == 2)

    assert ended == ["done", "cancelled"]


async def test_retention(store: Store) -> None:
    """The table's own jobs run: what is old is forgotten."""
    now = utc_now()
    letter = DeadLetterTold("hubspot", "x", "y")
    await store.write(dead_letters.bury, [letter], now=now - timedelta(days=31))
    await store.write(dead_letters.bury, [letter], now=now - timedelta(days=29))

    run: dict[str, Callable[[], Awaitable[object]]] = {job.name: job.run for job in jobs(Means(store, utc_now))}
    forgotten = {name: await run[name]() for name in run if name.startswith("forget")}

    assert [number for name, number in forgotten.items() if "dead letters" in name] == [1]
    assert sum(map(int, forgotten.values())) == 1
    assert len(await store.read(dead_letters.newest, 9)) == 1
