"""What people do in Slack, and the requests that Slack sends the app for it."""

from typing import Any

from sandbox.slack import views_api
from sandbox.slack.call import Triggers
from sandbox.slack.deliveries import Answer, Deliveries
from sandbox.slack.messages_api import shown
from sandbox.slack.workspace import APP_ID, BOT_USER, TEAM_ID, Channel, Message, Modal, Workspace

Json = dict[str, Any]


class NotThere(Exception):
    """No such button, message or view on this person's screen."""


class People:
    """`await people.command("UANNA", "CLEADS", "/contact", "max@firma.example")`, and so on; each tells the answer."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries, triggers: Triggers, response_url: Any) -> None:
        self._workspace = workspace
        self._deliveries = deliveries
        self._triggers = triggers
        self._response_url = response_url

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Answer:
        """Type a slash command; a reply in the answer is shown to the one who typed it, or to everybody."""
        who, where = self._workspace.users[user], self._workspace.channels[channel]
        fields = {
            "token": "",
            "api_app_id": APP_ID,
            "team_id": who.team_id,
            "team_domain": "nordwerk",
            "channel_id": channel,
            "channel_name": where.name or "directmessage",
            "user_id": user,
            "user_name": who.name,
            "command": command,
            "text": text,
            "response_url": self._response_url(channel, user, None),
            "trigger_id": self._triggers.make(user),
            "is_enterprise_install": "false",
        }
        answer = await self._deliveries.call("slash_commands", fields, f"{command} by {who.name}")
        if not answer.is_ack:
            code = "dispatch_failed" if answer.status else "operation_timeout"
            self._show_reply(where, user, f"{command} failed with the error `{code}`")
        elif answer.body:
            self._show_reply(where, user, answer.body)
        return answer

    def _show_reply(self, channel: Channel, user: str, body: Any) -> None:
        told = body if isinstance(body, dict) else {"text": str(body)}
        for_all = told.get("response_type") == "in_channel"
        self._workspace.post(
            channel.id,
            BOT_USER,
            told.get("text", ""),
            blocks=told.get("blocks") or [],
            only_for=None if for_all else user,
        )

    async def press(
        self, user: str, channel: str, ts: str, action_id: str, value: str | None = None, *, option: str | None = None
    ) -> Answer:
        """Press a button (or pick `option` of an overflow or select) in a message."""
        message = self._seen(user, channel, ts)
        block_id, element = find_element(message.blocks, action_id, value)
        payload = self._action(user, block_id, element, option) | {
            "container": {
                "type": "message",
                "message_ts": ts,
                "channel_id": channel,
                "is_ephemeral": message.only_for is not None,
            },
            "channel": {"id": channel, "name": self._workspace.channels[channel].name or "directmessage"},
            "state": {"values": {}},
            "response_url": self._response_url(channel, user, message),
        }
        if message.only_for is None:
            payload["message"] = shown(message)
        return await self._deliveries.call("interactive", payload, f"{action_id} pressed by {self._name(user)}")

    async def press_in_view(self, user: str, view_id: str, action_id: str, value: str | None = None) -> Answer:
        """Press a button in a modal or a home."""
        modal = self._on_screen(user, view_id)
        block_id, element = find_element(modal.view.get("blocks", []), action_id, value)
        payload = self._action(user, block_id, element, None) | {
            "container": {"type": "view", "view_id": view_id},
            "view": views_api.told(modal),
        }
        return await self._deliveries.call("interactive", payload, f"{action_id} pressed by {self._name(user)}")

    async def submit(self, user: str, view_id: str, values: dict[str, dict[str, Json]] | None = None) -> Answer:
        """Submit a modal; `values` by block id and action id, like `{"why": {"text": {"value": "no"}}}`."""
        modal = self._on_screen(user, view_id)
        modal.values = initial_values(modal.view) | (values or {})
        payload = self._base("view_submission", user) | {
            "trigger_id": self._triggers.make(user),
            "view": views_api.told(modal),
            "response_urls": [],
        }
        answer = await self._deliveries.call("interactive", payload, f"modal submitted by {self._name(user)}")
        if answer.is_ack:
            self._follow(user, modal, answer.body)
        return answer

    def _follow(self, user: str, modal: Modal, body: Any) -> None:
        stack = self._workspace.stacks.get(user, [])
        action = body.get("response_action") if isinstance(body, dict) else None
        if action == "errors":
            return
        if action == "clear":
            stack.clear()
        elif action == "update":
            views_api.replace(self._workspace, modal, views_api.checked(body["view"]))
        elif action == "push":
            views_api.push_on(self._workspace, user, views_api.checked(body["view"]))
        elif modal in stack:
            stack.remove(modal)

    async def close(self, user: str, view_id: str) -> Answer | None:
        """Close a modal without submitting it."""
        modal = self._on_screen(user, view_id)
        self._workspace.stacks[user].remove(modal)
        if not modal.view.get("notify_on_close"):
            return None
        payload = self._base("view_closed", user) | {"view": views_api.told(modal), "is_cleared": False}
        return await self._deliveries.call("interactive", payload, f"modal closed by {self._name(user)}")

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Answer:
        """Use a shortcut on a message."""
        message = self._seen(user, channel, ts)
        payload = self._base("message_action", user) | {
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
            "trigger_id": self._triggers.make(user),
            "message_ts": ts,
            "response_url": self._response_url(channel, user, None),
            "channel": {"id": channel, "name": self._workspace.channels[channel].name or "directmessage"},
            "message": shown(message),
        }
        return await self._deliveries.call("interactive", payload, f"{callback_id} used by {self._name(user)}")

    def say(self, user: str, channel: str, text: str) -> Message:
        """Write a message; the app hears of it where it was mentioned, or in a direct message."""
        message = self._workspace.post(channel, user, text)
        where = self._workspace.channels[channel]
        base = {"user": user, "text": text, "ts": message.ts, "channel": channel, "event_ts": message.ts}
        if where.kind == "im":
            self.event({"type": "message", "channel_type": "im", **base}, user)
        elif f"<@{BOT_USER}>" in text and BOT_USER in where.members:
            self.event({"type": "app_mention", **base}, user)
        return message

    def direct(self, user: str, text: str) -> Message:
        """Write the bot a direct message."""
        return self.say(user, self._workspace.direct(user).id, text)

    def open_home(self, user: str) -> None:
        self.event(
            {"type": "app_home_opened", "user": user, "channel": self._workspace.direct(user).id, "tab": "home"}, user
        )

    def invite_bot(self, user: str, channel: str) -> None:
        self._workspace.channels[channel].members.add(BOT_USER)
        self.event(
            {"type": "member_joined_channel", "user": BOT_USER, "channel": channel, "team": TEAM_ID, "inviter": user},
            user,
        )

    def archive(self, user: str, channel: str, *, undo: bool = False) -> None:
        self._workspace.channels[channel].is_archived = not undo
        self.event({"type": "channel_unarchive" if undo else "channel_archive", "channel": channel, "user": user}, user)

    def event(self, event: Json, user: str) -> None:
        """Any event, in its envelope."""
        team = self._workspace.users[user].team_id
        ts = event.get("event_ts") or self._workspace.new_ts()
        envelope = {
            "token": "",
            "team_id": team,
            "context_team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "event": {"event_ts": ts, **event},
            "type": "event_callback",
            "event_id": self._workspace.new_id("Ev"),
            "event_time": int(float(ts)),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        self._deliveries.event(envelope, str(event["type"]))

    def _action(self, user: str, block_id: str, element: Json, option: str | None) -> Json:
        told = {key: element[key] for key in ("type", "action_id", "value", "text") if key in element}
        action = told | {"block_id": block_id, "action_ts": self._workspace.new_ts()}
        if option is not None:
            action["selected_option"] = next(one for one in element["options"] if one["value"] == option)
        return self._base("block_actions", user) | {"trigger_id": self._triggers.make(user), "actions": [action]}

    def _base(self, kind: str, user: str) -> Json:
        who = self._workspace.users[user]
        return {
            "type": kind,
            "token": "",
            "api_app_id": APP_ID,
            "team": {"id": TEAM_ID, "domain": "nordwerk"},
            "user": {"id": user, "username": who.name, "name": who.name, "team_id": who.team_id},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _seen(self, user: str, channel: str, ts: str) -> Message:
        message = self._workspace.find(channel, ts)
        if message is None or message.only_for not in (None, user):
            raise NotThere(f"no such message on the screen of {user}")
        return message

    def _on_screen(self, user: str, view_id: str) -> Modal:
        modal = self._workspace.modal(view_id)
        if modal is None or modal.user != user:
            raise NotThere(f"no such view on the screen of {user}")
        return modal

    def _name(self, user: str) -> str:
        return self._workspace.users[user].name


def find_element(blocks: list[Json], action_id: str, value: str | None) -> tuple[str, Json]:
    """The block id and the element with this action id (and value, where several share the id)."""
    for place, block in enumerate(blocks):
        inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in inside:
            if element and element.get("action_id") == action_id and value in (None, element.get("value")):
                return block.get("block_id") or f"block{place}", element
    raise NotThere(f"no element {action_id}")


def initial_values(view: Json) -> dict[str, dict[str, Json]]:
    """What a modal submitted as it opens tells of its inputs."""
    inputs = [block for block in view.get("blocks", []) if block.get("type") == "input"]
    return {
        block.get("block_id", f"block{place}"): {block["element"].get("action_id", ""): _initial(block["element"])}
        for place, block in enumerate(inputs)
    }


def _initial(element: Json) -> Json:
    kind = element["type"]
    if kind.endswith("_input"):
        return {"type": kind, "value": element.get("initial_value")}
    if kind in ("checkboxes", "multi_static_select"):
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    for what in ("user", "conversation", "channel", "option", "date"):
        if f"initial_{what}" in element:
            return {"type": kind, f"selected_{what}": element[f"initial_{what}"]}
    return {"type": kind, "selected_option": None}
