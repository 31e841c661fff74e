"""The Bolt app that holds the conversations, and what becomes of those that fail."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Message, one_line
from bot.conversations import CONVERSATIONS, Kind
from bot.desk import Desk, Refused, say, say_in_channel
from bot.dispatch import SLACK_SILENT, Dispatch
from bot.homes import Homes
from bot.installations import Authorize
from bot.press import place_of
from bot.slack_errors import error_code, is_passing
from bot.texts import Texts
from decisions.where_it_broke import where_it_broke
from storage import Busy, StoreDown, dead_letters

log = structlog.get_logger()


def make_bot(desk: Desk, client: AsyncWebClient, homes: Homes, *, authorize: Authorize | None = None) -> Dispatch:
    """
    The bot, ready to be given requests.

    Args:
        client: for answers, with the bot token; its base URL is Slack's, or that of whoever speaks like it.
        authorize: by whose token each request is answered; None: by the client's.
    """
    # The client's token wins over what Bolt finds in the environment. Proofs are checked before Bolt is asked.
    with _no_oauth_of_bolts_own():
        app = AsyncApp(
            name="footlight",  # Bolt would look for one in the whole stack, which takes 20 to 50 ms
            signing_secret="",
            client=client,
            authorize=authorize,
            user_facing_authorize_error_message=Texts(desk.language).plain("not_installed_here"),
            process_before_response=True,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
        )
    app.error(_tell_of_error)
    for one in CONVERSATIONS:
        getattr(app, one.kind)(one.name)(one.listener)
    anything = re.compile(".*", re.DOTALL)
    for kind in Kind:
        getattr(app, kind)(anything)(unhandled)
    app.view_closed(anything)(unhandled)
    return Dispatch(app, {"desk": desk, "homes": homes})


@contextmanager
def _no_oauth_of_bolts_own() -> Iterator[None]:
    """Where Bolt finds these, it drops the client's token and keeps installations in files."""
    found = {name: os.environ.pop(name) for name in _BOLTS_OWN if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(found)


_BOLTS_OWN: Final = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


async def unhandled(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """What nobody handles is acknowledged: a 404 would be repeated, and counts towards being switched off."""
    await ack()
    kind = _name_of(body)
    log.info("something that no conversation handles", kind=kind)
    await desk.store.write(dead_letters.count_unknown, "slack", [kind], now=desk.now())


def _name_of(body: dict[str, Any]) -> str:
    """Type and name, which come from the app's own definitions or from Slack, and never hold what people wrote."""
    if event := body.get("event"):
        return f"event {event['type'][:80]}"
    named = body.get("callback_id") or body.get("command") or (body.get("actions") or [{}])[0].get("action_id")
    return f"{str(body.get('type', 'command'))[:80]} {str(named or (body.get('view') or {}).get('callback_id'))[:80]}"


async def _tell_of_error(
    error: Exception,
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    respond: AsyncRespond,
    desk: Desk,
) -> BoltResponse:
    """The one place where a conversation's failure becomes words for whoever began it."""
    key = _words_for(error)
    # An event that failed for a reason of ours stays unanswered, and is tried again at the next start.
    status = _STATUS.get(key, 200) if "event" in body else 200
    if key in _STATUS:
        code = error_code(error) if isinstance(error, SlackApiError) else ""
        log.error("a conversation failed", code=code, what=_name_of(body), where=where_it_broke(error))
    if status == SLACK_SILENT and context.get("comes_again"):
        return BoltResponse(status=status, body="")
    texts = Texts(error.person.language if isinstance(error, Refused) else await _language(desk, context))
    told = texts(key)
    try:
        await _tell(body, client, respond, one_line(told), texts)
    except (SlackApiError, OSError, TimeoutError) as trouble:
        log.warning("nobody could be told of a failure", error=type(trouble).__name__)
    return BoltResponse(status=status, body="")


_STATUS: Final = {"something_failed": 500, "slack_silent": SLACK_SILENT}


def _words_for(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.because
    if isinstance(error, StoreDown | Busy):
        return "store_down"
    return "slack_silent" if is_passing(error) else "something_failed"


async def _language(desk: Desk, context: AsyncBoltContext) -> str:
    if context.authorize_result is None:  # it is Slack itself that does not answer
        return desk.language
    try:
        return (await desk.person(context)).language
    except (SlackApiError, OSError, TimeoutError):
        return desk.language


async def _tell(
    body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond, message: Message, texts: Texts
) -> None:
    if body.get("event"):
        await say_in_channel(client, body["event"], message, texts)
    elif respond.response_url:
        await say(respond, message)
    elif "view" in body:
        place = place_of(body["view"])
        if place is not None:
            await place.say(message)
