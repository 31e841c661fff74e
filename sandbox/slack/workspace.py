"""The state of a workspace: its people, channels, messages, and what is open on whose screen."""

import json
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from time import time
from typing import Any, Literal

BOT_USER, BOT_ID, APP_ID, TEAM_ID = "UFOOTLIGHT", "BFOOTLIGHT", "AFOOTLIGHT", "TNORDWERK"


@dataclass
class User:
    """Somebody in the workspace; `team_id` of another team makes an outsider of a shared channel."""

    id: str
    name: str
    email: str
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    team_id: str = TEAM_ID
    is_bot: bool = False


@dataclass
class Channel:
    """A conversation. `members` are user ids; a direct message has two and no name."""

    id: str
    name: str
    kind: Literal["public", "private", "im"] = "public"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass
class Message:
    """A message in a channel; `only_for` makes it ephemeral: seen by that user, out of history."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    edited: bool = False
    only_for: str | None = None


@dataclass
class Modal:
    """A view on a user's screen, or (type home) their App Home."""

    id: str
    user: str
    view: dict[str, Any]
    hash: str
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    root_id: str | None = None
    previous_id: str | None = None


class Workspace:
    """Everything, in memory. `now` gives seconds since 1970."""

    def __init__(self, now: Any = time) -> None:
        self.now = now
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self.stacks: dict[str, list[Modal]] = {}
        """The modals open on each user's screen, the topmost last."""
        self.homes: dict[str, Modal] = {}
        self._numbers = count(1)
        self._last_ts = 0.0
        self.add_user(User(BOT_USER, "Footlight", "", is_bot=True))

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, [])
        return channel

    def direct(self, user_id: str) -> Channel:
        """The direct message channel of the bot with a user, made when it is new."""
        channel_id = f"D{user_id}"
        if channel_id not in self.channels:
            self.add_channel(Channel(channel_id, "", "im", {user_id, BOT_USER}))
        return self.channels[channel_id]

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):09d}"

    def new_ts(self) -> str:
        """A moment that no other message has."""
        self._last_ts = max(self.now(), self._last_ts + 0.000_001)
        return f"{self._last_ts:.6f}"

    def post(self, channel: str, user: str, text: str, **rest: Any) -> Message:
        message = Message(channel, self.new_ts(), user, text, **rest)
        self.messages[channel].append(message)
        return message

    def find(self, channel: str, ts: str) -> Message | None:
        return next((one for one in self.messages.get(channel, ()) if one.ts == ts), None)

    def modal(self, view_id: str) -> Modal | None:
        stacks = [*self.stacks.values(), list(self.homes.values())]
        return next((modal for stack in stacks for modal in stack if modal.id == view_id), None)

    def save(self, path: Path) -> None:
        """Write users, channels and messages to a file; what is open on screens is not kept."""
        state = {
            "users": [asdict(user) for user in self.users.values()],
            "channels": [asdict(one) | {"members": sorted(one.members)} for one in self.channels.values()],
            "messages": [asdict(one) for stream in self.messages.values() for one in stream],
            "next": next(self._numbers),
        }
        part = path.with_suffix(".part")
        part.write_text(json.dumps(state))
        part.replace(path)

    @classmethod
    def load(cls, path: Path, now: Any = time) -> "Workspace":
        state = json.loads(path.read_text())
        workspace = cls(now)
        for user in state["users"]:
            workspace.add_user(User(**user))
        for channel in state["channels"]:
            workspace.add_channel(Channel(**channel | {"members": set(channel["members"])}))
        for message in state["messages"]:
            workspace.messages[message["channel"]].append(Message(**message))
        workspace._numbers = count(state["next"])
        return workspace
