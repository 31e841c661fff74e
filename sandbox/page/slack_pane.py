"""The middle pane: Slack's channels as Slack shows them, a message box, and modals over it."""

from dataclasses import replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from sandbox.page.place import Place
from sandbox.slack.mrkdwn import Reader
from sandbox.slack.render import Screen, message_html, view_html
from sandbox.slack.workspace import BOT_USER, TEAM_ID, Channel, Message, User, Workspace

SHOWN = 30


def slack_pane(workspace: Workspace, place: Place) -> str:
    """The channel chosen, as the person chosen sees it."""
    user = workspace.users[place.user]
    channels = [one for one in workspace.channels.values() if _may_see(user, one)]
    if not channels:
        return f'<section class="pane slack" id="slack"><h2>Slack {_people(workspace, place)}</h2></section>'
    chosen = next((one for one in channels if one.id == place.channel), channels[0])
    tabs = "".join(_tab(one, chosen, place) for one in channels)
    seen = [one for one in workspace.messages[chosen.id] if one.only_for in (None, place.user)]
    messages = "".join(_message(workspace, one, user, place) for one in seen[-SHOWN:]) or _empty()
    return (
        f'<section class="pane slack" id="slack" aria-label="Slack"><h2>Slack {_people(workspace, place)}</h2>'
        f'<nav class="tabs" aria-label="Channels">{tabs}</nav>'
        f'<div class="stream" role="log" aria-label="Messages" tabindex="0">{messages}</div>'
        f"{_message_box(chosen, place)}{_modal(workspace, place)}</section>"
    )


def _may_see(user: User, channel: Channel) -> bool:
    """Guests and people of other teams see only what they are in; everybody else public channels too."""
    is_full_member = not user.is_restricted and user.team_id == TEAM_ID
    return user.id in channel.members or (channel.kind == "public" and is_full_member)


def _tab(one: Channel, chosen: Channel, place: Place) -> str:
    name = f"# {one.name}" if one.kind != "im" else "Footlight"
    current = ' aria-current="true"' if one is chosen else ""
    return f'<a href="{place.link(channel=one.id)}"{current}>{escape(name)}</a>'


def _people(workspace: Workspace, place: Place) -> str:
    people = (one for one in workspace.users.values() if not one.is_bot)
    links = (_person(one, place) for one in people)
    return f'<span class="people">you are {" ".join(links)}</span>'


def _person(one: User, place: Place) -> str:
    current = ' aria-current="true"' if one.id == place.user else ""
    return f'<a href="{place.link(user=one.id)}"{current}>{escape(one.name)}</a>'


def screen_for(workspace: Workspace, user: User, place: Place, **hidden: str) -> Screen:
    """How this person sees what the app shows."""
    users = {one.id: one.name for one in workspace.users.values()}
    channels = {one.id: one.name for one in workspace.channels.values() if one.name}
    reader = Reader(users, channels, user.tz, user.locale)
    return Screen(reader, "/slack/press", {**place.as_fields(), **hidden}, users, channels)


def _message(workspace: Workspace, message: Message, user: User, place: Place) -> str:
    sender = workspace.users[message.user]
    at = datetime.fromtimestamp(float(message.ts), ZoneInfo(user.tz))
    screen = screen_for(workspace, user, place, message_channel=message.channel, ts=message.ts)
    only = '<p class="only">Only visible to you</p>' if message.only_for else ""
    app = ' <span class="badge">APP</span>' if message.user == BOT_USER else ""
    face = "🔦" if message.user == BOT_USER else escape(sender.name[:1])
    return (
        f'<article class="message" data-ts="{message.ts}"><span class="face" aria-hidden="true">{face}</span><div>'
        f'{only}<header><b>{escape(sender.name)}</b>{app} <time datetime="{at.isoformat()}">{at:%H:%M}</time></header>'
        f"{message_html(message.blocks, message.text, screen)}{_shortcuts(message, place)}</div></article>"
    )


def _shortcuts(message: Message, place: Place) -> str:
    if message.user == BOT_USER:
        return ""
    return (
        f'<form method="post" action="/slack/shortcut" class="shortcut">{place.hidden()}'
        f'<input type="hidden" name="message_channel" value="{message.channel}">'
        f'<input type="hidden" name="ts" value="{message.ts}"><button>Look up in Footlight</button></form>'
    )


def _message_box(chosen: Channel, place: Place) -> str:
    name = f"#{chosen.name}" if chosen.kind != "im" else "Footlight"
    return (
        f'<form method="post" action="/slack/say" class="box">{place.hidden()}'
        f'<input type="hidden" name="into" value="{chosen.id}"><input name="text" autocomplete="off" '
        f'aria-label="Message {escape(name)}" placeholder="Message {escape(name)}, or /contact …">'
        f"<button>Send</button></form>"
    )


def _modal(workspace: Workspace, place: Place) -> str:
    stack = workspace.stacks.get(place.user)
    if not stack:
        return ""
    modal = stack[-1]
    screen = screen_for(workspace, workspace.users[place.user], place, view_id=modal.id)
    screen = replace(screen, values=modal.values, errors=modal.errors)
    return f'<div class="over">{view_html(modal.view, screen, "/slack/submit", "/slack/close")}</div>'


def _empty() -> str:
    return '<p class="quiet">Nothing yet. New leads and activity appear here as they happen.</p>'
