"""The page around the panes: switches, the tour, and what just happened on the wire."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.page.place import Place
from sandbox.page.switches import Switch
from sandbox.page.telling import short_time
from sandbox.page.tour import STEPS, Step, Tour
from sandbox.page.wire import Story, Wire

FOLDER: Final = Path(__file__).parent
SLACK_CSS: Final = FOLDER.parent / "slack" / "slack.css"
STORIES_SHOWN = 20


def page(
    panes: str,
    switches: Sequence[Switch],
    tour: Tour,
    wire: Wire,
    place: Place,
    notice: str,
    zone: ZoneInfo | None,
) -> str:
    """The whole page."""
    told = f'<p class="notice" role="alert">{escape(notice)}</p>' if notice else ""
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Footlight demo</title>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        '<link rel=icon href="data:,"><link rel=stylesheet href="/style.css"><script defer src="/live.js"></script>'
        '</head><body><header class="top"><h1>🔦 Footlight <small>a demo, no account needed'
        f"</small></h1>{_switches(switches, place)}</header>"
        f'<div id="tour">{_tour(tour, place)}</div><div id="notice">{told}</div>'
        f"<main>{panes}</main>{_wire(wire, zone)}</body></html>"
    )


def _switches(switches: Sequence[Switch], place: Place) -> str:
    on = [one for one in switches if one.is_on and one.seen]
    seen = "".join(f"<p><b>{escape(one.label)}:</b> {escape(one.seen)}</p>" for one in on)
    told = f'<div class="seen" role="status">{seen}</div>' if seen else ""
    return (
        f'<div class="switches" id="switches" role="group" aria-label="Switches">'
        f"{''.join(_switch(one, place) for one in switches)}{told}</div>"
    )


def _switch(one: Switch, place: Place) -> str:
    kind = "trouble" if one.is_trouble else "usual"
    return (
        f'<form method="post" action="/switch">{place.hidden()}<input type="hidden" name="switch" value="{one.name}">'
        f'<button role="switch" aria-checked="{str(one.is_on).lower()}" class="{kind}" title="{escape(one.means)}">'
        f"{escape(one.label)}</button></form>"
    )


def _tour(tour: Tour, place: Place) -> str:
    if place.tour == "off":
        return ""
    steps = "".join(_step(step, tour) for step in STEPS)
    done = f'<i role="status">✓ {escape(tour.last_done)}</i> ' if tour.last_done else ""
    if step := tour.current:
        says = f"{done}<b>{escape(step.says)}</b> <span>{escape(step.then)}</span>"
    else:
        says = f"{done}<b>That was the tour.</b> <span>Now try the switches above, or anything else.</span>"
    leave = "Skip the tour" if tour.current else "Close"
    return (
        f'<aside class="tour" aria-label="Tour"><ol>{steps}</ol><p>{says}</p>'
        f'<a href="{place.link(tour="off")}">{leave}</a></aside>'
    )


def _step(step: Step, tour: Tour) -> str:
    if step.name in tour.done:
        return f'<li class="done">{escape(step.name)} <span class="unseen">(done)</span></li>'
    current = ' aria-current="step"' if step is tour.current else ""
    return f"<li{current}>{escape(step.name)}</li>"


def _wire(wire: Wire, zone: ZoneInfo | None) -> str:
    newest_first = sorted(wire.stories, key=lambda story: story.at, reverse=True)  # the past is told at the first start
    rows = "".join(_story(story, zone) for story in newest_first[:STORIES_SHOWN])
    empty = '<li class="quiet">Nothing yet.</li>'
    return (
        f'<section class="wire" id="wire" aria-label="What just happened"><h2>What just happened '
        f"<small>click a line for its requests</small></h2><ol>{rows or empty}</ol></section>"
    )


def _story(story: Story, zone: ZoneInfo | None) -> str:
    at, kind = story.at.astimezone(zone), "well" if story.went_well else "ill"
    details = "".join(f"<li>{escape(one)}</li>" for one in story.details)
    seconds = story.first_effect.total_seconds() if story.causes and story.first_effect else 0.0
    took = f" <small>{short_time(seconds)}</small>" if seconds > 0 else ""
    shown = f"{at:%H:%M:%S}" if at.date() == datetime.now(at.tzinfo).date() else f"{at:%a %H:%M}"
    when = f'<time datetime="{at.isoformat()}">{shown}</time>'
    return (
        f'<li class={kind}><details id="story-{story.id}"><summary>{when} '
        f"<span>{escape(story.sentence)}.{took}</span></summary><ol>{details}</ol></details></li>"
    )


def landing(path: str, *, is_stored: bool) -> str:
    """Where a campaign leads in the demo. `is_stored`: the recipient is not opted out."""
    stored = (
        "Footlight stored the click and led you here. Close this tab and look at Slack."
        if is_stored
        else "Footlight led you here and stored nothing, as this recipient is opted out."
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Landing page</title><link rel=stylesheet href='/style.css'><body class='landing'><article class='card'>"
        f"<h1>You followed the banner</h1><p>This stands for the campaign's own page, <code>{escape(path)}</code>.</p>"
        f"<p>{stored}</p>"
        "<p><a role=button class=primary href='/'>Back to the demo</a></p></article></body></html>"
    )


def style() -> str:
    """The style sheet."""
    return (FOLDER / "page.css").read_text(encoding="utf-8") + SLACK_CSS.read_text(encoding="utf-8")


def script() -> str:
    """The script that makes the page live; without it everything works by forms and links."""
    return (FOLDER / "live.js").read_text(encoding="utf-8")
