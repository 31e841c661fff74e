"""The middle pane: Slack's channels as Slack shows them, a message box, and modals over it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from sandbox.page.place import Place
from sandbox.slack.mrkdwn import Reader, to_html
from sandbox.slack.render import Screen, home_html, message_html, reactions_html, unfurls_html, view_html
from sandbox.slack.suggestions import with_offers
from sandbox.slack.workspace import BOT_USER, SLACKBOT, Channel, Message, User, Workspace

SHOWN = 30
HOME = "home"
"""The place of the app's Home, among the channels."""
TAG = re.compile(r"<[^>]*>")
NEAR_DAYS = ("Today", "Yesterday")


@dataclass(frozen=True, slots=True)
class App:
    """
    What the app's manifest has Slack offer.

    Args:
        commands: what each slash command does, by its name.
        shortcut: the callback id of the message shortcut.
        shortcut_name: as it stands in a message's menu.
    """

    commands: Mapping[str, str]
    shortcut: str
    shortcut_name: str


def slack_pane(workspace: Workspace, place: Place, app: App, zone: ZoneInfo | None) -> str:
    """The channel chosen, as the person chosen sees it, in the visitor's time zone or, where unknown, in theirs."""
    user = replace(workspace.users[place.user], tz=zone.key if zone else workspace.users[place.user].tz)
    channels = [one for one in workspace.channels.values() if _may_see(workspace, user, one)]
    if not channels:
        return f'<section class="pane slack" id="slack"><h2>Slack {_people(workspace, place)}</h2></section>'
    chosen = next((one for one in channels if one.id == place.channel), channels[0])
    tabs = "".join(_tab(one, chosen, workspace, place) for one in channels)
    shown = _home(workspace, user, place) if place.channel == HOME else _stream(workspace, chosen, user, place, app)
    return (
        f'<section class="pane slack" id="slack" aria-label="Slack"><h2>Slack {_people(workspace, place)}</h2>'
        f'<nav class="tabs" aria-label="Channels">{tabs}{_home_tab(place)}</nav>'
        f"{shown}{_modal(workspace, user, place)}</section>"
    )


def _stream(workspace: Workspace, chosen: Channel, user: User, place: Place, app: App) -> str:
    messages = _messages(workspace, chosen, user, place, app) or _empty()
    return (
        f'<div class="stream" id="stream-{chosen.id}" role="log" aria-label="Messages" tabindex="0">{messages}</div>'
        f"{_message_box(chosen, place, app)}"
    )


def _home_tab(place: Place) -> str:
    """Opening the Home tells the app, so it is more than a link."""
    current = ' aria-current="true"' if place.channel == HOME else ""
    return f'<form method="post" action="/slack/home">{place.hidden()}<button{current}>Footlight: Home</button></form>'


def _home(workspace: Workspace, user: User, place: Place) -> str:
    home = workspace.homes.get(user.id)
    if home is None:
        return f'<div class="stream" id="stream-{HOME}"><p class="quiet">The app has published nothing yet.</p></div>'
    screen = _screen_for(workspace, user, place, view_id=home.id)
    shown = home_html(home.view, screen)
    return f'<div class="stream" id="stream-{HOME}" role="region" aria-label="Home" tabindex="0">{shown}</div>'


def _messages(workspace: Workspace, channel: Channel, user: User, place: Place, app: App) -> str:
    """Each message with the answers of its thread; answers that the channel shows too stand there once more."""
    seen = [one for one in workspace.messages[channel.id] if one.only_for in (None, user.id)]
    there = {one.ts for one in seen}
    answers = [one for one in seen if one.thread_ts in there and one.thread_ts != one.ts]
    shown = [one for one in seen if one.is_broadcast or one not in answers][-SHOWN:]
    days = [_day(one, user) for one in shown]
    return "".join(
        (f'<p class="day">{day}</p>' if day != before else "")
        + _with_answers(workspace, one, answers, user, place, app)
        for one, day, before in zip(shown, days, ["", *days], strict=False)
    )


def _with_answers(
    workspace: Workspace, message: Message, answers: list[Message], user: User, place: Place, app: App
) -> str:
    if message in answers:
        return _message(workspace, message, user, place, app, beside_thread=True)
    thread = (message, *(one for one in answers if one.thread_ts == message.ts))
    return "".join(_message(workspace, one, user, place, app) for one in thread)


def _day(message: Message, user: User) -> str:
    """As Slack heads the messages of a day."""
    zone = ZoneInfo(user.tz)
    at, today = datetime.fromtimestamp(float(message.ts), zone).date(), datetime.now(zone).date()
    if (ago := (today - at).days) < len(NEAR_DAYS):
        return NEAR_DAYS[ago]
    return f"{at:%A}, {at:%B} {at.day}"


def _may_see(workspace: Workspace, user: User, channel: Channel) -> bool:
    """Guests and people of other teams see only what they are in; everybody else public channels too."""
    is_full_member = not user.is_restricted and user.team_id == workspace.team.id
    return user.id in channel.members or (channel.kind == "public" and is_full_member)


def _tab(one: Channel, chosen: Channel, workspace: Workspace, place: Place) -> str:
    """The script marks a channel whose newest message the visitor has not seen."""
    name = f"# {one.name}" if one.kind != "im" else "Footlight"
    current = ' aria-current="true"' if one is chosen and place.channel != HOME else ""
    newest = max((message.ts for message in workspace.messages[one.id] if message.only_for is None), default="")
    told = f'data-channel="{one.id}" data-newest="{newest}"{current}'
    return f'<a href="{place.link(channel=one.id)}" {told}>{escape(name)}</a>'


