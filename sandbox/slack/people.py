"""What people do in Slack, and the requests that Slack sends the app for it."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from sandbox.slack import changes, payloads, views_api
from sandbox.slack.call import SlackError
from sandbox.slack.changes import CHANNEL_TYPES
from sandbox.slack.conversations_api import joined
from sandbox.slack.deliveries import Answer, Deliveries
from sandbox.slack.inputs import Values, chosen, unfilled
from sandbox.slack.messages_api import shown
from sandbox.slack.modal_files import with_files
from sandbox.slack.pressed import find_element
from sandbox.slack.replies import show_absence, show_failed_command, show_reply, show_unknown_command
from sandbox.slack.suggestions import Unsuitable, least_typed, offered
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.slack.unfurls import links_in
from sandbox.slack.workspace import BOT_USER, Message, Modal, Workspace

Json = dict[str, Any]


class NotThere(Exception):
    """No such button, message or view on this person's screen."""


class Unfilled(ValueError):
    """Slack does not submit a modal while a required input is empty."""


class People:
    """
    `await people.command("UANNABECKER", "C0LEADS0001", "/contact", "max@firma.example")`, and so on.

    Each tells what the app answered. Events (`mention`, `direct`, `open_home` ...) go out at once in the background;
    who awaits them gets the answer to the last attempt.

    Args:
        commands: the slash commands that the app's manifest names; None: whatever is typed.
    """

    def __init__(
        self,
        workspace: Workspace,
        deliveries: Deliveries,
        triggers: Triggers,
        response_urls: ResponseUrls,
        commands: Collection[str] | None = None,
    ) -> None:
        self._commands = commands
        self._workspace, self._team = workspace, workspace.team
        self._deliveries = deliveries
        self._triggers = triggers
        self._response_urls = response_urls
        # Mentions by people in channels where the app is not: it hears of the last when they invite it.
        self._unheard: dict[tuple[str, str], Message] = {}

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Answer:
        """Type a slash command; a reply in the answer is shown to the one who typed it, or to everybody."""
        who, where = self._workspace.users[user], self._workspace.channels[channel]
        if command == "/invite" and text in ("@Footlight", f"<@{BOT_USER}>"):
            return await self.invite_bot(user, channel)
        if self._commands is not None and command not in self._commands:
            show_unknown_command(self._workspace, where, user, command)
            return Answer(0, failure="not a valid command")
        response_url = self._response_urls.make(channel, user, None)
        fields = payloads.slash_command(self._team, who, where, command, text, self._triggers.make(user), response_url)
        answer = await self._deliveries.call("slash_commands", fields, f"{command} by {who.name}")
        if not answer.is_ack:
            failure = "operation_timeout" if "timeout" in answer.failure else "dispatch_failed"
            show_failed_command(self._workspace, where, user, command, failure)
        elif answer.body:
            show_reply(self._workspace, where, user, f"{command} {text}".strip(), answer.body)
        return answer

    async def press(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: str | None = None,
        *,
        option: str | Sequence[str] | None = None,
        values: Values | None = None,
    ) -> Answer:
        """
        Press a button in a message, or choose `option` (a value, an id, a date) of an overflow, select or picker.

        A `confirm` is for the caller to ask. `values` is the state of the message's inputs, as it opened otherwise.
        """
        message = self._seen(user, channel, ts)
        pressed = self._action(message.blocks, action_id, value, option)
        where = payloads.in_message(self._workspace, message, self._response_urls.make(channel, user, message), values)
        return await self._interact("block_actions", user, f"{action_id} pressed", {**where, "actions": [pressed]})

    async def press_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: str | None = None,
        *,
        option: str | Sequence[str] | None = None,
        values: Values | None = None,
    ) -> Answer:
        """Press a button in a modal or a home."""
        modal = self._on_screen(user, view_id)
        modal.values |= values or {}
        pressed = self._action(modal.view["blocks"], action_id, value, option)
        where = payloads.in_view(modal)
        return await self._interact("block_actions", user, f"{action_id} pressed", {**where, "actions": [pressed]})

    async def submit(self, user: str, view_id: str, values: Values | None = None) -> Answer:
        """
        Submit a modal; `values` by block id and action id, like `{"why": {"text": {"value": "no"}}}`.

        What they do not name stays as it opened. An answer that Slack refuses is told as `failure`.

        Raises:
            Unfilled
        """
        modal = self._on_screen(user, view_id)
        for block_id, states in with_files(self._workspace, values or {}, self._response_urls.root()).items():
            opened = modal.values.setdefault(block_id, {})
            modal.values[block_id] = {**opened, **{key: {**opened.get(key, {}), **one} for key, one in states.items()}}
        if empty := unfilled(modal.view["blocks"], modal.values):
            raise Unfilled(f"required inputs are empty: {', '.join(empty)}")
        modal.errors = {}
        told = {"view": views_api.told(modal), "response_urls": self._selected_channels(user, modal)}
        answer = await self._interact("view_submission", user, "modal submitted", told)
        return self._follow(user, modal, answer) if answer.is_ack else answer

    def _selected_channels(self, user: str, modal: Modal) -> list[Json]:
        """A URL to respond to for each conversation chosen in a select that asks for one."""
        found = []
        for block in modal.view["blocks"]:
            element = block.get("element") or {}
            if not element.get("response_url_enabled"):
                continue
            state = modal.values[block["block_id"]][element["action_id"]]
            if channel := state.get("selected_conversation") or state.get("selected_channel"):
                url = self._response_urls.make(channel, user, None)
                ids = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
                found.append({**ids, "response_url": url})
        return found

    def _follow(self, user: str, modal: Modal, answer: Answer) -> Answer:
        stack = self._workspace.stacks.get(user, [])
        body = answer.body if isinstance(answer.body, dict) else {}
        try:
            match body.get("response_action"):
                case "errors":
                    modal.errors = _of_inputs(modal, body.get("errors"))
                case "clear":
                    stack.clear()
                case "update":
                    views_api.replace(self._workspace, modal, views_api.checked(self._workspace, body.get("view")))
                case "push":
                    views_api.push_on(self._workspace, user, views_api.checked(self._workspace, body.get("view")))
                case None if modal in stack:
                    stack.remove(modal)
        except SlackError as error:
            return Answer(answer.status, answer.body, answer.seconds, f"{error.code}: {'; '.join(error.messages)}")
        return answer

    async def suggest(self, user: str, view_id: str, action_id: str, typed: str = "") -> list[Json]:
        """
        Type into a select of a view that searches; the options that the app offers.

        Raises:
            Unsuitable: its answer is none that Slack takes, or there was none.
        """
        modal = self._on_screen(user, view_id)
        block_id, element = self._found(modal.view["blocks"], action_id)
        if len(typed) < least_typed(element):
            return []
        payload = payloads.interaction("block_suggestion", self._team, self._workspace.users[user])
        payload |= {"action_id": action_id, "block_id": block_id, "value": typed, **payloads.in_view(modal)}
        answer = await self._deliveries.call("interactive", payload, f"{action_id} searched by {self._name(user)}")
        if not answer.is_ack:
            raise Unsuitable(f"the app answered {answer.status or answer.failure}")
        modal.offers[action_id] = offered(answer.body)
        return modal.offers[action_id]

    async def close(self, user: str, view_id: str, *, whole_stack: bool = False) -> Answer | None:
        """Close a modal unsubmitted, or with `whole_stack` (the ×) all of them; None: the app does not want to know."""
        modal = self._on_screen(user, view_id)
        stack = self._workspace.stacks[user]
        if whole_stack or modal.view.get("clear_on_close"):
            stack.clear()
        else:
            stack.remove(modal)
        if not modal.view.get("notify_on_close"):
            return None
        payload = payloads.interaction("view_closed", self._team, self._workspace.users[user])
        payload |= {"view": views_api.told(modal), "is_cleared": whole_stack}
        return await self._deliveries.call("interactive", payload, f"modal closed by {self._name(user)}")

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Answer:
        """Use a shortcut on a message."""
        message = self._seen(user, channel, ts)
        where = self._workspace.channels[channel]
        told = {
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
            "message_ts": ts,
            "response_url": self._response_urls.make(channel, user, None),
            "channel": {"id": channel, "name": payloads.channel_name(where)},
            "message": shown(self._workspace, message),
        }
        return await self._interact("message_action", user, f"{callback_id} used", told)

    async def global_shortcut(self, user: str, callback_id: str) -> Answer:
        """Use a shortcut that belongs to no message."""
        told = {"callback_id": callback_id, "action_ts": self._workspace.new_ts()}
        return await self._interact("shortcut", user, f"{callback_id} used", told)

    async def _interact(self, kind: str, user: str, about: str, told: Json) -> Answer:
        payload = payloads.interaction(kind, self._team, self._workspace.users[user])
        payload |= {"trigger_id": self._triggers.make(user), **told}
        return await self._deliveries.call("interactive", payload, f"{about} by {self._name(user)}")

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Write a message; the app hears of it wherever it is a member, and twice where it was mentioned too."""
        message = self._workspace.post(channel, user, text, thread_ts=thread_ts)
        self._tell_of(message)
        return message

    def edit(self, user: str, channel: str, ts: str, text: str) -> asyncio.Task[Answer] | None:
        """Change a message of one's own; None: the app is not there to hear of it."""
        return self._tell_of_change(changes.edited(self._workspace, self._seen(user, channel, ts), text))

    def remove(self, user: str, channel: str, ts: str) -> asyncio.Task[Answer] | None:
        """Delete a message; None: the app is not there to hear of it."""
        return self._tell_of_change(changes.removed(self._workspace, self._seen(user, channel, ts)))

    def _tell_of_change(self, event: Json) -> asyncio.Task[Answer] | None:
        return self.event(event) if BOT_USER in self._workspace.channels[event["channel"]].members else None

    def mention(self, user: str, channel: str, text: str) -> asyncio.Task[Answer]:
        """Write a message that begins with the app's name; the app has to be in the channel to hear of it."""
        message = self._workspace.post(channel, user, f"<@{BOT_USER}> {text}")
        if (delivery := self._tell_of(message)) is None:
            raise NotThere("the app is not in this channel")
        return delivery

    def direct(self, user: str, text: str) -> asyncio.Task[Answer]:
        """Write the bot a direct message."""
        message = self._workspace.post(self._workspace.direct(user).id, user, text)
        delivery = self._tell_of(message)
        assert delivery is not None
        return delivery

    def _tell_of(self, message: Message) -> asyncio.Task[Answer] | None:
        where = self._workspace.channels[message.channel]
        told = {"user": message.user, "text": message.text, "ts": message.ts, "channel": message.channel}
        told |= {
            "team": self._team.id,
            "event_ts": message.ts,
            "client_msg_id": self._workspace.new_id("msg-"),
        }
        told |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        heard = None
        self._tell_of_links(message)
        if BOT_USER in where.members:
            heard = self.event({"type": "message", "channel_type": CHANNEL_TYPES[where.kind], **told}, message.user)
        if where.kind == "im" or f"<@{BOT_USER}>" not in message.text:
            return heard
        if BOT_USER in where.members:
            return self.event({"type": "app_mention", **told}, message.user)
        self._unheard[message.channel, message.user] = message
        show_absence(self._workspace, message)
        return None

    def _tell_of_links(self, message: Message) -> None:
        """The app hears of links in any conversation, whether it is there or not."""
        if links := links_in(message.text, self._workspace.unfurl_domains):
            told: Json = {"channel": message.channel, "user": message.user}
            told |= {"message_ts": message.ts, "links": links}
            told |= {"is_bot_user_member": BOT_USER in self._workspace.channels[message.channel].members}
            told |= {"unfurl_id": self._workspace.new_id("U."), "source": "conversations_history"}
            self.event({"type": "link_shared", "event_ts": message.ts, **told}, message.user)

    def open_home(self, user: str, tab: str = "home") -> asyncio.Task[Answer]:
        """On the first visit the event has no `view`."""
        event: Json = {"type": "app_home_opened", "user": user, "channel": self._workspace.direct(user).id, "tab": tab}
        if (home := self._workspace.homes.get(user)) is not None:
            event["view"] = views_api.told(home)
        return self.event(event, user)

    def invite_bot(self, user: str, channel: str) -> asyncio.Task[Answer]:
        where = self._workspace.channels[channel]
        where.members.add(BOT_USER)
        told = self.event(joined(self._workspace, where, user), user)
        if unheard := self._unheard.pop((channel, user), None):
            self._tell_of(unheard)
        return told

    def archive(self, user: str, channel: str, *, undo: bool = False) -> asyncio.Task[Answer]:
        self._workspace.channels[channel].is_archived = not undo
        return self.event(
            {"type": "channel_unarchive" if undo else "channel_archive", "channel": channel, "user": user}, user
        )

    def event(self, event: Json, user: str = BOT_USER) -> asyncio.Task[Answer]:
        """Any event, in its envelope."""
        ts = event.get("event_ts") or event.get("ts") or self._workspace.new_ts()
        theirs = self._workspace.users[user].team_id
        envelope = payloads.event_callback(event, self._workspace.new_id("Ev"), ts, team=self._team, user_team=theirs)
        return self._deliveries.event(envelope, str(event["type"]))

    def _action(
        self, blocks: list[Json], action_id: str, value: str | None, option: str | Sequence[str] | None
    ) -> Json:
        block_id, element = self._found(blocks, action_id, value, option)
        state: Json = {}
        if option is not None:
            given = [option] if isinstance(option, str) else option
            state = chosen({**element, "type": "static_select"} if element["type"] == "overflow" else element, given)
        return payloads.action(block_id, element, state, self._workspace.new_ts())

    def _found(
        self, blocks: list[Json], action_id: str, value: str | None = None, option: str | Sequence[str] | None = None
    ) -> tuple[str, Json]:
        found = find_element(blocks, action_id, value, option)
        if found is None:
            raise NotThere(f"no element {action_id}")
        return found

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


def _of_inputs(modal: Modal, errors: Any) -> dict[str, str]:
    """Errors are told by the block id of an input; anything else Slack's client calls a trouble connecting."""
    inputs = {block["block_id"] for block in modal.view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
        raise SlackError("invalid_errors", messages=["errors must name block ids of inputs"])
    return {block_id: str(error) for block_id, error in errors.items()}
