"""What passes between Slack and the app, in plain words."""

import json
import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.exchanges import Exchange
from sandbox.page.telling import Deed, Names, Telling, quoted, request_line
from sandbox.slack.workspace import BOT_USER

Json = dict[str, Any]
Told = tuple[str, set[Hashable]]

# What the app does with a dialog that was sent, in its answer.
_ANSWERED: Final = {"errors": ", to which Footlight objected", "update": " and was shown what comes of it"}
_ADDRESS: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_BOLD: Final = re.compile(r"\*([^*\n]+)\*")
_DATE: Final = re.compile(r"<!date\^\d+\^([^|>]*)\|([^>]*)>")
_CLOCK: Final = re.compile(r" \d\d:\d\d UTC$")
_LAST: Final = re.compile(r", \w+ <!date\^[^>]*>$")
_EMOJI: Final = re.compile(r":[a-z0-9_+-]+: ")
_USER: Final = re.compile(r"<@(\w+)>")


def tell_slack(exchange: Exchange, names: Names) -> Telling:
    """A request in either direction."""
    sent = json.loads(exchange.request_body)
    return _heard(exchange, sent, names) if exchange.direction == "webhook" else _called(exchange, sent, names)


def _heard(exchange: Exchange, sent: Json, names: Names) -> Telling:
    """Slack told the app what somebody did; of what the app wrote itself it has been told already."""
    detail, went_well = request_line(exchange, "Slack → Footlight", " (signed)"), 200 <= exchange.status < 300
    if (event := sent.get("event", {})).get("user") == BOT_USER:
        return Telling("", frozenset({("direct", event.get("channel", ""))}), detail, went_well=went_well)
    says, keys, deed, inherits = _deed(sent, names)
    if sent.get("type") == "view_submission" and went_well:
        says += _ANSWERED.get(json.loads(exchange.response_body or b"{}").get("response_action", ""), "")
    if not went_well:
        says += ", and Footlight did not answer in time"
    again = "and Slack told it once more" if exchange.attempt else ""
    return Telling(says, frozenset(keys), detail, True, went_well, deed, again, frozenset(inherits), "Slack")


def _deed(sent: Json, names: Names) -> tuple[str, set[Hashable], Deed, set[Hashable]]:
    if command := sent.get("command"):
        typed = f"{command} {sent['text']}".strip()
        deed: Deed = "look_up" if command == "/contact" else ""
        keys: set[Hashable] = {_response(sent["response_url"]), ("trigger", sent["trigger_id"])}
        return f"{names.user(sent['user_id'])} typed {typed}", keys, deed, set()
    if event := sent.get("event"):
        who, where = names.user(event.get("user", "")), event.get("channel", "")
        if event["type"] == "message" and event.get("subtype"):
            return "", {("channel", where)}, "", set()
        if event["type"] in ("app_mention", "message"):
            asked: set[Hashable] = {("asked", event["user"], where)}
            asked |= {("direct", where)} if event.get("channel_type") == "im" else set()
            in_thread = {("message", where, thread)} if (thread := event.get("thread_ts")) else set()
            place = " in a thread" if in_thread else ""
            return f"{who} wrote {quoted(_plain(event['text'], names))}{place}", asked | in_thread, "", set()
        if event["type"] == "app_home_opened":
            return f"{who} opened Footlight's Home", {("home", event["user"])}, "", set()
        return f"Slack told Footlight of {event['type']}", {("channel", where)}, "", set()
    return _interaction(sent, names)


def _interaction(sent: Json, names: Names) -> tuple[str, set[Hashable], Deed, set[Hashable]]:
    """A button, a dialog, a shortcut."""
    who, keys = names.user(sent["user"]["id"]), {("trigger", sent.get("trigger_id")), *_places(sent)}
    view: set[Hashable] = {("view", sent["view"]["id"])} if sent.get("view") else set()
    match sent["type"]:
        case "block_actions":
            label = _label(sent["actions"][0])
            deed: Deed = "claim" if "Claim" in label else ""
            return f"{who} pressed {label}", keys | view, deed, view
        case "view_submission":
            return f"{who} confirmed {quoted(sent['view']['title']['text'])}", keys | view, "", view
        case "block_suggestion":
            return "", keys | view, "", view  # the page itself asks, for what it offers
        case "view_closed":
            return f"{who} closed {quoted(sent['view']['title']['text'])}", keys | view, "", set()
        case _:
            return f"{who} used a shortcut of Footlight", keys, "", set()


