"""The command line on performance: one shape whatever is asked about, and numbers of employees only where allowed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from footlight.processes import WEB, serve
from footlight.settings import read_settings
from tests.footlight.commands import documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


@on_both
async def test_performance(installed: Path, click: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Contact, account, campaign, sender and total tell one click in one shape, day by day or hour by hour."""
    await printed("campaigns", "create", "Fair", "--image", "https://a.example/b.png", "--target", "https://a.example")
    await footlight("campaigns", "edit", "Fair", "--default")
    click("jo@acme.example")
    monkeypatch.setenv("FOOTLIGHT_SENDER_NUMBERS", "true")

    asked = (("total",), ("contact", "jo@acme.example"), ("account", "acme.example"), ("campaign", "fair"))
    for what in (*asked, ("sender", "anna@ours.example")):
        found = await printed("performance", *what)
        assert (found["views"], found["clicks"], found["unique_clickers"], found["click_rate"]) == (1, 1, 1, 1.0)
        assert [one["email"] for one in found["recent_clicks"]] == ["jo@acme.example"]
        assert sum(one["clicks"] for one in found["series"]) == 1
        if found["parts"]:
            assert shape(found) == shape(documented("performance total"))
            assert sum(one["clicks"] for one in found["parts"]) == 1
    hours = (await printed("performance", "total", "--by", "hour"))["series"]
    assert all(one["from"].endswith(":00:00Z") for one in hours)
    assert (await printed("performance", "total", "--until", "2020-01-01"))["series"] == []
    told = (await footlight("performance", "total")).out
    assert ("1 by 1 people" in told, "acme.example" in told) == (True, True)


async def test_the_api_tells_the_same(
    installed: Path, click: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API answers what the command line prints, of a target group and an employee too, from one source."""
    monkeypatch.setenv("FOOTLIGHT_SENDER_NUMBERS", "true")
    await printed("groups", "create", "Guests")
    await footlight("groups", "add", "Guests", "jo@acme.example")
    await printed("campaigns", "create", "Fair", "--image", "https://a.example/b.png", "--target", "https://a.example")
    await footlight("campaigns", "edit", "Fair", "--group", "Guests")
    click("jo@acme.example")
    same = (
        (("total", "--by", "hour"), "by=hour"),
        (("account", "acme.example"), "account=acme.example"),
        (("campaign", "Fair"), "campaign=1"),
        (("group", "Guests"), "group=1"),
        (("sender", "anna@ours.example"), "sender=1"),
    )

    async with api() as ask:
        for typed, asked in same:
            shown = await printed("performance", *typed)
            assert shown["clicks"] == 1
            assert await ask(asked) == {name: shown[name] for name in shown if name not in ("name", "parts")}, asked


@asynccontextmanager
async def api() -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
    """`await ask("campaign=1")`: what the performance's endpoint of a running process answers."""
    stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
    told = read_settings(port=0, footlight_api_key="an-api-key")
    serving = asyncio.create_task(serve(told, WEB, stop=stop, started=started.set_result))
    await asyncio.wait((serving, started), return_when=asyncio.FIRST_COMPLETED)
    try:
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer an-api-key"}) as http:

            async def ask(query: str) -> Any:
                async with http.get(f"{started.result()}/api/performance?{query}") as response:
                    return await response.json()

            yield ask
    finally:
        stop.set()
        await serving


@pytest.mark.parametrize(
    "what", [("contact", "nobody@firma.de"), ("account", "gmail.com"), ("campaign", "Nix"), ("group", "Nix")]
)
async def test_of_nothing(installed: Path, what: tuple[str, str]) -> None:
    """Who or what is not known is refused by name."""
    ran = await footlight("performance", *what)

    assert (ran.status, ran.out) == (1, "")
    assert what[1] in ran.err or "campaigns list" in ran.err


async def test_of_a_sender(installed: Path, click: Callable[..., None]) -> None:
    """The numbers of an employee are refused until the setting allows them."""
    click("jo@acme.example")

    ran = await footlight("performance", "sender", "anna@ours.example")

    assert (ran.status, ran.out) == (1, "")
    assert "FOOTLIGHT_SENDER_NUMBERS" in ran.err