def _people(workspace: Workspace, place: Place) -> str:
    people = [one for one in workspace.users.values() if not one.is_bot]
    links = "".join(f"<li>{_person(one, workspace, place)}</li>" for one in people)
    name = escape(workspace.users[place.user].name)
    return f'<details class="people" id="people"><summary>you are <b>{name}</b> ▾</summary><ul>{links}</ul></details>'


def _person(one: User, workspace: Workspace, place: Place) -> str:
    current = ' aria-current="true"' if one.id == place.user else ""
    part = "guest" if one.is_restricted else "of another company" if one.team_id != workspace.team.id else ""
    part = part or ("admin" if one.is_admin or one.is_owner else "member")
    return f'<a href="{place.link(user=one.id)}"{current}>{escape(one.name)} <small>{part}</small></a>'


def _screen_for(workspace: Workspace, user: User, place: Place, **hidden: str) -> Screen:
    """How this person sees what the app shows."""
    users = {one.id: one.name for one in workspace.users.values()}
    channels = {one.id: one.name for one in workspace.channels.values() if one.name}
    reader = Reader(users, channels, user.tz, user.locale)
    offered = {
        one.id: one.name
        for one in workspace.channels.values()
        if one.name and not one.is_archived and _may_see(workspace, user, one)
    }
    return Screen(
        reader,
        "/slack/press",
        {**place.as_fields(), **hidden},
        users,
        offered,
        lambda file: f"/slack/file/{file}",
        shared=frozenset(one.id for one in workspace.channels.values() if one.is_ext_shared),
    )


def _message(
    workspace: Workspace, message: Message, user: User, place: Place, app: App, *, beside_thread: bool = False
) -> str:
    """`beside_thread`: a reply as the channel shows it, where it stands a second time."""
    sender = workspace.users[message.user]
    at = datetime.fromtimestamp(float(message.ts), ZoneInfo(user.tz))
    screen = _screen_for(workspace, user, place, message_channel=message.channel, ts=message.ts)
    only = '<p class="only">Only visible to you</p>' if message.only_for else ""
    badge = ' <span class="badge">APP</span>' if message.user == BOT_USER else ""
    face = "🔦" if message.user == BOT_USER else escape(sender.name[:1])
    is_reply = message.thread_ts not in (None, message.ts) and not beside_thread
    day = f"{_day(message, user)} " if is_reply and _day(message, user) != NEAR_DAYS[0] else ""
    when = f'<time datetime="{at.isoformat()}">{day}{at:%H:%M}</time>'
    kinds = "message" + (" alone" if message.only_for else "") + (" reply" if is_reply else "")
    thread = _thread_line(workspace, message, screen.reader) if beside_thread else ""
    return (
        f'<article class="{kinds}" id="{"b" if beside_thread else "m"}{message.ts}">'
        f'<span class="face" aria-hidden="true">{face}</span><div>'
        f"{only}<header><b>{escape(sender.name)}</b>{badge} {when}</header>{thread}"
        f"{message_html(message.blocks, message.text, screen)}{unfurls_html(message.unfurls, screen)}"
        f"{reactions_html(message.reactions)}"
        f"{_shortcut(message, place, app)}{_reply_box(message, place)}</div></article>"
    )


def _thread_line(workspace: Workspace, reply: Message, reader: Reader) -> str:
    root = workspace.find(reply.channel, reply.thread_ts or "")
    text = TAG.sub("", to_html(root.text.partition(" · ")[0], reader)) if root else ""
    return f'<p class="quiet thread-line">replied to a thread: <a href="#m{reply.thread_ts}">{text}</a></p>'


def _shortcut(message: Message, place: Place, app: App) -> str:
    if message.user in (BOT_USER, SLACKBOT):
        return ""
    return (
        f'<form method="post" action="/slack/shortcut" class="shortcut">{place.hidden()}'
        f'<input type="hidden" name="message_channel" value="{message.channel}">'
        f'<input type="hidden" name="ts" value="{message.ts}"><button>{escape(app.shortcut_name)}</button></form>'
    )


def _reply_box(message: Message, place: Place) -> str:
    """Under what the app posted: a thread is begun, or gone on with."""
    if message.user != BOT_USER or message.only_for or message.thread_ts not in (None, message.ts):
        return ""
    return (
        '<details class="thread"><summary>Reply in thread</summary><form method="post" action="/slack/say" class="box">'
        f'{place.hidden()}<input type="hidden" name="into" value="{message.channel}">'
        f'<input type="hidden" name="thread_ts" value="{message.ts}">'
        '<input name="text" autocomplete="off" aria-label="Reply in thread" placeholder="Reply …">'
        "<button>Send</button></form></details>"
    )


def _message_box(chosen: Channel, place: Place, app: App) -> str:
    name = f"#{chosen.name}" if chosen.kind != "im" else "Footlight"
    commands = "".join(f'<option value="{one} ">{escape(does)}</option>' for one, does in app.commands.items())
    return (
        f'<form method="post" action="/slack/say" class="box">{place.hidden()}'
        f'<input type="hidden" name="into" value="{chosen.id}"><input name="text" autocomplete="off" list="commands" '
        f'aria-label="Message {escape(name)}" placeholder="Message {escape(name)}, or /contact max">'
        f'<datalist id="commands">{commands}</datalist><button>Send</button></form>'
    )


def _modal(workspace: Workspace, user: User, place: Place) -> str:
    stack = workspace.stacks.get(place.user)
    if not stack:
        return ""
    modal = stack[-1]
    screen = _screen_for(workspace, user, place, view_id=modal.id)
    screen = replace(screen, values=modal.values, errors=modal.errors)
    view = {**modal.view, "blocks": with_offers(modal)}
    return f'<div class="over">{view_html(view, screen, "/slack/submit", "/slack/close")}</div>'


def _empty() -> str:
    return '<p class="quiet">Nothing yet. New leads and activity appear here as they happen.</p>'