def _places(sent: Json) -> set[Hashable]:
    """The message where a button stands, who it is about, and where an answer may go."""
    found: set[Hashable] = _about(sent["message"].get("text", "")) if sent.get("message") else set()
    container = sent.get("container", {})
    if ts := container.get("message_ts"):
        found.add(("message", container.get("channel_id"), ts))
    return found | ({_response(url)} if (url := sent.get("response_url")) else set())


def _label(action: Json) -> str:
    pressed = action.get("selected_option") or action
    text = (pressed.get("text") or {}).get("text") or action.get("action_id", "a button")
    return f"“{text}”"


def _called(exchange: Exchange, sent: Json, names: Names) -> Telling:
    """The app called Slack."""
    answer: Json = json.loads(exchange.response_body or b"{}")
    says, keys = _CALLED[exchange.about](sent, answer, exchange, names) if exchange.about in _CALLED else ("", set())
    went_well = 200 <= exchange.status < 300 and answer.get("ok", True)
    if not went_well:
        reason = "too many requests" if exchange.status == 429 else answer.get("error") or "no answer"
        says = f"had to keep what it owes, as Slack said “{reason}”"
    detail = request_line(exchange, "Footlight → Slack")
    return Telling(says, frozenset(keys), detail, went_well=went_well, partner="Slack")


def _posted(sent: Json, answer: Json, exchange: Exchange, names: Names) -> Told:
    where, text = sent.get("channel", ""), sent.get("text", "")
    keys = {("message", where, answer.get("ts")), *_about(text)}
    if where.startswith("D"):
        keys.add(("direct", where))
    if thread := sent.get("thread_ts"):
        keys.add(("message", where, thread))
    place = f"{'a thread of ' if thread and not sent.get('reply_broadcast') else ''}{names.channel(where)}"
    return f"posted in {place}: {quoted(_plain(text, names).split(' · ')[0])}", keys


def _changed(sent: Json, answer: Json, exchange: Exchange, names: Names) -> Told:
    where, text = sent.get("channel", ""), sent.get("text", "")
    keys = {("message", where, sent.get("ts")), *_about(text)}
    return f"changed its message in {names.channel(where)}: {_gist(text, names)}", keys


def _whispered(sent: Json, answer: Json, exchange: Exchange, names: Names) -> Told:
    user = sent.get("user", "")
    says = f"answered {names.user(user)} alone: {_gist(sent.get('text', ''), names)}"
    return says, {("asked", user, sent.get("channel", ""))}


def _responded(sent: Json, answer: Json, exchange: Exchange, names: Names) -> Told:
    return f"answered: {_gist(sent.get('text', ''), names)}", {_response(exchange.url)}


def _opened(sent: Json, answer: Json, exchange: Exchange, names: Names) -> Told:
    view = answer.get("view", {})
    title = (view.get("title") or {}).get("text", "a dialog")
    return f"asked back in a dialog, {quoted(title)}", {("trigger", sent.get("trigger_id")), ("view", view.get("id"))}


_CALLED: Final[Mapping[str, Callable[[Json, Json, Exchange, Names], Told]]] = {
    "chat.postMessage": _posted,
    "chat.update": _changed,
    "chat.postEphemeral": _whispered,
    "response_url": _responded,
    "views.open": _opened,
    "views.push": _opened,
}


def _about(text: str) -> set[Hashable]:
    """Whom a text is about: an address in a lead's, a name in bold that begins an activity's."""
    found: set[Hashable] = {("name", name[1].strip())} if (name := _BOLD.match(text)) else set()
    return found | ({("person", address[0].lower())} if (address := _ADDRESS.search(text)) else set())


def _gist(text: str, names: Names) -> str:
    """The first and the last of what a message says, without Slack's marks and times."""
    parts = _plain(text, names).split(" · ")
    return quoted(" · ".join(dict.fromkeys((parts[0], parts[-1]))))


def _plain(text: str, names: Names) -> str:
    text = _USER.sub(lambda found: names.user(found[1]), _DATE.sub(_date, _LAST.sub("", text)))
    return (
        _EMOJI.sub("", text)
        .replace("*", "")
        .replace("`", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
    )


def _date(found: re.Match[str]) -> str:
    shown, otherwise = found.groups()
    return otherwise if "{time" in shown else _CLOCK.sub("", otherwise)


def _response(url: str) -> Hashable:
    return "response", urlsplit(url).path
