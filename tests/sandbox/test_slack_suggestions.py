"""Selects that search: the app is asked from the first character that counts, and its answer is checked."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from sandbox.sample_data.workspace import ANNA, sample_workspace
from sandbox.slack import Modal, SlackSandbox
from sandbox.slack.suggestions import Unsuitable, with_offers

FOUND = [{"text": {"type": "plain_text", "text": f"List {number}"}, "value": str(number)} for number in range(2)]


class App:
    """Answers every search with `answer`; `asked` are the payloads."""

    def __init__(self) -> None:
        self.answer: Any = {"options": FOUND}
        self.asked: list[str] = []

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append(str((await request.post())["payload"]))
        return web.json_response(self.answer)


@pytest.fixture
async def app() -> AsyncIterator[tuple[App, SlackSandbox, Modal]]:
    """An app, a Slack, and a modal with two selects on Anna's screen."""
    served = App()
    application = web.Application()
    application.router.add_post("/slack/events", served.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    async with SlackSandbox(sample_workspace(), bot_token="xoxb", signing_secret="s", app_url=url) as slack:
        modal = Modal("V1", ANNA, {"type": "modal", "blocks": [_select("any", 0), _select("three", None)]}, "hash")
        slack.workspace.stacks[ANNA] = [modal]
        yield served, slack, modal
    await runner.cleanup()


def _select(name: str, least: int | None) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "external_select", "action_id": name}
    told = element | ({} if least is None else {"min_query_length": least})
    return {"type": "input", "block_id": name, "label": {"type": "plain_text", "text": "?"}, "element": told}


async def test_the_app_is_asked(app: tuple[App, SlackSandbox, Modal]) -> None:
    """It hears what was typed, of whom, in which select; what it offers can be chosen on the page."""
    served, slack, modal = app

    assert await slack.people.suggest(ANNA, "V1", "any", "li") == FOUND

    assert '"type": "block_suggestion"' in served.asked[0]
    assert '"value": "li"' in served.asked[0]
    assert with_offers(modal)[0]["element"]["options"] == FOUND


async def test_too_little_typed(app: tuple[App, SlackSandbox, Modal]) -> None:
    """Without another word Slack asks from three characters on."""
    served, slack, _ = app

    assert await slack.people.suggest(ANNA, "V1", "three", "li") == []
    assert served.asked == []
    assert await slack.people.suggest(ANNA, "V1", "three", "lis") == FOUND


@pytest.mark.parametrize("answer", [None, {"options": FOUND * 51}, {"options": [{"value": "1"}]}, {"choices": []}])
async def test_answers_that_slack_refuses(answer: Any, app: tuple[App, SlackSandbox, Modal]) -> None:
    """More than a hundred, options without text, or something else is no answer."""
    served, slack, _ = app
    served.answer = answer

    with pytest.raises(Unsuitable):
        await slack.people.suggest(ANNA, "V1", "any")
