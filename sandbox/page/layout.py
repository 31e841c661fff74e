"""The page around the panes: switches, the tour, and what just happened on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from sandbox.page.place import Place, is_number
from sandbox.page.wire import Step, Wire

FOLDER: Final = Path(__file__).parent
SLACK_CSS: Final = FOLDER.parent / "slack" / "slack.css"
STEPS_SHOWN = 14

TOUR: Final = (
    (
        "Open a mail on the right and click its banner.",
        "Someone who is no contact becomes a lead in #leads; a contact appears in #feed.",
    ),
    (
        "In Slack, type /contact and a name, e-mail address or company.",
        "The card shows who they are and what they clicked.",
    ),
    (
        "In HubSpot, add a contact to a list, or change a name.",
        "A signed webhook tells Footlight, and the card follows.",
    ),
    ("Press Opt out on a lead or a card.", "From then on nothing of that person is recorded, whatever HubSpot says."),
)


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that can go wrong, and whether it does just now."""

    name: str
    label: str
    is_on: bool


def page(panes: str, switches: list[Switch], wire: Wire, place: Place, notice: str) -> str:
    """The whole page."""
    told = f'<p class="notice" role="status">{escape(notice)}</p>' if notice else ""
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Footlight demo</title>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        '<link rel=icon href="data:,"><link rel=stylesheet href="/style.css"><script defer src="/live.js"></script>'
        '</head><body><header class="top"><h1>🔦 Footlight <small>demo, no account needed'
        f"</small></h1>{_switches(switches, place)}</header>{_tour(place)}{told}"
        f"<main>{panes}</main>{_wire(wire)}</body></html>"
    )


def _switches(switches: list[Switch], place: Place) -> str:
    forms = "".join(
        f'<form method="post" action="/switch">{place.hidden()}<input type="hidden" name="switch" value="{one.name}">'
        f'<button aria-pressed="{str(one.is_on).lower()}">{escape(one.label)}</button></form>'
        for one in switches
    )
    return f'<div class="switches" role="group" aria-label="What may go wrong">{forms}</div>'


def _tour(place: Place) -> str:
    if place.tour == "off":
        return ""
    number = int(place.tour) if is_number(place.tour) and int(place.tour) < len(TOUR) else 0
    what, then = TOUR[number]
    onward = place.link(tour=str(number + 1)) if number + 1 < len(TOUR) else place.link(tour="off")
    label = "Next" if number + 1 < len(TOUR) else "Done"
    return (
        f'<aside class="tour" aria-label="Tour"><b>{number + 1} of {len(TOUR)}</b> <span>{escape(what)} '
        f'<i>{escape(then)}</i></span><a role="button" href="{onward}">{label}</a>'
        f'<a href="{place.link(tour="off")}">Skip</a></aside>'
    )


def _wire(wire: Wire) -> str:
    rows = "".join(_step(step) for step in list(wire.steps)[:STEPS_SHOWN])
    empty = '<li class="quiet">Nothing yet.</li>'
    return (
        f'<section class="wire" id="wire" aria-label="What just happened"><h2>What just happened</h2>'
        f"<ol>{rows or empty}</ol></section>"
    )


def _step(step: Step) -> str:
    answer = str(step.status) if step.status else "no answer"
    kind = "well" if step.went_well else "ill"
    return (
        f"<li class={kind}><time>{step.at:%H:%M:%S}</time> <b>{escape(step.who)}</b> → {escape(step.told)} → "
        f"<b>{answer}</b> <small>in {step.milliseconds:.0f} ms</small></li>"
    )


def landing(path: str) -> str:
    """Where a campaign leads in the demo."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Landing page</title><link rel=stylesheet href='/style.css'><body class='landing'><article class='card'>"
        f"<h1>You followed the banner</h1><p>This stands for the campaign's own page, <code>{escape(path)}</code>.</p>"
        "<p>The click is stored; have a look at Slack.</p><p><a role=button class=primary href='/'>Back to the demo</a>"
        "</p></article></body></html>"
    )


def style() -> str:
    """The style sheet."""
    return (FOLDER / "page.css").read_text(encoding="utf-8") + SLACK_CSS.read_text(encoding="utf-8")


def script() -> str:
    """The script that makes the page live; without it everything works by forms and links."""
    return (FOLDER / "live.js").read_text(encoding="utf-8")


def switches_of(state: Mapping[str, tuple[str, bool]]) -> list[Switch]:
    """Switches by name: their labels and whether they are on."""
    return [Switch(name, label, is_on) for name, (label, is_on) in state.items()]
