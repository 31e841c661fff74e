"""What Slack's errors mean for a message that is owed: wait, look, stop and tell somebody, or our own mistake."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from decisions.retries import Failure
from storage.carriers import Lost, NotSent, Pause

A_WHILE: Final = timedelta(seconds=30)
LONG: Final = timedelta(hours=1)

# Source: Slack's method pages of chat.postMessage and chat.update, and what each code asks of somebody.
CLOSED: Final[Mapping[str, str]] = {
    "channel_not_found": "the channel is gone, or private without us: invite the bot with /invite",
    "is_archived": "the channel is archived: unarchive it, or choose another",
    "is_inactive": "the channel is archived or frozen: unarchive it, or choose another",
    "not_in_channel": "the bot is not in the channel: invite it with /invite",
    "restricted_action": "a policy of the workspace keeps us from posting there: ask a workspace admin",
    "restricted_action_read_only_channel": "only some people may post in this channel: allow the bot too",
    "restricted_action_thread_only_channel": "this channel takes answers in threads only: choose another",
    "restricted_action_non_threadable_channel": "this channel takes no threads: choose another",
    "restricted_action_thread_locked": "the thread is locked",
    "no_permission": "the bot may not post there: ask a workspace admin",
    "ekm_access_denied": "the organisation's key management suspends posting: ask its admin",
    "access_denied": "the bot may not post there: ask a workspace admin",
    "messages_tab_disabled": "the app's Messages tab is off: install the manifest again",
    "account_inactive": "the app was uninstalled, or its workspace is gone: install it again",
    "token_revoked": "the bot token was revoked: install the app again, and set SLACK_BOT_TOKEN",
    "token_expired": "the bot token has expired: set SLACK_BOT_TOKEN",
    "invalid_auth": "Slack does not know the bot token: set SLACK_BOT_TOKEN",
    "not_authed": "there is no bot token: set SLACK_BOT_TOKEN",
    "missing_scope": "the app lacks a permission: install the manifest again",
    "org_login_required": "the workspace is being moved into an organisation; this passes",
    "team_added_to_org": "the workspace is being moved into an organisation; this passes",
    "team_access_not_granted": "the app may not work in this workspace: ask the organisation's admin",
}
BUSY: Final = frozenset({"ratelimited", "rate_limited"})
# Slack answers so when it may have done it all the same.
UNSURE: Final = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
# The message that was to be renewed is not there any more, or not ours to change.
NO_MESSAGE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"})


def error_code(error: SlackApiError) -> str:
    """Slack's code, empty where the answer was no JSON (a page of a proxy, or an answer of 5xx)."""
    data = error.response.data
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def closed(code: str) -> str:
    """Why nothing can be posted, with the way to mend it; `code` is one of `CLOSED`."""
    return f"{code}: {CLOSED[code]}"


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
