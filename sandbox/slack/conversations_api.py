"""The Web API's methods on conversations: finding, joining, and reading what was written."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sandbox.slack.call import SCOPE_FAMILIES, Call, Json, SlackError, ok, warned
from sandbox.slack.messages_api import shown
from sandbox.slack.workspace import BOT_USER, Channel, Message, Workspace

HISTORY_PAGE, LIST_PAGE = 999, 1_000
MOST_IN_A_GROUP = 8
_TS = re.compile(r"\d{1,12}(\.\d{1,6})?")
Item = TypeVar("Item")


def history(call: Call) -> Json:
    channel = _readable(call)
    stream = call.workspace.messages[channel.id]
    in_channel = [
        one for one in stream if one.only_for is None and (one.is_broadcast or one.thread_ts in (None, one.ts))
    ]
    window = Window.of(call)
    return _messages(call, [one for one in reversed(in_channel) if one in window])


def replies(call: Call) -> Json:
    channel = _readable(call)
    parent = call.workspace.find(channel.id, call.require("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    window = Window.of(call)
    answers = [one for one in call.workspace.replies(parent) if one in window]
    return _messages(call, [parent, *answers])


def _readable(call: Call) -> Channel:
    channel = call.channel("history")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


@dataclass(frozen=True)
class Window:
    """The time between `oldest` and `latest`, in microseconds; the ends belong to it only when `inclusive`."""

    oldest: int | None
    latest: int | None
    inclusive: bool

    @classmethod
    def of(cls, call: Call) -> "Window":
        """Raises: SlackError."""
        return cls(_time(call, "oldest"), _time(call, "latest"), call.flag("inclusive"))

    def __contains__(self, message: Message) -> bool:
        at = _micros(message.ts)
        if self.inclusive and at in (self.oldest, self.latest):
            return True
        return (self.oldest is None or self.oldest < at) and (self.latest is None or at < self.latest)


def _time(call: Call, name: str) -> int | None:
    if not (given := call.text(name)):
        return None
    if not _TS.fullmatch(given):
        raise SlackError(f"invalid_ts_{name}")
    return _micros(given)


def _micros(ts: str) -> int:
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest.ljust(6, "0") or 0)


def _messages(call: Call, messages: list[Message]) -> Json:
    page, following = _page(call, messages, 100, HISTORY_PAGE, lambda one: one.ts)
    told = [shown(call.workspace, one, with_metadata=call.flag("include_all_metadata")) for one in page]
    return ok(messages=told, has_more=bool(following), pin_count=0, response_metadata={"next_cursor": following})


def _page(
    call: Call, items: Sequence[Item], default: int, most: int, key: Callable[[Item], str]
) -> tuple[Sequence[Item], str]:
    """A page and the cursor of the next; a cursor names the item to begin with, so that new items move nothing."""
    start = 0
    if cursor := call.text("cursor"):
        wanted = _uncovered(cursor)
        start = next((place for place, item in enumerate(items) if key(item) == wanted), -1)
        if start < 0:
            raise SlackError("invalid_cursor")
    end = start + call.count("limit", default, most)
    following = b64encode(f"next:{key(items[end])}".encode()).decode() if end < len(items) else ""
    return items[start:end], following


def _uncovered(cursor: str) -> str:
    try:
        return b64decode(cursor, validate=True).decode().removeprefix("next:")
    except ValueError:
        raise SlackError("invalid_cursor") from None


def conversation_info(call: Call) -> Json:
    return ok(channel=described(call.workspace, call.channel("read"), with_members=call.flag("include_num_members")))


def conversations_list(call: Call) -> Json:
    kinds = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
    wanted = call.ids("types") or ["public_channel"]
    if not kinds.keys() >= set(wanted):
        raise SlackError("invalid_types")
    for name in wanted:
        call.require_scope(f"{SCOPE_FAMILIES.get(kinds[name], 'mpim')}:read")
    channels = [
        one
        for one in call.workspace.channels.values()
        if one.kind in {kinds[name] for name in wanted}
        and (one.kind == "public" or BOT_USER in one.members)
        and not (one.is_archived and call.flag("exclude_archived"))
    ]
    page, following = _page(call, channels, 100, LIST_PAGE, lambda one: one.id)
    told = [described(call.workspace, one, with_members=one.kind != "im") for one in page]
    return ok(channels=told, response_metadata={"next_cursor": following})


def members(call: Call) -> Json:
    page, following = _page(call, sorted(call.channel("read").members), 100, LIST_PAGE, str)
    return ok(members=list(page), response_metadata={"next_cursor": following})


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER in channel.members:
        return ok(channel=described(call.workspace, channel), **warned("already_in_channel"))
    channel.members.add(BOT_USER)
    call.announce(joined(call.workspace, channel))
    return ok(channel=described(call.workspace, channel))


def joined(workspace: Workspace, channel: Channel, inviter: str | None = None) -> Json:
    """The event; `inviter` is absent when the bot came by itself."""
    told = {"type": "member_joined_channel", "user": BOT_USER, "channel": channel.id, "team": workspace.team.id}
    kind = {"channel_type": "C" if channel.kind == "public" else "G"}
    return {**told, **kind, **({"inviter": inviter} if inviter else {})}


def open_direct(call: Call) -> Json:
    if call.has("channel"):
        channel = call.channel()
        if channel.kind != "im":
            raise SlackError("method_not_supported_for_channel_type")
        return ok(channel={"id": channel.id}, no_op=True, already_open=True)
    users = call.ids("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MOST_IN_A_GROUP:
        raise SlackError("too_many_users")
    if len(users) > 1:
        call.require_scope("mpim:write")
    user = call.workspace.users.get(users[0])
    if user is None or user.is_bot:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    channel = call.workspace.direct(user.id)
    if call.flag("return_im"):
        return ok(channel=described(call.workspace, channel) | {"user": user.id})
    return ok(channel={"id": channel.id})


def described(workspace: Workspace, channel: Channel, *, with_members: bool = False) -> Json:
    """A channel as `conversations.info` tells it."""
    named = {} if channel.kind == "im" else {"name": channel.name, "name_normalized": channel.name}
    numbers = {"num_members": len(channel.members)} if with_members else {}
    other = {"user": next(iter(channel.members - {BOT_USER}), "")} if channel.kind == "im" else {}
    return {
        "id": channel.id,
        **named,
        **other,
        **numbers,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": BOT_USER in channel.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "context_team_id": workspace.team.id,
    }
