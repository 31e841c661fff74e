"""The processes as an operator meets them: start, second start, stop, and commands beside them."""

import asyncio
import json
from time import monotonic

import pytest

from sandbox.sample_data import workspace as sample
from sandbox.slack import SlackSandbox
from tests.journeys.conftest import APP_TOKEN, Product, until

TARGET = "https://nordwerk.example/fair"
LOUDER = "https://nordwerk.example/louder"


async def clicks_of(product: Product, email: str) -> int:
    """The clicks that are stored of a person."""
    query = "SELECT count(*) FROM event e JOIN address a ON a.id = e.address_id WHERE e.kind = 2 AND a.email = "
    return int((await product.rows(f"{query}'{email}'"))[0][0])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_second_run_says_who_runs(product: Product) -> None:
    """A second `footlight run` on the same file exits 1 and names the process and the address of the first."""
    await product.start()
    second = await product.command("run")
    assert second.status == 1
    assert f"process {product.running['run'].pid} at {product.url}" in second.err
    assert await product.is_ready()


async def test_stop_finishes_what_is_under_way(product: Product, slack: SlackSandbox) -> None:
    """SIGTERM: requests that came in are answered, what they said is on disk, and every process exits 0 in time."""
    await product.show("Fair", TARGET, is_default=True)
    await product.start()
    links = [await product.link(f"stranger{number}@elsewhere.example") for number in range(10)]
    slack.faults.only, slack.faults.slow = "chat.postMessage", 1.0
    await product.follow(links[0])
    await until(lambda: slack.requests["chat.postMessage"], "the first lead is being posted")

    began = monotonic()
    following = [asyncio.create_task(product.follow(link)) for link in links]
    await asyncio.wait(following, return_when=asyncio.FIRST_COMPLETED)
    statuses = await product.stop()

    assert set(statuses.values()) == {0}
    assert monotonic() - began < 20
    ends = await asyncio.gather(*following, return_exceptions=True)
    answered = [number for number, end in enumerate(ends) if end == TARGET]
    assert answered
    for number in answered:
        assert await clicks_of(product, f"stranger{number}@elsewhere.example") >= 1
    assert len(slack.workspace.messages[sample.LEADS]) == 1
    await product.launch(product.parts[-1])
    await until(lambda: len(slack.workspace.messages[sample.LEADS]) >= 2, "the next lead is posted after the restart")
    texts = [message.text for message in slack.workspace.messages[sample.LEADS]]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_bot_takes_socket_mode(product: Product, slack: SlackSandbox) -> None:
    """With an app token Slack is answered over the bot's socket; a web process beside it takes nothing of Slack's."""
    product.settings["SLACK_APP_TOKEN"] = APP_TOKEN
    await product.start("web")
    await product.launch("bot")
    await until(lambda: bool(slack.deliveries.sockets), "the bot is connected")
    assert (await slack.people.direct(sample.ANNA, "nobody@elsewhere.example")).is_ack
    await until(lambda: "nobody@elsewhere.example" in _said_to(slack, sample.ANNA), "the bot answers")
    async with product.http.post(product.url + "/slack/events", data=b"{}") as refused:
        assert refused.status == 404
    assert set((await product.stop()).values()) == {0}


def _said_to(slack: SlackSandbox, user: str) -> str:
    said = slack.workspace.messages[slack.workspace.direct(user).id]
    return json.dumps([[message.text, message.blocks] for message in said if message.user != user])


async def test_commands_beside_what_runs(product: Product) -> None:
    """While clicks pour in, a command pauses a campaign and opts a person out; both hold from the next request on."""
    await product.show("Fair", TARGET, is_default=True)
    await product.show("Louder", LOUDER, accounts=("elsewhere.example",))
    await product.start()
    link, steady = await product.link("stranger@elsewhere.example"), await product.link("other@firma.example")
    assert await product.follow(link) == LOUDER
    is_over = asyncio.Event()

    async def click_on() -> int:
        clicks = 0
        while not is_over.is_set():
            assert await product.follow(steady) == TARGET
            clicks += 1
        return clicks

    clicking = [asyncio.create_task(click_on()) for _ in range(2)]
    await product.do("campaigns", "pause", "Louder")
    assert await product.follow(await product.link("third@elsewhere.example")) == TARGET
    await product.do("optout", "stranger@elsewhere.example")
    assert await product.follow(link) is not None
    is_over.set()

    followed = sum(await asyncio.gather(*clicking))
    assert followed > 10

    async def are_counted() -> bool:  # who clicks a slow store lands at once, and is counted when it could be written
        return await clicks_of(product, "other@firma.example") == followed

    await until(are_counted, "every click is counted once")
    assert await clicks_of(product, "stranger@elsewhere.example") == 1
