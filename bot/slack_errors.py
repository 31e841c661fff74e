"""What Slack's errors mean for a message that is owed: wait, look, stop and tell somebody, or our own mistake."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.texts import Texts
from decisions.retries import Failure
from storage.carriers import Lost, NotSent, Pause

A_WHILE: Final = timedelta(seconds=30)
LONG: Final = timedelta(hours=1)

# What each code means and asks of somebody, as a key of the texts. Source: Slack's pages of chat.postMessage and
# chat.update.
CLOSED: Final[Mapping[str, str]] = {
    "channel_not_found": "closed_not_found",
    "is_archived": "closed_archived",
    "is_inactive": "closed_frozen",
    "not_in_channel": "closed_not_in",
    "restricted_action": "closed_policy",
    "restricted_action_read_only_channel": "closed_read_only",
    "restricted_action_thread_only_channel": "closed_thread_only",
    "restricted_action_non_threadable_channel": "closed_no_threads",
    "restricted_action_thread_locked": "closed_thread_locked",
    "no_permission": "closed_no_permission",
    "ekm_access_denied": "closed_keys",
    "access_denied": "closed_no_permission",
    "messages_tab_disabled": "closed_messages_tab",
    "account_inactive": "closed_uninstalled",
    "token_revoked": "closed_token_revoked",
    "token_expired": "closed_token_expired",
    "invalid_auth": "closed_token_unknown",
    "not_authed": "closed_token_missing",
    "missing_scope": "closed_scope",
    "org_login_required": "closed_moving",
    "team_added_to_org": "closed_moving",
    "team_access_not_granted": "closed_workspace",
    # No codes of Slack's: we do not ask it to post there.
    "is_ext_shared": "closed_shared",
    "not_installed": "closed_not_installed",
}
BUSY: Final = frozenset({"ratelimited", "rate_limited"})
# Slack answers so when it may have done it all the same.
UNSURE: Final = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
# The message that was to be renewed is not there any more, or not ours to change.
NO_MESSAGE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"})
# The message under which it was to stand is not there any more.
NO_THREAD: Final = "cannot_reply_to_message"


# There is nobody of ours in the conversation that was to be answered, or not the one who asked any more.
NOT_THERE: Final = frozenset({"not_in_channel", "user_not_in_channel", "channel_not_found"})


def is_passing(error: Exception) -> bool:
    """Whether Slack may answer if it is asked again in a while; it may have done it all the same."""
    if not isinstance(error, SlackApiError):
        return isinstance(error, TimeoutError | aiohttp.ClientError | ConnectionError)
    code, status = error_code(error), int(error.response.status_code)
    return status == 429 or status >= 500 or not code or code in BUSY | UNSURE


def error_code(error: SlackApiError) -> str:
    """Slack's code, empty where the answer was no JSON (a page of a proxy, or an answer of 5xx)."""
    data = error.response.data
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def closed(code: str) -> str:
    """Why nothing can be posted, with the way to mend it, in English; `code` is one of `CLOSED`."""
    return f"{code}: {Texts('en').plain(CLOSED[code])}"


def closed_in(texts: Texts, because: str) -> str | None:
    """What `closed` said, in another language; None for a reason of another kind."""
    code = because.partition(":")[0]
    return f"{code}: {texts.plain(CLOSED[code])}" if code in CLOSED else None


def meaning(error: SlackApiError) -> NotSent | Lost | Pause:
    """What follows from an error of chat.postMessage or chat.update."""
    code, status = error_code(error), int(error.response.status_code)
    if status == 429 or code in BUSY:
        return NotSent(Failure("Slack asks us to wait", wait=_retry_after(error.response.headers)))
    if status >= 500 or code in UNSURE or not code:
        return Lost(f"Slack answered {code or status}")
    if code in CLOSED:
        return Pause(closed(code))
    if code == "message_limit_exceeded":
        return NotSent(Failure("the workspace's limit of messages is reached", wait=LONG))
    return NotSent(Failure(f"Slack refused what we made: {code}", lasting=True), alone=True)


def _retry_after(headers: Mapping[str, Any]) -> timedelta:
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = str(told[0] if isinstance(told, list) and told else told)
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 7 else A_WHILE
