"""`footlight run`, `web`, `worker`, `bot`, `demo`, `check`: starting Footlight, and asking how it is."""

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from footlight.cli.command import log_errors_only
from footlight.cli.printing import AsJson, complaints, console, print_json
from footlight.embedded import only_one
from footlight.logging import set_up_logging
from footlight.processes import BOT, RUN, WEB, WORKER, Parts, serve
from footlight.settings import Settings, read_settings

log = structlog.get_logger()

LONGEST_STOP_SECONDS: Final = 9.0
GARBAGE_EVERY: Final = 10_000


def run() -> None:
    """Everything in one process: the embedded default."""
    settings = _settings()
    if not settings.is_sqlite:
        _serve(settings, RUN)
        return
    with only_one(settings.footlight_database_url) as tell_address:
        _serve(settings, RUN, tell_address)


def web() -> None:
    """The endpoints: webhooks, clicks, banners, the API. Any number of these."""
    _serve(_settings(), WEB)


def worker() -> None:
    """Jobs and deliveries. Any number; one leads."""
    _serve(_settings(), WORKER)


def bot() -> None:
    """Slack by Socket Mode."""
    _serve(_settings(), BOT)


def _settings() -> Settings:
    settings = read_settings()
    set_up_logging(secrets=settings.secrets)
    return settings


def _serve(settings: Settings, parts: Parts, tell_address: Callable[[str | None], object] = lambda _: None) -> None:
    def started(address: str | None) -> None:
        tell_address(address)
        _keep_what_is_here()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            runner.get_loop().add_signal_handler(number, _stop, stop)
        runner.run(serve(settings, parts, stop=stop, started=started))
    logging.shutdown()


def _stop(stop: asyncio.Event) -> None:
    if not stop.is_set():
        stop.set()
        last_resort = threading.Timer(LONGEST_STOP_SECONDS, _give_up)
        last_resort.daemon = True
        last_resort.start()


def _give_up() -> None:
    """The database does not answer, or whatever it is: nothing that was acknowledged is lost by ending now."""
    waiting = [thread.name for thread in threading.enumerate() if thread.is_alive() and not thread.daemon]
    log.error("ended although something still waits for an answer", threads=waiting)
    logging.shutdown()
    os._exit(1)


def _keep_what_is_here() -> None:
    # Looking through all that the imports made takes Python 80 ms, and every click that arrives meanwhile waits.
    gc.collect()
    gc.freeze()
    # A batch of clicks makes thousands of objects and no circles: to look for these at every 700th costs 5 %.
    gc.set_threshold(GARBAGE_EVERY)


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    """uvloop's loop, where there is one: with hundreds of connections it answers a third faster."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


_MARKS = {"well": "✓", "off": "–", "ill": "✗"}


def check(
    *,
    recount: Annotated[bool, typer.Option("--recount", help="Also recount all numbers from what they count.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is missing or ill, and how to mend it."""
    from footlight.check import State, all_checks

    log_errors_only()
    findings = asyncio.run(all_checks(recount_too=recount))
    if as_json:
        print_json(findings)
    else:
        for one in findings:
            console.print(f"{_MARKS[one.state]} {one.about}: {one.told}", markup=False, soft_wrap=True)
    if any(one.state is State.ILL for one in findings):
        raise typer.Exit(1)


def demo(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over, without the data of the last time.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".demo"),
    port: Annotated[int, typer.Option(help="The page's port; 0: any free one.")] = 8700,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """The whole product with a sandbox HubSpot and Slack; no account needed."""
    from footlight.demo import run_demo

    set_up_logging(as_json=False, level=logging.WARNING)  # the page tells the rest, to people
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"{folder.absolute()} cannot be made ({error.strerror}): choose another one with --folder"
        raise typer.BadParameter(told, param_hint="--folder") from error
    complaints.print("Starting the demo ...")
    asyncio.run(run_demo(folder, fresh=fresh, port=port, open_page=open_page))
