"""POST /slack/events: proof first on the raw bytes, then a guarded reading, then the disk, then Bolt."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.response import BoltResponse

from bot.dispatch import Dispatch
from bot.events import Events
from bot.payloads import Rubbish, check_request, read_form, read_json

log = structlog.get_logger()

Prove = Callable[[bytes, Mapping[str, str]], None]
"""Returns if Slack signed this body just now; else raises what the web edge answers with 401."""


class SlackEndpoint:
    """
    The handler for one aiohttp route.

    Args:
        prove: judges the bytes as received and the headers.
        malformed: makes what the web edge answers with 400, of the reason.
    """

    def __init__(
        self, events: Events, dispatch: Dispatch, *, prove: Prove, malformed: Callable[[str], Exception]
    ) -> None:
        self._events = events
        self._dispatch = dispatch
        self._prove = prove
        self._malformed = malformed

    async def receive(self, request: web.Request) -> web.Response:
        """
        200 for what was understood; an event only when it is on disk.

        Bolt is asked last: for malformed JSON, arrays or odd headers its own adapter answers 500, and logs bodies.

        Raises:
            what `prove` and `malformed` make; StoreDown, Busy: Slack must send it again. The web edge answers them.
        """
        body = await request.read()
        self._prove(body, request.headers)
        try:
            return await self._understand(body, request.content_type)
        except Rubbish as rubbish:
            raise self._malformed(f"This is nothing that Slack sends: {rubbish}.") from rubbish

    async def _understand(self, body: bytes, content_type: str) -> web.Response:
        if content_type == "application/json":
            return await self._take_json(read_json(body))
        form = read_form(body)
        if "ssl_check" in form:
            return web.Response()
        payload = read_json(form["payload"].encode()) if "payload" in form else dict[str, Any](form)
        check_request(payload)
        return _to_aiohttp(await self._dispatch.acknowledge(payload))

    async def _take_json(self, payload: dict[str, Any]) -> web.Response:
        if payload.get("type") == "url_verification":
            if not isinstance(payload.get("challenge"), str):
                raise Rubbish("a url_verification without challenge")
            return web.json_response({"challenge": payload["challenge"]})
        if payload.get("type") == "app_rate_limited":
            log.warning("Slack holds events back: more than 30,000 in an hour")
            return web.Response()
        await self._events.receive(payload)
        return web.Response()


def _to_aiohttp(answer: BoltResponse) -> web.Response:
    headers = {name: values[0] for name, values in answer.headers.items() if name.lower() == "content-type"}
    return web.Response(status=answer.status, body=(answer.body or "").encode(), headers=headers)
