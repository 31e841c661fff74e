"""POST /slack/events: proof first on the raw bytes, then a guarded reading, then the disk, then Bolt."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from aiohttp import web
from slack_bolt.response import BoltResponse

from bot.dispatch import Dispatch
from bot.events import Events
from bot.payloads import Rubbish, check_request, read_form, read_json
from storage import Busy, StoreDown

log = structlog.get_logger()

LARGEST_BODY: Final = 1024 * 1024

Check = Callable[[bytes, Mapping[str, str]], str | None]
"""Why this request is not proven to come from Slack; None: it is."""


class SlackEndpoint:
    """
    The handler for one aiohttp route.

    Args:
        why_not_proven: judges the bytes as received and the headers; None: Slack signed them just now.
    """

    def __init__(self, events: Events, dispatch: Dispatch, why_not_proven: Check) -> None:
        self._events = events
        self._dispatch = dispatch
        self._why_not_proven = why_not_proven

    async def receive(self, request: web.Request) -> web.Response:
        """
        200 for what was understood (an event only when it is on disk), 400 for rubbish, 401 without proof, 413, 503.

        Bolt is asked last: for malformed JSON, arrays or odd headers its own adapter answers 500, and logs bodies.
        """
        body = await _body(request)
        if body is None:
            return _refused(413, f"at most {LARGEST_BODY} bytes")
        if because := self._why_not_proven(body, request.headers):
            log.info("request to /slack/events refused", because=because)
            return _refused(401, because)
        try:
            return await self._understand(body, request.content_type)
        except Rubbish as rubbish:
            return _refused(400, str(rubbish))
        except (StoreDown, Busy) as error:
            log.warning("a Slack event could not be kept; Slack will send it again", because=str(error))
            return _refused(503, "the store does not answer; send it again")

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


async def _body(request: web.Request) -> bytes | None:
    """The body; None when it is too large, whatever its header says."""
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > LARGEST_BODY:
            return None
    return bytes(read)


def _to_aiohttp(answer: BoltResponse) -> web.Response:
    headers = {name: values[0] for name, values in answer.headers.items() if name.lower() == "content-type"}
    return web.Response(status=answer.status, body=(answer.body or "").encode(), headers=headers)


def _refused(status: int, because: str) -> web.Response:
    return web.json_response({"error": because}, status=status)
