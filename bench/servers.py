"""Servers to measure, each in a process of its own, pinned to the first core where the system can."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE, LOAD_CORE = "0", "1"


@contextmanager
def server(arguments: list[str], environment: Mapping[str, str], ready: str, folder: Path) -> Iterator[str]:
    """Start `arguments` with PORT set, wait until `ready` answers, and stop it at the end; gives the base URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [*pinned(SERVER_CORE), *arguments],
            env={**os.environ, **environment, "PORT": str(port)},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_ready(url + ready, process)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def bare(folder: Path) -> "Iterator[str]":
    """A bare aiohttp application that answers 302: the ceiling."""
    return server([sys.executable, "-m", "bench.bare"], {"PYTHONPATH": str(Path.cwd())}, "/c/x", folder)  # type: ignore[return-value]


def pinned(core: str) -> list[str]:
    """The words that pin a command to a core, where there are several and taskset is there."""
    return ["taskset", "-c", core] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", within: float = 30) -> None:
    """Raises: RuntimeError when the server does not come up."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.build_opener(_NoRedirect).open(url, timeout=1)
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:
            pass
        else:
            return
        time.sleep(0.05)
    raise RuntimeError(f"no server at {url}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
