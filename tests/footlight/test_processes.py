"""The processes from within: where they answer, what they tell of themselves, and that they end."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from footlight.listening import CannotListen, listening, local_url
from footlight.processes import BOT, RUN, WEB, WORKER, Parts, serve
from footlight.settings import read_settings
from tests.footlight.commands import KEY, run_here

pytestmark = pytest.mark.usefixtures("logs_undone")
API_KEY = "an-api-key"


@asynccontextmanager
async def running(parts: Parts, **settings: Any) -> AsyncIterator[str | None]:
    """These parts, until the block ends; gives their address."""
    stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
    told = read_settings(footlight_secret_key=KEY, **settings)
    serving = asyncio.create_task(serve(told, parts, stop=stop, started=started.set_result))
    await asyncio.wait((serving, started), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    yield started.result()
    stop.set()
    async with asyncio.timeout(30):
        await serving


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status, (await response.read()).decode(errors="replace")


async def test_links_of_a_free_port(alone: Path) -> None:
    """With PORT=0 and no public URL, the links in mails begin with the address that was really bound."""
    asked = {"sender": "anna@ours.example", "recipients": ["max@firma.example"]}
    async with running(WEB, port=0, footlight_api_key=API_KEY) as address, aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with http.post(f"{address}/api/signatures", json=asked, headers=headers) as response:
            (banner,) = (await response.json())["banners"]

        assert banner["image_url"].startswith(f"{address}/b/")
        assert (await get(banner["image_url"]))[0] == 200


@pytest.mark.parametrize(("parts", "metric"), [(WORKER, "footlight_jobs_total"), (BOT, "footlight_accepted_total")])
async def test_metrics_of_worker_and_bot(alone: Path, parts: Parts, metric: str) -> None:
    """Worker and bot answer /metrics, /readyz and /healthz on a port of their own, and nothing else."""
    async with running(parts, footlight_metrics_port=0) as address:
        assert f"# TYPE {metric} counter" in (await get(f"{address}/metrics"))[1]
        status, told = await get(f"{address}/readyz")
        assert (status, set(json.loads(told)["checks"].values())) == (200, {"ok"})
        assert (await get(f"{address}/healthz"))[0] == 200
        assert (await get(f"{address}/c/x"))[0] == 404


@pytest.mark.parametrize("parts", [WEB, WORKER])
async def test_metrics_are_prometheus(alone: Path, parts: Parts) -> None:
    """Every metric has a help text, a counter's name ends with _total, a time's with _seconds, a size's with _bytes."""
    async with running(parts, port=0, footlight_metrics_port=0, footlight_api_key=API_KEY) as address:
        await get(f"{address}/c/x")
        families = list(text_string_to_metric_families((await get(f"{address}/metrics"))[1]))

    names = {sample.name for family in families for sample in family.samples if family.type == "counter"}
    assert [name for name in names if not name.endswith("_total")] == []
    assert [one.name for one in families if not one.documentation or one.type == "unknown"] == []
    assert {one.name for one in families if not one.name.startswith("footlight_")} >= {"process_resident_memory_bytes"}
    assert [one.name for one in families if one.type == "histogram" and not one.name.endswith("_seconds")] == []
    assert [one.name for one in families if one.name.endswith("_created")] == []


async def test_slack_is_down_at_the_start(alone: Path) -> None:
    """With Socket Mode and no Slack to be reached, everything else runs, and /readyz says what is missing."""
    nowhere = {"slack_base_url": "http://127.0.0.1:9/api", "slack_bot_token": "xoxb-x", "slack_app_token": "xapp-x"}
    async with running(RUN, port=0, **nowhere) as address:
        status, told = await get(f"{address}/readyz")

    assert status == 503
    assert json.loads(told)["checks"] == {
        "store": "ok",
        "tracking": "ok",
        "worker": "ok",
        "slack": "the socket to Slack is not connected",
    }


async def test_bot_without_app_token(alone: Path) -> None:
    """Without SLACK_APP_TOKEN the bot says which process does its work, and waits until it is stopped."""
    with capture_logs() as told:
        async with running(BOT, slack_base_url="http://127.0.0.1:9/api", slack_bot_token="xoxb-x"):
            pass

    (waiting,) = (one["event"] for one in told if "SLACK_APP_TOKEN" in one["event"])
    assert waiting.startswith("waiting")
    assert "footlight web" in waiting


async def test_no_port_unless_it_is_set(alone: Path) -> None:
    """Without the setting a worker listens nowhere."""
    async with running(WORKER) as address:
        assert address is None


async def test_stop_while_starting(alone: Path) -> None:
    """A stop that comes before everything runs is obeyed as well."""
    stop = asyncio.Event()
    stop.set()

    async with asyncio.timeout(30):
        await serve(read_settings(port=0), WEB, stop=stop)


@pytest.mark.parametrize(("verb", "setting"), [("web", "PORT"), ("worker", "FOOTLIGHT_METRICS_PORT")])
def test_port_in_use(alone: Path, monkeypatch: pytest.MonkeyPatch, verb: str, setting: str) -> None:
    """A port that somebody else has ends the start with status 1 and the setting that chooses another one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv(setting, str(taken.getsockname()[1]))
        ran = run_here(verb)

    assert ran.status == 1
    assert f"is in use: stop the process that listens there, or set {setting} to another one" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_host_of_somebody_else(host: str) -> None:
    """An address that is none of this machine's is refused, with the setting to change."""
    with pytest.raises(CannotListen, match="FOOTLIGHT_HOST"), listening(host, 0, setting="PORT"):
        pass


@pytest.mark.parametrize(
    ("host", "begins"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        ("localhost", "http://"),
        ("::1", "http://[::1]:"),
    ],
)
def test_local_address(host: str, begins: str, has_ipv6: Callable[[], bool]) -> None:
    """Whatever we listen on, the address that is told can be called from this machine."""
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with listening(host, 0, setting="PORT") as sockets:
        url = local_url(sockets)
        assert url.startswith(begins)
        assert len({one.getsockname()[1] for one in sockets}) == 1
        with socket.create_connection(
            (url.removeprefix("http://").rpartition(":")[0].strip("[]"), int(url.rpartition(":")[2]))
        ):
            pass


@pytest.fixture
def has_ipv6() -> Callable[[], bool]:
    def bound() -> bool:
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6):
                return True
        except OSError:
            return False

    return bound
