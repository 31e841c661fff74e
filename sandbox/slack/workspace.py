"""The state of a workspace: its people, channels, messages, files, and what is open on whose screen."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import chain, count
from pathlib import Path
from time import time
from typing import Any, Literal

BOT_USER, BOT_ID, APP_ID, TEAM_ID = "UFOOTLIGHT", "BFOOTLIGHT", "AFOOTLIGHT", "TNORDWERK"
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True)
class Team:
    """What a workspace is called. Ids of users and channels may be the same in two of them."""

    id: str = TEAM_ID
    name: str = "Nordwerk"
    domain: str = "nordwerk"

    @property
    def home_url(self) -> str:
        return f"https://{self.domain}.slack.example/"


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
    deleted: bool = False


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
    is_broadcast: bool = False
    """A reply that the channel shows too."""
    edited: bool = False
    """Only a changed text is marked; changed blocks are not."""
    only_for: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """User ids by the name of the emoji."""
    unfurls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What the app shows under links, by their URLs."""


@dataclass
class Modal:
    """A view on a user's screen, or (type home) their App Home."""

    id: str
    user: str
    view: dict[str, Any]
    hash: str
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """What the app objected to at the last submission, by block id."""
    offers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What the app offered for the last search in a select, by action id."""
    root_id: str | None = None
    previous_id: str | None = None
    team_id: str = TEAM_ID


@dataclass
class File:
    """An upload. It can be looked at, and used in blocks, from `ready_at` (seconds since 1970) on."""

    id: str
    name: str
    length: int
    alt_text: str = ""
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    ready_at: float = float("inf")
    shares: dict[str, str] = field(default_factory=dict)
    """The message's ts by channel."""
    user: str = BOT_USER


class Workspace:
    """Everything, in memory. `now` gives seconds since 1970."""

    def __init__(self, now: Callable[[], float] = time, team: Team = Team()) -> None:
        self.now = now
        self.team = team
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self.files: dict[str, File] = {}
        self.stacks: dict[str, list[Modal]] = {}
        """The modals open on each user's screen, the topmost last."""
        self.homes: dict[str, Modal] = {}
        self.unfurl_domains: frozenset[str] = frozenset()
        """Those that the app's manifest names: it hears of links there."""
        self.cannot_fetch: str | None = None
        """Pictures whose addresses begin so cannot be fetched; None: all others' can, and this Slack does not try."""
        self._numbers = count(1)
        self._last_ts = 0
        self.add_user(User(BOT_USER, "Footlight", "", is_bot=True, team_id=team.id))
        self.add_user(User(SLACKBOT, "Slackbot", "", is_bot=True, team_id=team.id))

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, [])
        return channel

    def channel_named(self, name: str) -> Channel | None:
        return next((one for one in self.channels.values() if one.name == name and one.name), None)

    def direct(self, user_id: str) -> Channel:
        """The direct message channel of the bot with a user, made when it is new."""
        channel_id = f"D{user_id}"
        if channel_id not in self.channels:
            self.add_channel(Channel(channel_id, "", "im", {user_id, BOT_USER}))
        return self.channels[channel_id]

    def new_id(self, prefix: str) -> str:
        """An id that nothing else has, in other workspaces either."""
        return f"{prefix}{'' if self.team.id == TEAM_ID else self.team.id}{next(self._numbers):09d}"

    def new_ts(self) -> str:
        """A moment that no other message has."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, **rest: Any) -> Message:
        message = Message(channel, self.new_ts(), user, text, **rest)
        self.messages[channel].append(message)
        return message

    def find(self, channel: str, ts: str) -> Message | None:
        return next((one for one in self.messages.get(channel, ()) if one.ts == ts), None)

    def replies(self, parent: Message) -> list[Message]:
        """The answers in a message's thread, oldest first."""
        stream = self.messages[parent.channel]
        return [one for one in stream if one.thread_ts == parent.ts and one.ts != parent.ts and one.only_for is None]

    def modal(self, view_id: str) -> Modal | None:
        stacks = [*self.stacks.values(), list(self.homes.values())]
        return next((modal for stack in stacks for modal in stack if modal.id == view_id), None)

    def save(self, path: Path) -> None:
        """Write everything to one file; it is replaced at once, so that a kill leaves the old or the new."""
        state = {
            "users": [asdict(user) for user in self.users.values()],
            "channels": [asdict(one) | {"members": sorted(one.members)} for one in self.channels.values()],
            "messages": [asdict(one) for one in chain.from_iterable(self.messages.values())],
            "files": [_saved_file(one) for one in self.files.values()],
            "modals": [asdict(one) for one in chain.from_iterable(self.stacks.values())],
            "homes": [asdict(one) for one in self.homes.values()],
            "next": next(self._numbers),
            "last_ts": self._last_ts,
        }
        part = path.with_suffix(".part")
        part.write_text(json.dumps(state))
        part.replace(path)

    @classmethod
    def load(cls, path: Path, now: Callable[[], float] = time) -> "Workspace":
        state = json.loads(path.read_text())
        workspace = cls(now)
        for user in state["users"]:
            workspace.add_user(User(**user))
        for channel in state["channels"]:
            workspace.add_channel(Channel(**channel | {"members": set(channel["members"])}))
        for message in state["messages"]:
            workspace.messages[message["channel"]].append(Message(**message))
        for modal in state["modals"]:
            workspace.stacks.setdefault(modal["user"], []).append(Modal(**modal))
        workspace.homes = {home["user"]: Modal(**home) for home in state["homes"]}
        workspace.files = {file["id"]: _loaded_file(file) for file in state["files"]}
        workspace._numbers = count(state["next"])
        workspace._last_ts = state["last_ts"]
        return workspace


def _saved_file(file: File) -> dict[str, Any]:
    """The content as base64; a file that is not ready yet never will be, as its upload is not repeated."""
    content = None if file.content is None else b64encode(file.content).decode()
    return asdict(file) | {"content": content, "ready_at": None if file.ready_at == float("inf") else file.ready_at}


def _loaded_file(state: dict[str, Any]) -> File:
    content = None if state["content"] is None else b64decode(state["content"])
    ready_at = float("inf") if state["ready_at"] is None else state["ready_at"]
    return File(**state | {"content": content, "ready_at": ready_at})
